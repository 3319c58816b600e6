"""Supabase: a project with its database over HTTP, as its official SDKs see it. One project is one account.

- `gateway.py`      the keys at the door; `keys.py` the test keys of a project, `tokens.py` JSON Web Tokens (HS256),
  `signing.py` the keys that sign users' tokens
- `actions.py`      the table of all routes: a sum of the services'
- `rest/`           PostgREST, over the tables of `database/`
- `auth/`, `storage/`, `realtime/`, `functions/`  the other services, each with its routes, its state, its errors
- `resources.py`    what an account holds: a part for each service
- `changes.py`      a row was written: told to sessions and to database webhooks; `webhooks.py` how those look
- `errors.py`       no, in the words of the service that is asked; `replies.py` what they are made of;
  `platform.py` no, before any service; `named_errors.py` which of them all a fault can ask for
- `setup.py`        what somebody would have set up in the dashboard; `identity.py` who calls, as policies see it
- `limits.py`       the services' limiters; `patience.py` how long they wait for themselves; `magic.py` inputs with a
  fixed outcome
- `instants.py`     instants and ids as they are printed; `reading.py` a setup's JSON, field by field
"""

from typing import Final

from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors.supabase.actions import ROUTES
from brownout_simulators.vendors.supabase.errors import SupabaseErrors
from brownout_simulators.vendors.supabase.gateway import admit, authenticate, decorate, never_expires, parse
from brownout_simulators.vendors.supabase.keys import account_of, environment, test_key
from brownout_simulators.vendors.supabase.limits import LIMITS
from brownout_simulators.vendors.supabase.magic import MAGIC
from brownout_simulators.vendors.supabase.named_errors import NAMED_ERRORS
from brownout_simulators.vendors.supabase.patience import patience
from brownout_simulators.vendors.supabase.resources import EFFECTS, State, stores
from brownout_simulators.vendors.supabase.setup import SETUP
from brownout_simulators.vendors.supabase.webhooks import WEBHOOKS, listen

BODY_LIMIT: Final = 8 * 1024 * 1024
"""A resumable upload comes in pieces of 6 MB, as Supabase's clients are told to send them."""

VENDOR: Final[Vendor[State]] = Vendor(
    name="supabase",
    port=12117,
    hosts=("*.supabase.co",),
    routes=ROUTES,
    new_state=State,
    authenticate=authenticate,
    parse=parse,
    errors=SupabaseErrors(),
    decorate=decorate,
    environment=environment,
    test_key=test_key,
    account_of=account_of,
    stores=stores,
    never_expires=never_expires,
    admit=admit,
    webhooks=WEBHOOKS,
    listen=listen,
    limits=LIMITS,
    patience=patience,
    setup=SETUP,
    named_errors=NAMED_ERRORS,
    effects=EFFECTS,
    magic=MAGIC,
    clients={
        "supabase (Python)": "create_client(SUPABASE_URL, SUPABASE_ANON_KEY)",
        "@supabase/supabase-js (Node)": "createClient(SUPABASE_URL, SUPABASE_ANON_KEY); before Node 22 with "
        "{realtime: {transport: ws}}",
    },
    body_limit=BODY_LIMIT,
)

__all__ = ["VENDOR"]
