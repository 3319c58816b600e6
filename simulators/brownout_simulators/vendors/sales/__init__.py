"""The sales system, "pyxis": OAuth client credentials, order intake, orders, webhooks.

- `contract.py`    the table of endpoints: scope, key, query, body, answers; `routes.py` what does each
- `shapes.py`      how a value must look: refuses it, and describes itself; `requests.py` the bodies that come,
  `answers.py` those that go; `description.py` all of it as OpenAPI
- `resources.py`   what a tenant holds; `states.py` the state machines; `documents.py` things with versions,
  `changes.py` by change; `ids.py` their names; `setup.py` what is there before the first call
- `actions.py`     orders; `customers.py`, `quotes.py`, `reservations.py`, `inventory.py`
- `access.py`      OAuth, tokens, body parsing, idempotency keys; `conditions.py` entity tags, `paging.py` lists
- `errors.py`      RFC 9457 problems; `named_errors.py` which of them a fault can ask for
- `limits.py`      the limiters, and the headers on every reply
- `webhooks.py`    endpoints, both signatures, the schedule, the list of attempts
- `magic.py`       SKUs and client ids with a fixed outcome
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors.sales.access import IDEMPOTENCY, admit, authenticate, parse
from brownout_simulators.vendors.sales.errors import SalesErrors
from brownout_simulators.vendors.sales.limits import LIMITS, decorate
from brownout_simulators.vendors.sales.magic import DOCUMENTED
from brownout_simulators.vendors.sales.named_errors import NAMED_ERRORS
from brownout_simulators.vendors.sales.resources import State, stores
from brownout_simulators.vendors.sales.routes import ROUTES
from brownout_simulators.vendors.sales.setup import SETUP
from brownout_simulators.vendors.sales.webhooks import WEBHOOKS, listen


def _test_key(name: str) -> str:
    """`client_id:client_secret`. The client's id is the name as far as an id can be, options included."""
    client_id = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in name
    )
    secret = hashlib.blake2b(name.encode(), digest_size=20).hexdigest()
    return f"{client_id[:120].lstrip('._-') or 'shop'}:pyx_test_{secret}"


def _environment(base_url: str, key: str) -> Mapping[str, str]:
    client_id, _, secret = key.partition(":")
    return {"SALES_API_BASE": base_url, "SALES_CLIENT_ID": client_id, "SALES_CLIENT_SECRET": secret}


VENDOR: Final[Vendor[State]] = Vendor(
    name="sales",
    port=12113,
    routes=ROUTES,
    new_state=State,
    authenticate=authenticate,
    parse=parse,
    errors=SalesErrors(),
    decorate=decorate,
    environment=_environment,
    test_key=_test_key,
    account_of=lambda key: key.partition(":")[0],
    stores=stores,
    admit=admit,
    idempotency=IDEMPOTENCY,
    webhooks=WEBHOOKS,
    listen=listen,
    limits=LIMITS,
    named_errors=NAMED_ERRORS,
    setup=SETUP,
    effects={
        "sales.order": ("amount", "currency", "order_id", "customer", "site", "lines"),
        "sales.order_cancellation": ("order_id", "reason"),
        "sales.quote": ("amount", "currency", "quote_id", "customer", "lines"),
        "sales.customer": ("name", "email", "phone"),
        "sales.reservation": ("reference", "order", "lines"),
        "sales.reservation_release": ("reference", "order", "lines", "why"),
    },
    magic=DOCUMENTED,
    clients={
        "any HTTP client": "POST {SALES_API_BASE}/oauth2/token, grant_type=client_credentials, by SALES_CLIENT_ID and "
        "SALES_CLIENT_SECRET",
    },
)

__all__ = ["VENDOR"]
