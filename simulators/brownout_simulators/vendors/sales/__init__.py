"""The sales system, "pyxis": OAuth client credentials, order intake, orders, webhooks.

- `resources.py`   what a tenant holds: orders and the machine that moves them
- `actions.py`     orders, and the table of all routes; `validation.py`: what an intake request must look like
- `access.py`      OAuth, tokens, body parsing, idempotency keys
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
from brownout_simulators.vendors.sales.actions import ROUTES
from brownout_simulators.vendors.sales.errors import SalesErrors
from brownout_simulators.vendors.sales.limits import LIMITS, decorate
from brownout_simulators.vendors.sales.magic import DOCUMENTED
from brownout_simulators.vendors.sales.named_errors import NAMED_ERRORS
from brownout_simulators.vendors.sales.resources import State, stores
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
    stores=stores,
    admit=admit,
    idempotency=IDEMPOTENCY,
    webhooks=WEBHOOKS,
    listen=listen,
    limits=LIMITS,
    named_errors=NAMED_ERRORS,
    effects={"sales.order": ("amount", "currency", "order_id", "customer", "site", "lines")},
    magic=DOCUMENTED,
    clients={
        "any HTTP client": "POST {SALES_API_BASE}/oauth2/token, grant_type=client_credentials, by SALES_CLIENT_ID and "
        "SALES_CLIENT_SECRET",
    },
)

__all__ = ["VENDOR"]
