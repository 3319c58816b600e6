"""OpenAI and Gemini as scripts, for tests of their adapters and of `assist`: each request gets the next step."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import orjson

from brownout_core.adapters.gemini import GeminiAccess
from brownout_core.adapters.openai import OpenAIAccess
from brownout_core.transport import Opened, Request, Response
from brownout_core.transports.memory import MemoryTransport
from tests.core.fakes import reply

OPENAI_KEY, GEMINI_KEY = "planted-secret-openai", "planted-secret-gemini"
ACCESS: Mapping[str, Any] = {
    "openai": OpenAIAccess(base_url="http://openai.test/v1", api_key=OPENAI_KEY),
    "gemini": GeminiAccess(base_url="http://gemini.test", api_key=GEMINI_KEY),
}

Chunk = bytes | float | Exception
Step = Response | Exception | Sequence[Chunk] | str
"""An answer, an error of the transport, a stream's chunks (a number is a pause), or `hang`."""


class Scripted:
    """A vendor that answers as it is told; the last step serves all further requests."""

    def __init__(self, *steps: Step) -> None:
        self.steps = deque(steps)
        self.requests: list[Request] = []

    @property
    def transport(self) -> MemoryTransport:
        return MemoryTransport(self.handle)

    async def handle(self, request: Request) -> Response | Opened:
        self.requests.append(request)
        step = self.steps.popleft() if len(self.steps) > 1 else self.steps[0]
        await asyncio.sleep(0.01)
        if isinstance(step, Exception):
            raise step
        if isinstance(step, Response):
            return step
        if isinstance(step, str):
            await asyncio.Event().wait()
        return Opened(200, {"content-type": "text/event-stream"}, chunks(step))

    def bodies(self) -> list[Any]:
        return [orjson.loads(each.body) for each in self.requests]


async def chunks(script: Any) -> AsyncIterator[bytes]:
    for each in script:
        if isinstance(each, Exception):
            raise each
        if isinstance(each, float):
            await asyncio.sleep(each)
        else:
            yield each


def frame(data: Any) -> bytes:
    return b"data: %b\n\n" % orjson.dumps(data)


DONE = b"data: [DONE]\n\n"
USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}


def chat(text: str | None = "Hello there", finish: str = "stop", **message: Any) -> Response:
    """OpenAI's whole answer."""
    said = {"role": "assistant", "content": text, "refusal": None, **message}
    choice = {"index": 0, "message": said, "finish_reason": finish}
    return reply(200, {"id": "chatcmpl-1", "model": "gpt-4o-mini", "choices": [choice], "usage": USAGE})


def delta(finish: str | None = None, **said: Any) -> bytes:
    choice = {"index": 0, "delta": said, "finish_reason": finish}
    return frame({"id": "chatcmpl-1", "model": "gpt-4o-mini", "choices": [choice], "usage": None})


SPENT = frame({"id": "chatcmpl-1", "model": "gpt-4o-mini", "choices": [], "usage": USAGE})


def streamed(*texts: str, finish: str | None = "stop", spent: bool = True, done: bool = True) -> list[Chunk]:
    """OpenAI's answer as a stream, with what its end may lack."""
    made: list[Chunk] = [delta(role="assistant", content=""), *(delta(content=text) for text in texts)]
    made += [delta(finish=finish)] if finish else []
    made += [SPENT] if spent else []
    return made + ([DONE] if done else [])


def openai_error(status: int, message: str, kind: str, code: str | None = None, **headers: str) -> Response:
    return reply(status, {"error": {"message": message, "type": kind, "param": None, "code": code}}, **headers)


def generated(*parts: Any, finish: str | None = "STOP", **more: Any) -> dict[str, Any]:
    """Gemini's answer, or a piece of one."""
    content = {"role": "model", "parts": [{"text": part} if isinstance(part, str) else part for part in parts]}
    candidate = {"content": content, "index": 0, **({"finishReason": finish} if finish else {})}
    spent = {"promptTokenCount": 7, "candidatesTokenCount": 2, "thoughtsTokenCount": 1, "totalTokenCount": 10}
    return {
        "candidates": [candidate],
        "usageMetadata": spent,
        "modelVersion": "gemini-2.5-flash",
        "responseId": "abc",
        **more,
    }


def gemini_stream(*texts: str, finish: str | None = "STOP") -> list[Chunk]:
    """As the vendor sends it: lines end in CRLF, only the last frame has a reason for its end."""
    last = len(texts) - 1
    made = [generated(text, finish=finish if place == last else None) for place, text in enumerate(texts)]
    return [b"data: %b\r\n\r\n" % orjson.dumps(each) for each in made]


def gemini_error(status: int, word: str, message: str = "no", details: Any = ()) -> Response:
    return reply(status, {"error": {"code": status, "message": message, "status": word, "details": list(details)}})
