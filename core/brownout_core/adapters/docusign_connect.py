"""What DocuSign Connect sends: genuine deliveries told from forged ones.

One header for each key that is active, so that keys can be changed. There is no instant in what is signed: a delivery
that is sent once more is told by the event's `id`, which is the same each time.
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_core.errors import SignatureInvalid

MOST: Final = 100
"""Signatures that are looked at: an account has as many keys at most."""
_HEADER: Final = "x-docusign-signature-"


def verify_connect(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> dict[str, Any]:
    """The event in `body`, and an `id` of its own. Any signature by any of our keys will do. Header names are in lower
    case; the bytes are taken as they arrived. Raises `SignatureInvalid`."""
    given = [value.strip().encode("utf-8", "replace") for name, value in headers.items() if name.startswith(_HEADER)]
    right = [base64.b64encode(hmac.digest(secret.encode(), body, "sha256")) for secret in secrets]
    # No early exit, bytes against bytes: neither a prefix, nor a length, nor a strange character shows.
    matches = [hmac.compare_digest(each, signature) for each in right for signature in given[:MOST]]
    if not any(matches):
        raise SignatureInvalid("no signature matches")
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SignatureInvalid("the body is not JSON") from error
    data = event.get("data") if isinstance(event, dict) else None
    if not isinstance(data, dict):
        raise SignatureInvalid("the body is not an event")
    parts = (data.get("envelopeId"), event.get("event"), data.get("recipientId", ""), event.get("generatedDateTime"))
    return {**event, "id": ":".join(map(str, parts))}
