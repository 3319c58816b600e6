"""What DocuSign Connect sends: genuine deliveries told from forged ones.

One header for each key that is active, so that keys can be changed. There is no instant in what is signed: a delivery
that is sent once more is told by the event's `id`, which is the same each time.
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_core.adapters.base import text_of
from brownout_core.errors import SignatureInvalid
from brownout_core.policies.inbox import News

MOST: Final = 100
"""Signatures that are looked at: an account has as many keys at most."""
OPERATION_FIELD: Final = "operationId"
"""The custom field of an envelope in which it has the operation's id."""
_HEADER: Final = "x-docusign-signature-"
_STEPS: Final = {"sent": 1, "delivered": 2, "completed": 3, "declined": 3, "voided": 3}
"""How far an envelope has come; the last three are ends, and it has one of them."""


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


def read_event(event: Mapping[str, Any]) -> News | None:
    """What an event says of an envelope of ours. Its name says it, not the summary: that is of the instant at which the
    delivery was made."""
    name, data = text_of(event.get("event")) or "", event.get("data")
    about, _, state = name.partition("-")
    summary = data.get("envelopeSummary") if isinstance(data, dict) else None
    if about != "envelope" or state not in _STEPS or not isinstance(data, dict) or not isinstance(summary, dict):
        return None
    operation_id, envelope = operation_in(summary), text_of(data.get("envelopeId"))
    if not operation_id or not envelope:
        return None
    return News(about=operation_id, event=name, step=_STEPS[state], state=state, says={"envelope": envelope})


def operation_in(envelope: Mapping[str, Any]) -> str:
    """The operation that an envelope stems from; empty where it does not say."""
    fields = envelope.get("customFields")
    rows = fields.get("textCustomFields") if isinstance(fields, dict) else None
    every = rows if isinstance(rows, list) else ()
    named = (row for row in every if isinstance(row, dict) and row.get("name") == OPERATION_FIELD)
    return next((text_of(row.get("value")) or "" for row in named), "")
