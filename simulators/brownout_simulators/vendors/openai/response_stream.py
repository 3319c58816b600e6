"""The events of a response, in their order: `event: TYPE` and `data: {…, "type": TYPE, "sequence_number": N}`.

    response.created, response.in_progress
    for each item:  response.output_item.added
                    a message: response.content_part.added, response.output_text.delta …, response.output_text.done,
                               response.content_part.done
                    a call:    response.function_call_arguments.delta …, response.function_call_arguments.done
                    response.output_item.done
    response.completed, or response.incomplete

There is no `[DONE]`. Made from the finished response, so that a stored one can be streamed again.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_simulators.answers import counter
from brownout_simulators.vendors.openai.resources import Object

Frames = list[tuple[float, bytes]]
_EMPTY: Final[Mapping[str, Object]] = {
    "message": {"content": [], "status": "in_progress"},
    "function_call": {"arguments": "", "status": "in_progress"},
}
"""What an item begins as."""


def stream_of(body: Mapping[str, Any], gaps: Sequence[float] = (), after: int = -1) -> Frames:
    """All events behind the one numbered `after`, each with the seconds before it; `gaps` are those before tokens."""
    writer = _Writer(iter(gaps))
    status = "queued" if body["background"] else "in_progress"
    unfinished = {
        **body,
        "status": status,
        "output": [],
        "usage": None,
        "completed_at": None,
        "incomplete_details": None,
    }
    writer.say("response.created", response=unfinished)
    if status == "queued":
        writer.say("response.queued", response=unfinished)
    writer.say("response.in_progress", response={**unfinished, "status": "in_progress"})
    for place, item in enumerate(body["output"]):
        writer.item(place, item)
    writer.say("response.incomplete" if body["status"] == "incomplete" else f"response.{body['status']}", response=body)
    return writer.frames[after + 1 :]


class _Writer:
    def __init__(self, gaps: Iterator[float]) -> None:
        self.frames: Frames = []
        self._gaps = gaps

    def say(self, kind: str, gap_s: float = 0.0, **fields: Any) -> None:
        """One event."""
        data = orjson.dumps({"type": kind, "sequence_number": len(self.frames), **fields})
        self.frames.append((gap_s, b"event: %b\ndata: %b\n\n" % (kind.encode(), data)))

    def item(self, place: int, item: Object) -> None:
        """All events of one item."""
        kind = item["type"]
        opened = {**item, **_EMPTY.get(kind, {})}
        self.say("response.output_item.added", output_index=place, item=opened)
        at = {"item_id": item["id"], "output_index": place}
        if kind == "message":
            for number, part in enumerate(item["content"]):
                self._part({**at, "content_index": number}, part)
        elif kind == "function_call":
            self._deltas("response.function_call_arguments", at, item["arguments"])
            fields = {"name": item["name"], "arguments": item["arguments"]}
            self.say("response.function_call_arguments.done", **at, **fields)
        self.say("response.output_item.done", output_index=place, item=item)

    def _part(self, at: Mapping[str, Any], part: Object) -> None:
        name = "text" if part["type"] == "output_text" else "refusal"
        event = f"response.{part['type']}"
        more: Object = {"logprobs": []} if name == "text" else {}
        self.say("response.content_part.added", **at, part={**part, name: ""})
        self._deltas(event, at, part[name], more)
        self.say(f"{event}.done", **at, **{name: part[name]}, **more)
        self.say("response.content_part.done", **at, part=part)

    def _deltas(self, event: str, at: Mapping[str, Any], text: str, more: Mapping[str, Any] | None = None) -> None:
        """One for each token: what is the same in all is put together once."""
        kind = f"{event}.delta"
        start = b'event: %b\ndata: {"type":"%b","sequence_number":' % (kind.encode(), kind.encode())
        middle = b"," + orjson.dumps({**at, **(more or {})})[1:-1] + b',"delta":'
        number = len(self.frames)
        gaps, dumps = self._gaps, orjson.dumps
        self.frames += [
            (next(gaps, 0.0), b"%b%d%b%b}\n\n" % (start, number + place, middle, dumps(piece)))
            for place, piece in enumerate(counter().split(text))
        ]
