"""Twilio: Messages, Calls, Messaging v1, Lookup v2, Verify v2.

- `state.py`      what an account holds
- `resources.py`  messages, calls, verifications: how each is written, which way it may move; `owned.py` numbers and
  messaging services; `countries.py` where numbers are from
- `actions.py`    Messages, and the table of all routes; `calls.py`, `numbers.py`, `services.py`, `verify.py`,
  `lookup.py`: the other products
- `outgoing.py`   what a message must be; `delivery.py` what becomes of it; `senders.py` who sends it, and when its turn
  comes; `settings.py` how fast
- `access.py`     credentials, form parsing, numbers; `paging.py`: both list forms
- `errors.py`     codes, statuses, messages; `named_errors.py` which of them a fault can ask for
- `limits.py`     requests in flight, and the headers on every reply
- `inbox.py`      what it has sent to people
- `webhooks.py`   status callbacks and their signature; `overrides.py` the terms that a callback URL names
- `magic.py`      inputs with a fixed outcome
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Final

from brownout_simulators.outsiders import KeyHolder
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors.twilio.access import admit, authenticate, parse
from brownout_simulators.vendors.twilio.actions import ROUTES
from brownout_simulators.vendors.twilio.errors import TwilioErrors
from brownout_simulators.vendors.twilio.inbox import sent
from brownout_simulators.vendors.twilio.limits import LIMITS, decorate
from brownout_simulators.vendors.twilio.magic import DOCUMENTED, GOOD_FROM
from brownout_simulators.vendors.twilio.named_errors import NAMED_ERRORS
from brownout_simulators.vendors.twilio.owned import default_service_sid as default_messaging_sid
from brownout_simulators.vendors.twilio.settings import SETUP
from brownout_simulators.vendors.twilio.state import State, stores
from brownout_simulators.vendors.twilio.verify import default_service_sid
from brownout_simulators.vendors.twilio.webhooks import WEBHOOKS


def _test_key(name: str) -> str:
    """`AC...:token`; never a test credential in Twilio's sense, whatever the name."""
    digest = hashlib.blake2b(name.encode(), digest_size=31).hexdigest()
    return f"AC0{digest[:31]}:{digest[30:62]}"


def _account_of(key: str) -> str:
    return key.partition(":")[0]


def _key_holder(key: str) -> KeyHolder:
    """By the account's own id and token, as at the console."""
    return KeyHolder(f"Basic {base64.b64encode(key.encode()).decode()}", _account_of(key))


def _environment(base_url: str, key: str) -> Mapping[str, str]:
    sid, _, token = key.partition(":")
    return {
        "TWILIO_API_BASE": base_url,
        "TWILIO_ACCOUNT_SID": sid,
        "TWILIO_AUTH_TOKEN": token,
        "TWILIO_FROM": GOOD_FROM,
        "TWILIO_MESSAGING_SERVICE": default_messaging_sid(sid),
        "TWILIO_VERIFY_SERVICE": default_service_sid(sid),
    }


VENDOR: Final[Vendor[State]] = Vendor(
    name="twilio",
    port=12112,
    hosts=("*.twilio.com",),
    routes=ROUTES,
    new_state=State,
    authenticate=authenticate,
    parse=parse,
    errors=TwilioErrors(),
    decorate=decorate,
    environment=_environment,
    test_key=_test_key,
    account_of=_account_of,
    key_holder=_key_holder,
    stores=stores,
    admit=admit,
    webhooks=WEBHOOKS,
    limits=LIMITS,
    messages=sent,
    named_errors=NAMED_ERRORS,
    effects={
        "twilio.message": ("to", "from", "body"),
        "twilio.call": ("to", "from"),
        "twilio.verification": ("to", "channel", "verification"),
        "twilio.approval": ("to", "verification"),
        "twilio.phone_number": ("number",),
    },
    magic=DOCUMENTED,
    clients={
        "twilio (Python)": "Client(TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN); client.api.base_url = TWILIO_API_BASE, "
        "and so for messaging, verify, lookups",
        "twilio (Node)": "twilio(TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN); client.api.baseUrl = TWILIO_API_BASE, "
        "and so for the others",
    },
    setup=SETUP,
)

__all__ = ["VENDOR"]
