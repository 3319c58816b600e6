"""Webhooks that come through Svix, as those of several vendors do: genuine ones told from forged ones."""

import base64
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_core.errors import SignatureInvalid

TOLERANCE_S: Final = 300.0
_PREFIX: Final = "whsec_"


def verify_webhook(
    body: bytes,
    headers: Mapping[str, str],
    secrets: Sequence[str],
    *,
    now: float,
    prefix: str = "svix",
    tolerance_s: float = TOLERANCE_S,
) -> dict[str, Any]:
    """The event in `body`, and its message's id as `id`, which is the same however often it is delivered.

    `headers` are in lower case, `now` is wall-clock seconds; a timestamp more than `tolerance_s` away from it, in
    either direction, is refused. The bytes are taken as they arrived. `prefix` is `webhook` for vendors that use the
    standard's own names. Raises `SignatureInvalid`.
    """
    message_id, stamp, given = (headers.get(f"{prefix}-{name}", "") for name in ("id", "timestamp", "signature"))
    if not message_id or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        raise SignatureInvalid("the headers have no id and timestamp")
    if abs(now - int(stamp)) > tolerance_s:
        raise SignatureInvalid(f"the signature is more than {tolerance_s:g} s away from now")
    signed = b".".join((message_id.encode("utf-8", "replace"), stamp.encode(), body))
    right = [base64.b64encode(hmac.digest(_key(secret), signed, "sha256")) for secret in secrets]
    said = [each.partition(",") for each in given[:4096].split(" ")]
    signatures = [value.encode("utf-8", "replace") for version, _, value in said if version == "v1"]
    # No early exit, bytes against bytes: neither a prefix, nor a length, nor a strange character shows.
    matches = [hmac.compare_digest(each, signature) for each in right for signature in signatures]
    if not any(matches):
        raise SignatureInvalid("no signature matches")
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SignatureInvalid("the body is not JSON") from error
    if not isinstance(event, dict):
        raise SignatureInvalid("the body is not an event")
    return {**event, "id": message_id}


def _key(secret: str) -> bytes:
    """What is signed with. A secret that cannot be one signs nothing that anybody else has signed."""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError:
        return secret.encode()
