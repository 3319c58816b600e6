"""Clerk's Backend API, versions 2021-02-05 to 2026-05-12, as its official SDKs see it.

- `resources.py`   what an instance holds; `shapes.py` what its objects look like, `ids.py` what they are called
- `actions.py`     the table of all routes. Behind it: `users.py`, `bans.py`, `passwords.py`, `listing.py`,
  `identifications.py` (addresses and numbers), `sessions.py`, `templates.py` (of tokens), `tickets.py`,
  `organizations.py`, `memberships.py`, `invitations.py`, `machines.py`, `m2m.py` and `api_keys.py` with what both share
  in `secrets.py`, `endpoints.py`
- `claims.py`      what a session token says; `signing.py` signs it, `rotation.py` says
  which of them are in force; `browser.py` makes one without an instance
- `dialect.py`     bodies, queries, API versions; `parameters.py` what may be in them; `merging.py` of metadata
- `keys.py`        secret keys, and the instance behind each; `setup.py` what is set up in its dashboard
- `errors.py`      how Clerk says no; `named_errors.py` which of them a fault can ask for
- `limits.py`      its limiters, off unless asked for
- `webhooks.py`    events, sent through Svix
- `magic.py`       inputs with a fixed outcome
"""

from typing import Final

from brownout_simulators.outsiders import KeyHolder
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors.clerk.actions import ROUTES
from brownout_simulators.vendors.clerk.browser import session_token
from brownout_simulators.vendors.clerk.dialect import decorate, parse
from brownout_simulators.vendors.clerk.errors import ClerkErrors
from brownout_simulators.vendors.clerk.keys import admit, authenticate, environment, label_of, test_key
from brownout_simulators.vendors.clerk.limits import LIMITS
from brownout_simulators.vendors.clerk.magic import DOCUMENTED
from brownout_simulators.vendors.clerk.named_errors import NAMED_ERRORS
from brownout_simulators.vendors.clerk.resources import State, stores
from brownout_simulators.vendors.clerk.setup import SETUP
from brownout_simulators.vendors.clerk.webhooks import WEBHOOKS, listen

VENDOR: Final[Vendor[State]] = Vendor(
    name="clerk",
    port=12114,
    hosts=("api.clerk.com", "api.clerk.dev", "*.clerk.accounts.dev"),
    routes=ROUTES,
    new_state=State,
    authenticate=authenticate,
    parse=parse,
    errors=ClerkErrors(),
    decorate=decorate,
    environment=environment,
    test_key=test_key,
    account_of=label_of,
    session_token=session_token,
    key_holder=lambda key: KeyHolder(f"Bearer {key}"),
    stores=stores,
    admit=admit,
    webhooks=WEBHOOKS,
    listen=listen,
    limits=LIMITS,
    named_errors=NAMED_ERRORS,
    setup=SETUP,
    correlate=(
        "header.x-correlation-id",
        "body.private_metadata.operation_id",
        "body.public_metadata.operation_id",
    ),
    effects={
        "clerk.user": ("email_address", "phone_number", "username", "external_id", "first_name", "last_name"),
        "clerk.session": ("user_id", "organization_id"),
        "clerk.organization": ("name",),
        "clerk.membership": ("organization_id", "organization_slug", "user_id", "external_id", "role"),
        "clerk.invitation": ("email_address",),
        "clerk.organization_invitation": ("email_address", "organization_id", "role"),
        "clerk.email": ("to", "slug"),
        "clerk.sign_in_token": ("user_id",),
        "clerk.actor_token": ("user_id",),
        "clerk.machine": ("name",),
        "clerk.m2m_token": ("subject",),
        "clerk.api_key": ("subject", "name"),
        "clerk.deletion": ("object",),
    },
    magic=DOCUMENTED,
    clients={
        "clerk-backend-api (Python)": 'Clerk(bearer_auth=CLERK_SECRET_KEY, server_url=CLERK_API_URL + "/v1")',
        "@clerk/backend (Node)": "createClerkClient({secretKey: CLERK_SECRET_KEY, "
        "publishableKey: CLERK_PUBLISHABLE_KEY, apiUrl: CLERK_API_URL})",
    },
)

__all__ = ["VENDOR"]
