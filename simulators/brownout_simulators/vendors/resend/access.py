"""Who is calling: API keys, the team behind each, idempotency keys, and how an application is told to come here.

Resend's keys have no test mode. So a key must say by itself that it is for tests, and every other is refused: nobody's
real one is ever taken here.
"""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import orjson

from brownout_simulators import svix
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Credential, IdempotencyRules, Refused
from brownout_simulators.vendors.resend.errors import error, refuse

PREFIX: Final = "re_test_"
RESTRICTED: Final = "sending_"
"""A key that begins so, behind its prefix, may send mails and nothing else; its team is that of the key without it."""
SUSPENDED: Final = "suspended_"
INVALID: Final = "invalid_"
SENDING: Final = frozenset({"/emails", "/emails/batch"})
LONGEST_KEY: Final = 256


def authenticate(call: Call) -> Credential:
    """Any test key opens a team of its own."""
    credential = _credential(call.headers.get("authorization", ""))
    if credential.magic == RESTRICTED and not (call.method == "POST" and call.path in SENDING):
        raise refuse("restricted_api_key")
    return credential


@lru_cache(maxsize=4_096)
def _credential(authorization: str) -> Credential:
    scheme, _, key = authorization.partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise refuse("missing_api_key")
    name = key.removeprefix(PREFIX)
    if not key.startswith(PREFIX) or not name or not name.isascii() or not name.isprintable() or len(name) > 200:
        raise refuse("invalid_api_key")
    if name.startswith(INVALID):
        raise refuse("invalid_api_key")
    if name.startswith(SUSPENDED):
        raise refuse("suspended_api_key")
    if name.startswith(RESTRICTED) and name != RESTRICTED:
        return Credential(name.removeprefix(RESTRICTED), RESTRICTED)
    return Credential(name)


def test_key(name: str) -> str:
    """The key of the team called `name`."""
    return PREFIX + "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)


def webhook_secret(team: str, nth: int = 0) -> str:
    """The signing secret of a team's nth endpoint: an application can be configured before it is there."""
    return svix.secret_of("resend", team, str(nth))


def environment(base_url: str, key: str) -> Mapping[str, str]:
    """By which an application finds the simulator: the Python SDK reads `RESEND_API_URL`, Node's `RESEND_BASE_URL`."""
    return {
        "RESEND_API_URL": base_url,
        "RESEND_BASE_URL": base_url,
        "RESEND_API_KEY": key,
        "RESEND_WEBHOOK_SECRET": webhook_secret(key.removeprefix(PREFIX)),
    }


def _key_of(call: Call) -> str | None:
    """Mails and batches take keys."""
    if call.method != "POST" or call.path not in SENDING:
        return None
    key = call.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        raise Refused(error("invalid_idempotency_key"))
    return key


def _fingerprint(call: Call) -> bytes:
    """Endpoint and body: the same object in another order is the same."""
    try:
        canonical = orjson.dumps(call.data, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # nested deeper than is written
        canonical = call.body
    return call.path.encode() + blake2b(canonical, digest_size=16).digest()


IDEMPOTENCY: Final = IdempotencyRules(
    key_of=_key_of,
    fingerprint=_fingerprint,
    in_progress=lambda _call: error("concurrent_idempotent_requests"),
    mismatch=lambda _call: error("invalid_idempotent_request"),
    # Only what was accepted is remembered: a refusal says nothing about the next attempt.
    saved=lambda reply: 200 <= reply.status < 300,
    replayed=lambda _call, reply, _first: Reply(
        reply.status, reply.body, dict(reply.headers), executed=reply.executed, body_is_trimmed=True
    ),
)
"""For 24 hours from the first acceptance on; the answer is the first one's, with nothing that tells it apart
(resend.com/docs/dashboard/emails/idempotency-keys)."""
