"""The stream of a chat completion: the exact frames, a token in each, cheap to write.

    data: {"id":…,"object":"chat.completion.chunk",…,"choices":[{"index":0,"delta":{"content":" word"},…}],…}

First a delta with the role, then the content, then an empty one with the reason for the end, for each choice, the
choices' frames between each other's; then the usage where it was asked for; then `[DONE]`. There is no `event:` line.
"""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.answers import Answer, counter
from brownout_simulators.vendors.openai.generation import gaps_of
from brownout_simulators.vendors.openai.resources import Object, State

DONE: Final = b"data: [DONE]\n\n"
PADDED_TO: Final = 16
"""Characters of a token and its padding together, which hides the token's length from whoever sees the traffic."""
_NEXT: Final = (0.0, b"")

Frames = list[tuple[float, bytes]]


def stream_of(
    head: Mapping[str, Any],
    choices: Sequence[Object],
    answers: Sequence[Answer],
    *,
    data: Mapping[str, Any],
    usage: Object,
    account: Account[State],
) -> Frames:
    """All frames, each with the seconds before it."""
    options = data.get("stream_options") or {}
    with_usage = options.get("include_usage") is True
    opening = orjson.dumps({**head, "object": "chat.completion.chunk"})[:-1]
    writer = _Writer(opening, account if options.get("include_obfuscation", True) else None, with_usage=with_usage)
    each = [
        writer.frames(choice, answer, gaps_of(answer, account)) for choice, answer in zip(choices, answers, strict=True)
    ]
    frames = each[0] if len(each) == 1 else _interleaved(each)
    if with_usage:
        frames.append((0.0, b'data: %b,"choices":[],"usage":%b%b' % (opening, orjson.dumps(usage), writer.end(0))))
    frames.append((0.0, DONE))
    return frames


def _interleaved(streams: Sequence[Frames]) -> Frames:
    """In turn, as they would come if all were generated at once: nobody waits for the others' tokens too."""
    rounds = zip_longest(*streams, fillvalue=_NEXT)
    return [
        (delay_s if place == 0 else 0.0, frame)
        for each in rounds
        for place, (delay_s, frame) in enumerate(one for one in each if one is not _NEXT)
    ]


class _Writer:
    """Frames share all but the delta: what is the same is put together once."""

    def __init__(self, opening: bytes, account: Account[State] | None, *, with_usage: bool) -> None:
        self._opening = b"data: " + opening + b',"choices":[{"index":'
        self._account = account
        self._usage = b',"usage":null' if with_usage else b""

    def end(self, length: int) -> bytes:
        """The frame's last bytes, after a token so long."""
        if self._account is None:
            return b"}\n\n"
        padding = self._account.ids.base62(max(1, PADDED_TO - length))
        return b',"obfuscation":"%b"}\n\n' % padding.encode()

    def frames(self, choice: Object, answer: Answer, gaps: Sequence[float]) -> Frames:
        """Those of one choice."""
        index, message = choice["index"], choice["message"]
        start = b'%b%d,"delta":' % (self._opening, index)
        middle = b',"logprobs":null,"finish_reason":null}]' + self._usage
        end = self.end
        opening = {"role": "assistant", "content": None if answer.calls else "", "refusal": None}
        first = b"%b%b%b%b" % (start, orjson.dumps(opening), middle, end(0))
        frames = [(gaps[0], first)]
        rest = iter(gaps[1:])
        if choice["logprobs"] is not None:
            frames += self._with_logprobs(start, choice, rest)
        elif answer.refusal:
            for piece in counter().split(answer.refusal):
                frames.append(
                    (next(rest, 0.0), b'%b{"refusal":%b}%b%b' % (start, orjson.dumps(piece), middle, end(len(piece))))
                )
        else:
            dumps = orjson.dumps
            frames += [
                (gap_s, b'%b{"content":%b}%b%b' % (start, dumps(piece), middle, end(len(piece))))
                for piece, gap_s in zip(answer.pieces, (0.0, *gaps[1:]), strict=False)
            ]
        for place, made in enumerate(message.get("tool_calls", ())):
            frames += self._called(start, middle, place, made, rest)
        last = b'%b{},"logprobs":null,"finish_reason":%b}]%b%b' % (
            start, orjson.dumps(choice["finish_reason"]), self._usage, end(0),
        )  # fmt: skip
        return [*frames, (0.0, last)]

    def _with_logprobs(self, start: bytes, choice: Object, rest: Any) -> Frames:
        return [
            (
                next(rest, 0.0) if place else 0.0,
                b'%b{"content":%b},"logprobs":%b,"finish_reason":null}]%b%b' % (
                    start, orjson.dumps(each["token"]), orjson.dumps({"content": [each], "refusal": None}), self._usage,
                    self.end(len(each["token"])),
                ),
            )
            for place, each in enumerate(choice["logprobs"]["content"])
        ]  # fmt: skip

    def _called(self, start: bytes, middle: bytes, place: int, made: Object, rest: Any) -> Frames:
        """First the call with its name, then its arguments, piece by piece."""
        function = {"name": made["function"]["name"], "arguments": ""}
        opening = {"index": place, "id": made["id"], "type": "function", "function": function}
        frames = [(next(rest, 0.0), b'%b{"tool_calls":[%b]}%b%b' % (start, orjson.dumps(opening), middle, self.end(0)))]
        for piece in counter().split(made["function"]["arguments"]):
            part = orjson.dumps({"index": place, "function": {"arguments": piece}})
            frames.append((next(rest, 0.0), b'%b{"tool_calls":[%b]}%b%b' % (start, part, middle, self.end(len(piece)))))
        return frames
