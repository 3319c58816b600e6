"""What the sales system tells: genuine events told from forged ones, and from old ones that are sent again.

Only the versioned signature is looked at. `X-Signature` covers the body alone: a delivery of last year has a right one.
"""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_core.adapters.base import text_of
from brownout_core.errors import SignatureInvalid
from brownout_core.policies.inbox import News

TOLERANCE_S: Final = 300.0
HEADER: Final = "x-pyxis-signature"
MOST: Final = 10
"""Signatures that are looked at: there are two while a secret is changed."""


def verify_event(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[str], *, now: float, tolerance_s: float = TOLERANCE_S
) -> dict[str, Any]:
    """The event in `body`; its `id` is the same however often it is delivered, its `sequence` tells the order.

    `headers` are in lower case, `now` is wall-clock seconds; a timestamp more than `tolerance_s` away from it, in
    either direction, is refused. The bytes are taken as they arrived. Raises `SignatureInvalid`.
    """
    stamp, *given = [part.strip() for part in headers.get(HEADER, "")[:4096].split(",")]
    second = stamp.removeprefix("t=")
    if stamp == second or not second.isascii() or not second.isdigit() or len(second) > 12:
        raise SignatureInvalid("the header has no timestamp")
    if abs(now - int(second)) > tolerance_s:
        raise SignatureInvalid(f"the signature is more than {tolerance_s:g} s away from now")
    signed = second.encode() + b"." + body
    right = [hmac.digest(secret.encode(), signed, "sha256").hex().encode() for secret in secrets]
    said = [value.removeprefix("v1=").encode("utf-8", "replace") for value in given[:MOST] if value.startswith("v1=")]
    # No early exit, bytes against bytes: neither a prefix, nor a length, nor a strange character shows.
    matches = [hmac.compare_digest(each, signature) for each in right for signature in said]
    if not any(matches):
        raise SignatureInvalid("no signature matches")
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SignatureInvalid("the body is not JSON") from error
    if not isinstance(event, dict) or not isinstance(event.get("id"), str):
        raise SignatureInvalid("the body is not an event")
    return event


def read_event(event: Mapping[str, Any]) -> News | None:
    """What an event says of an order of ours; the system numbers what happens to an order."""
    name, sequence, order = text_of(event.get("type")) or "", event.get("sequence"), event.get("order")
    about, _, state = name.partition(".")
    if about != "order" or not isinstance(sequence, int) or not isinstance(order, dict):
        return None
    metadata = order.get("metadata")
    operation_id = text_of(metadata.get("operation_id")) if isinstance(metadata, dict) else None
    if not operation_id:
        return None
    says = {"order": order.get("id"), "order_id": order.get("orderId")}
    return News(about=operation_id, event=name, step=sequence, state=state, says=says)
