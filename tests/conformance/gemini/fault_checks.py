"""What the SDK makes of each fault: what an application has to catch, and what passes for an answer and is none."""

import json

import aiohttp
from google.genai import errors, types

from tests.conformance.checking import At, check
from tests.conformance.gemini.client import BOTH, GENERATE, STREAM, Client, httpx, raised

LONG = "All work and no play makes a dull simulator. " * 20


async def read(client: Client, texts: list[str]) -> None:
    """A stream, to its end; what came of it is in `texts`, whatever happens."""
    async for chunk in client.stream("Go on."):
        texts.append(chunk.text or "")  # noqa: PERF401  what came before an error stays


@check(15, "an error frame in a stream is raised after the chunks that came before it", *BOTH)
async def error_in_stream(at: At) -> None:
    at.control.setup(answers=[{"say": LONG}])
    at.control.fault(match=STREAM, end_stream={"error": "unavailable"})
    texts: list[str] = []
    error = await raised(read(Client(at), texts))
    assert isinstance(error, errors.ServerError)
    assert (error.code, error.status) == (503, "UNAVAILABLE")
    assert len(texts) >= 2
    assert LONG.startswith("".join(texts))


@check(19, "an error before the first chunk: aiohttp loses the status", *BOTH)
async def error_before_stream(at: At) -> None:
    at.control.fault(match=STREAM, respond={"error": "rpm"})
    error = await raised(read(Client(at), []))
    assert isinstance(error, errors.ClientError)
    assert error.code == 429
    if at.client == "python async":
        assert error.status == "Too Many Requests"
        assert json.loads(error.message or "")["error"]["status"] == "RESOURCE_EXHAUSTED"
    else:
        assert error.status == "RESOURCE_EXHAUSTED"


@check(20, "an error in an array is unwrapped; a page is a server error with the status line's words", *BOTH)
async def other_bodies(at: At) -> None:
    client = Client(at)
    body = '[{"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}]'
    at.control.fault(match=GENERATE, respond={"status": 503, "body": "json", "content": body}, sequence="F")
    error = await raised(client.generate("Hello"))
    assert isinstance(error, errors.ServerError)
    assert (error.status, error.message) == ("UNAVAILABLE", "busy")
    at.control.fault(match=GENERATE, respond={"status": 502})
    error = await raised(client.generate("Hello"))
    assert isinstance(error, errors.ServerError)
    assert (error.code, error.status) == (502, "Bad Gateway")


@check(21, "a page for an answer is no API error; nothing at all passes for an answer", *BOTH)
async def not_an_answer(at: At) -> None:
    client = Client(at)
    at.control.fault(match=GENERATE, respond={"status": 200, "body": "html"}, sequence="F")
    page = await raised(client.generate("Hello"))
    assert isinstance(page, json.JSONDecodeError), repr(page)
    at.control.fault(match=GENERATE, respond={"status": 200, "body": "html", "content": ""}, sequence="F")
    empty = await client.generate("Hello")
    assert (empty.text, empty.candidates) == (None, None)
    at.control.fault(match=GENERATE, respond={"status": 201, "body": "json", "content": "{}"}, sequence="F")
    created = await raised(client.generate("Hello"))
    assert isinstance(created, errors.APIError)
    assert created.code == 201
    assert at.control.effects() == []


@check(22, "a reset before the answer is no API error; with one attempt there is one", *BOTH)
async def reset(at: At) -> None:
    at.control.fault(match=GENERATE, drop_after_effect={"ending": "reset"})
    # Without this aiohttp's path tries once more after 1 to 10 seconds, by itself.
    once = types.HttpRetryOptions(attempts=1)
    error = await raised(Client(at, retry_options=once).generate("Hello"))
    assert isinstance(error, httpx.TransportError | aiohttp.ClientError), repr(error)
    assert not isinstance(error, errors.APIError)
    assert len(at.control.requests(GENERATE)) == 1
    # It was generated, and costs, though nobody has it.
    assert len(at.control.effects("gemini.completion")) == 1


