"""An ERP in the shape of Business Central (OData v4): documents, stock, ETags, batches, jobs, maintenance windows.

- `schema.py`       the table of entity sets and their properties; `states.py` which states documents go through
- `actions.py`      the table of all routes; `reading.py`, `writing.py`, `documents.py` (bound actions) what they do
- `asked.py`        the query options of a read; `filters.py` the language of `$filter`
- `validation.py`   what a caller may write; `lines.py`, `stock.py`, `work_orders.py` the rules of documents
- `concurrency.py`  ETags, locks, numbers that are taken
- `batches.py`      `$batch`, `parts.py` its older form; `jobs.py` asynchronous requests; `inside.py` one in either
- `maintenance.py`  windows in which nobody is let in
- `subscriptions.py` who is told of changes; `telling.py` collects them, `webhooks.py` how they are delivered
- `metadata.py`     CSDL; `rendering.py` entities as they are written; `instants.py` instants, GUIDs, amounts
- `access.py`       tokens, bodies, the company; `setup.py` what its administrators have set up
- `resources.py`    what a company holds; `records.py` versions, indexes and rollback; `effects.py` what is booked of it
- `errors.py`       the table of codes; `named_errors.py` which a fault can ask for; `quirks.py` other systems' forms
- `limits.py`       limits, patience and the headers on every answer
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors.erp.access import admit, authenticate, company_of, parse, tenant_of
from brownout_simulators.vendors.erp.actions import ROUTES
from brownout_simulators.vendors.erp.effects import EFFECTS
from brownout_simulators.vendors.erp.errors import ERRORS
from brownout_simulators.vendors.erp.limits import LIMITS, decorate, patience
from brownout_simulators.vendors.erp.named_errors import NAMED_ERRORS
from brownout_simulators.vendors.erp.resources import State, stores
from brownout_simulators.vendors.erp.setup import SETUP
from brownout_simulators.vendors.erp.subscriptions import listen
from brownout_simulators.vendors.erp.webhooks import WEBHOOKS

ENVIRONMENT: Final = "sandbox"


def _test_key(name: str) -> str:
    """`client_id:client_secret`. The client's id is the name as far as an id can be."""
    client_id = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in name
    )
    secret = hashlib.blake2b(name.encode(), digest_size=20).hexdigest()
    return f"{client_id[:120].lstrip('._-') or 'company'}:erp_test_{secret}"


def _environment(base_url: str, key: str) -> Mapping[str, str]:
    client_id, _, secret = key.partition(":")
    return {
        "ERP_API_BASE": base_url,
        "ERP_TENANT": tenant_of(client_id),
        "ERP_ENVIRONMENT": ENVIRONMENT,
        "ERP_COMPANY_ID": company_of(client_id),
        "ERP_CLIENT_ID": client_id,
        "ERP_CLIENT_SECRET": secret,
    }


VENDOR: Final[Vendor[State]] = Vendor(
    name="erp",
    port=12118,
    hosts=("api.businesscentral.dynamics.com", "login.microsoftonline.com"),
    routes=ROUTES,
    new_state=State,
    authenticate=authenticate,
    parse=parse,
    errors=ERRORS,
    decorate=decorate,
    environment=_environment,
    test_key=_test_key,
    account_of=lambda key: key.partition(":")[0],
    stores=stores,
    admit=admit,
    webhooks=WEBHOOKS,
    listen=listen,
    limits=LIMITS,
    patience=patience,
    setup=SETUP,
    named_errors=NAMED_ERRORS,
    correlate=("header.x-correlation-id", "body.externalDocumentNumber"),
    effects=EFFECTS,
    clients={
        "any client of OData v4": "{ERP_API_BASE}/v2.0/{ERP_TENANT}/{ERP_ENVIRONMENT}/api/v2.0/"
        "companies({ERP_COMPANY_ID})",
        "its token": "POST {ERP_API_BASE}/{ERP_TENANT}/oauth2/v2.0/token as ERP_CLIENT_ID with ERP_CLIENT_SECRET",
    },
)

__all__ = ["VENDOR"]
