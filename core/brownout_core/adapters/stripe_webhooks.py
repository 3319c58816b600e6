"""What Stripe tells: genuine events told from forged ones, and how far a payment has come by them.

Events come in any order, and one change may be told by two of them with ids of their own: a payment's steps are known,
and so are told apart by what they are, not by when they came.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_core.adapters.base import text_of
from brownout_core.errors import SignatureInvalid
from brownout_core.policies.inbox import News

TOLERANCE_S: Final = 300.0
PAID: Final = 2
"""The step from which on the money is there, or was."""
_STEPS: Final[Mapping[str, tuple[int, str]]] = {
    "payment_intent.payment_failed": (1, "failed"),
    "payment_intent.succeeded": (PAID, "succeeded"),
    "charge.refunded": (3, "refunded"),
}
"""How far a payment has come by an event, and what it is by it."""


def verify_webhook(
    body: bytes, signature: str, secrets: Sequence[str], *, now: float, tolerance_s: float = TOLERANCE_S
) -> dict[str, Any]:
    """The event in `body`, if `signature` (the `Stripe-Signature` header) is right for one of `secrets`.

    `now` is wall-clock seconds; a timestamp more than `tolerance_s` away from it, in either direction, is refused.
    The bytes are taken as they arrived: parse nothing before. Raises `SignatureInvalid`.
    """
    stamps, signatures = _parts(signature)
    if len(stamps) != 1 or not stamps[0].isascii() or not stamps[0].isdigit() or len(stamps[0]) > 12:
        raise SignatureInvalid("the signature header has no timestamp")
    if abs(now - int(stamps[0])) > tolerance_s:
        raise SignatureInvalid(f"the signature is more than {tolerance_s:g} s away from now")
    signed = stamps[0].encode() + b"." + body
    right = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode() for secret in secrets]
    # No early exit, bytes against bytes: neither a prefix, nor a length, nor a strange character shows.
    matches = [hmac.compare_digest(each, given) for each in right for given in signatures]
    if not any(matches):
        raise SignatureInvalid("no signature matches")
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SignatureInvalid("the body is not JSON") from error
    if not isinstance(event, dict):
        raise SignatureInvalid("the body is not an event")
    return event


def _parts(header: str) -> tuple[list[str], list[bytes]]:
    pairs = [part.partition("=") for part in header[:4096].split(",")]
    stamps = [value for name, _, value in pairs if name == "t"]
    return stamps, [value.encode("utf-8", "replace") for name, _, value in pairs if name == "v1"]


def read_event(event: Mapping[str, Any]) -> News | None:
    """What an event says of a payment of ours: the intent and its charge both have the operation's id."""
    name = text_of(event.get("type")) or ""
    data = event.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    if name not in _STEPS or not isinstance(thing, dict):
        return None
    metadata = thing.get("metadata")
    operation_id = text_of(metadata.get("operation_id")) if isinstance(metadata, dict) else None
    intent = thing.get("payment_intent") if name.startswith("charge.") else thing.get("id")
    if not operation_id or not isinstance(intent, str):
        return None
    step, state = _STEPS[name]
    says = {"payment_intent": intent, "amount": thing.get("amount"), "currency": thing.get("currency")}
    return News(about=operation_id, event=name, step=step, state=state, says=says)
