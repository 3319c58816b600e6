"""Who is calling: API keys, the accounts behind them, and how an application is told to come here."""

import base64
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from brownout_simulators.call import Call
from brownout_simulators.vendor import Credential, Refused
from brownout_simulators.vendors.stripe.errors import StripeErrors
from brownout_simulators.vendors.stripe.magic import BAD_KEYS
from brownout_simulators.vendors.stripe.webhooks import secret_of

OWN: Final = "sk_test_brownout_"
"""A key that begins so names its account; any other key's account is named by a digest."""
TEST_PREFIXES: Final = ("sk_test_", "rk_test_")
PUBLISHABLE: Final = "pk_test_"
_ERRORS: Final = StripeErrors()


def authenticate(call: Call) -> Credential:
    """Any test key opens an account of its own; `Stripe-Account` opens a connected one beneath it."""
    credential, trouble = _credential(call.headers.get("authorization", ""))
    if credential is None:
        if trouble == "expired":
            raise Refused(_ERRORS.token_expired(call))
        refusal = {"forbidden": _ERRORS.forbidden, "publishable": _ERRORS.publishable}
        raise Refused(refusal.get(trouble, _ERRORS.unauthenticated)(call))
    connected = call.headers.get("stripe-account")
    if connected:
        if not connected.isascii() or not connected.startswith("acct_"):
            raise Refused(_ERRORS.forbidden(call))
        return Credential(f"{credential.account}/{connected}", credential.magic)
    return credential


@lru_cache(maxsize=4_096)
def _credential(authorization: str) -> tuple[Credential | None, str]:
    """The credential, or None and what is wrong. Remembered: it is worked out once for a key."""
    key = _key_of(authorization)
    for prefix, trouble in BAD_KEYS.items():
        if key.startswith(prefix):
            return None, trouble
    if key.startswith(PUBLISHABLE):
        return None, "publishable"
    if not key.startswith(TEST_PREFIXES) or len(key) <= len(TEST_PREFIXES[0]) or not key.isascii():
        return None, "invalid"
    return Credential(account_of(key), "restricted" if key.startswith("rk_") else "test"), ""


def _key_of(authorization: str) -> str:
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest, validate=True).decode().partition(":")[0]
        except ValueError:
            return ""
    return ""


def account_of(key: str) -> str:
    """The label of a key's account: no secret, and always the same."""
    if key.startswith(OWN):
        return key.removeprefix(OWN)
    return "acct_" + blake2b(key.encode(), digest_size=8).hexdigest()


def test_key(name: str) -> str:
    """The key of the account called `name`."""
    return OWN + "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)


def environment(base_url: str, key: str) -> Mapping[str, str]:
    """By which an application finds the simulator. The secret is that of the account's first webhook endpoint."""
    return {
        "STRIPE_API_BASE": base_url,
        "STRIPE_API_KEY": key,
        "STRIPE_WEBHOOK_SECRET": secret_of(account_of(key)),
    }
