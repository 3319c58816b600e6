"""Resend's API, version 1.5.0 of its description, as its official SDKs see it.

- `resources.py`   what a team holds
- `actions.py`     the table of all routes. Behind it: `sending.py` (one mail, and batches), `emails.py`, `endpoints.py`
  (of webhooks), `suppressions.py`, `domains.py`, `contacts.py`, `templates.py`
- `message.py`     what is asked to be sent, checked; with `addresses.py`, `scheduling.py` (when), `rendering.py` (of a
  template)
- `delivery.py`    what becomes of a mail; `suppressing.py` whom nothing is sent to any more
- `inbox.py`       the mails as a person looks at them
- `dialect.py`     bodies, instants, ids; `paging.py` lists
- `access.py`      keys, the team behind each, idempotency; `setup.py` what is set up at Resend
- `errors.py`      how Resend says no; `named_errors.py` which of them a fault can ask for
- `limits.py`      its limiters, off unless asked for; the headers on every reply
- `webhooks.py`    events, sent through Svix
- `magic.py`       addresses with a fixed outcome

Not simulated: received mails, broadcasts, audiences, segments, topics, automations, inboxes, API keys by the API,
metrics; the content of attachments is looked at and not kept.
"""

from typing import Final

from brownout_simulators.outsiders import KeyHolder
from brownout_simulators.router import Router
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors.resend.access import IDEMPOTENCY, PREFIX, authenticate, environment, test_key
from brownout_simulators.vendors.resend.actions import ROUTES
from brownout_simulators.vendors.resend.dialect import BODY_LIMIT, parse
from brownout_simulators.vendors.resend.errors import ResendErrors
from brownout_simulators.vendors.resend.inbox import PAGES, sent
from brownout_simulators.vendors.resend.limits import LIMITS, decorate
from brownout_simulators.vendors.resend.magic import DOCUMENTED
from brownout_simulators.vendors.resend.named_errors import NAMED_ERRORS
from brownout_simulators.vendors.resend.resources import State, stores
from brownout_simulators.vendors.resend.setup import SETUP
from brownout_simulators.vendors.resend.webhooks import WEBHOOKS, listen

_PATHS: Final = Router(ROUTES)
_METHODS: Final = ("GET", "POST", "PATCH", "DELETE")

VENDOR: Final[Vendor[State]] = Vendor(
    name="resend",
    port=12121,
    hosts=("api.resend.com",),
    routes=ROUTES,
    new_state=State,
    authenticate=authenticate,
    parse=parse,
    errors=ResendErrors(lambda path: any(_PATHS.find(method, path) for method in _METHODS)),
    decorate=decorate,
    environment=environment,
    test_key=test_key,
    account_of=lambda key: key.removeprefix(PREFIX),
    key_holder=lambda key: KeyHolder(f"Bearer {key}"),
    stores=stores,
    idempotency=IDEMPOTENCY,
    webhooks=WEBHOOKS,
    listen=listen,
    limits=LIMITS,
    named_errors=NAMED_ERRORS,
    setup=SETUP,
    pages=PAGES,
    messages=sent,
    correlate=("header.x-correlation-id", "body.headers.X-Correlation-ID", "body.tags.operation_id"),
    effects={
        "resend.email": ("from", "to", "cc", "bcc", "subject", "html", "text", "recipients"),
        "resend.delivery": ("email_id", "to"),
        "resend.bounce": ("email_id", "to"),
        "resend.complaint": ("email_id", "to"),
        "resend.cancellation": ("email_id",),
    },
    body_limit=BODY_LIMIT,
    magic=DOCUMENTED,
    clients={
        "resend (Python)": "by RESEND_API_URL and RESEND_API_KEY alone",
        "resend (Node)": "by RESEND_BASE_URL and RESEND_API_KEY alone: new Resend()",
    },
)

__all__ = ["VENDOR"]
