"""How OpenAI fails in the middle of a stream: with status 200, which went out long ago.

A chat stream says the envelope of an error and is over. A response says `error`, with the envelope inside, and then
`response.failed` (captured in vercel/ai issue 6534): so even a limit of tokens may arrive as a 200.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.openai.errors import failure_in

_OF_RESPONSES: Final = frozenset({"server_error", "rate_limit_exceeded", "invalid_prompt"})
"""Those of a response's own codes that errors have as well; others count as the first."""


def said_in_stream(call: Call, reply: Reply, sent: Sequence[bytes]) -> Sequence[bytes]:
    """The last frames, behind those that were sent."""
    failure = failure_in(reply)
    if not call.path.startswith("/v1/responses"):
        return [b"data: %b\n\n" % orjson.dumps({"error": failure})]
    frames = [_event("error", len(sent), {"error": failure})]
    begun = _response_in(sent)
    if begun is not None:
        code = failure["code"] if failure["code"] in _OF_RESPONSES else "server_error"
        error = {"code": code, "message": failure["message"]}
        frames.append(
            _event("response.failed", len(sent) + 1, {"response": {**begun, "status": "failed", "error": error}})
        )
    return frames


def _event(kind: str, number: int, fields: Mapping[str, Any]) -> bytes:
    data = orjson.dumps({"type": kind, "sequence_number": number, **fields})
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), data)


def _response_in(sent: Sequence[bytes]) -> Mapping[str, Any] | None:
    """The response as the first event shows it; None where not even that went out."""
    if not sent:
        return None
    _, _, data = sent[0].partition(b"data: ")
    found: Mapping[str, Any] = orjson.loads(data)["response"]
    return found