@check(23, "slow headers: a time-out of the transport's own kind", *BOTH)
async def slow(at: At) -> None:
    at.control.fault(match=GENERATE, latency={"fixed_s": 5.0, "at": "after"})
    error = await raised(Client(at, timeout=300).generate("Hello"))
    assert isinstance(error, TimeoutError if at.client == "python async" else httpx.ReadTimeout), repr(error)
    assert not isinstance(error, errors.APIError)


@check(24, "a stream that is slower than the time-out: only aiohttp counts the whole of it", *BOTH)
async def slow_stream(at: At) -> None:
    at.control.setup(answers=[{"say": LONG}])
    at.control.fault(match=STREAM, drip={"over_s": 2.0})
    texts: list[str] = []
    if at.client == "python async":
        assert isinstance(await raised(read(Client(at, timeout=1_000), texts)), TimeoutError)
        assert "".join(texts) != LONG
    else:
        await read(Client(at, timeout=1_000), texts)
        assert "".join(texts) == LONG


@check(25, "a clean end without a finish reason is no error", *BOTH)
async def unfinished(at: At) -> None:
    at.control.setup(answers=[{"say": LONG}])
    at.control.fault(match=STREAM, end_stream={})
    chunks = [chunk async for chunk in Client(at).stream("Go on.")]
    assert chunks
    assert all(chunk.candidates and chunk.candidates[0].finish_reason is None for chunk in chunks)
    assert len("".join(chunk.text or "" for chunk in chunks)) < len(LONG)


@check(26, "half a frame, then a clean end, is an answer that cannot be read", *BOTH)
async def half_a_frame(at: At) -> None:
    at.control.setup(answers=[{"say": LONG}])
    at.control.fault(match=STREAM, end_stream={"mid_chunk": True})
    texts: list[str] = []
    error = await raised(read(Client(at), texts))
    assert isinstance(error, errors.UnknownApiResponseError), repr(error)
    assert texts


@check(27, "a cut in the middle of a stream is the transport's error", *BOTH)
async def cut(at: At) -> None:
    at.control.setup(answers=[{"say": LONG}])
    for ending in ("close", "reset"):
        at.control.ask("DELETE", "faults")
        at.control.fault(match=STREAM, break_stream={"ending": ending})
        texts: list[str] = []
        error = await raised(read(Client(at), texts))
        assert isinstance(error, httpx.TransportError | aiohttp.ClientError), repr(error)
        assert not isinstance(error, errors.APIError)
        if ending == "close":
            assert texts


@check(28, "a stall is waited for where there is no time-out, and ends by one where there is", *BOTH)
async def stalled(at: At) -> None:
    at.control.setup(answers=[{"say": LONG}])
    at.control.fault(match=STREAM, stall={"for_s": 1.5})
    texts: list[str] = []
    await read(Client(at), texts)
    assert "".join(texts) == LONG
    texts.clear()
    error = await raised(read(Client(at, timeout=750), texts))
    assert isinstance(error, TimeoutError | httpx.ReadTimeout), repr(error)
    assert texts


@check(29, "foreign lines in a stream cannot be read", *BOTH)
async def foreign_lines(at: At) -> None:
    at.control.setup(answers=[{"say": LONG}])
    for content in (": keepalive\n\n", "event: error\ndata: {}\n\n", "data: [DONE]\n\n"):
        at.control.ask("DELETE", "faults")
        at.control.fault(match=STREAM, inject={"content": content, "at": 1 if "DONE" in content else 0.5})
        texts: list[str] = []
        error = await raised(read(Client(at), texts))
        assert isinstance(error, errors.UnknownApiResponseError), (content, repr(error))
        assert texts


@check(30, "an array for a stream cannot be read", *BOTH)
async def an_array(at: At) -> None:
    at.control.setup(answers=[{"say": LONG}])
    array = json.dumps([{"candidates": []}, {"candidates": []}], indent=2)
    at.control.fault(match=STREAM, respond={"status": 200, "body": "json", "content": array})
    error = await raised(read(Client(at), []))
    assert isinstance(error, errors.UnknownApiResponseError), repr(error)
