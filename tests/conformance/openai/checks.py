"""OpenAI, with the official SDK for Python: the numbers are those of the list in `docs/vendors/openai.md`."""

import asyncio
import inspect
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import openai
from pydantic import BaseModel

from tests.conformance.checking import At, check, main

BOTH = ("python", "python async")
MODEL = "gpt-4o-mini"
ASKED: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": "What is new?"}]}
CHAT = "POST /v1/chat/completions"
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def client(at: At, **more: Any) -> Any:
    """Found by its environment alone, as an application does."""
    make = openai.AsyncOpenAI if at.client == "python async" else openai.OpenAI
    return make(**{"max_retries": 0, **more})


async def got(asked: Any) -> Any:
    """What came, from either client."""
    return await asked if inspect.isawaitable(asked) else asked


async def every(stream: Any) -> AsyncIterator[Any]:
    """Piece by piece, from either client."""
    if hasattr(stream, "__aiter__"):
        async for piece in stream:
            yield piece
    else:
        for piece in stream:
            yield piece


@asynccontextmanager
async def entered(manager: Any) -> AsyncIterator[Any]:
    """Within either kind of context."""
    if hasattr(manager, "__aenter__"):
        async with manager as inside:
            yield inside
    else:
        with manager as inside:
            yield inside


async def refusal(asked: Any, *kinds: type[Exception]) -> Any:
    """The error that it ends with. `asked` makes the call."""
    expected = kinds or (openai.APIError,)
    try:
        await got(asked())
    except expected as error:
        return error
    raise AssertionError("it went through")


@check(1, "a chat completion: usage adds up, the request id is the header's", *BOTH)
async def chat(at: At) -> None:
    raw = await got(client(at).chat.completions.with_raw_response.create(**ASKED))
    completion = await got(raw.parse())
    assert completion.object == "chat.completion"
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens > 0
    assert completion._request_id == raw.headers["x-request-id"]
    assert completion._request_id.startswith("req_")
    assert completion.choices[0].message.content
    assert len(at.control.effects("openai.completion")) == 1
    behind = client(at, base_url=at.env["OPENAI_BASE_URL"].replace("/v1", "/scenario-a/v1"))
    assert (await got(behind.chat.completions.create(**ASKED, seed=7))).usage.total_tokens > 0
    assert len(at.control.requests(CHAT)) == 2


@check(2, "the same request and seed have the same answer under another id", *BOTH)
async def same_answer(at: At) -> None:
    one, two = [await got(client(at).chat.completions.create(**ASKED, seed=7)) for _ in range(2)]
    assert (one.choices, one.usage) == (two.choices, two.usage)
    assert one.id != two.id
    other = await got(client(at).chat.completions.create(**ASKED, seed=8))
    assert other.choices[0].message.content != one.choices[0].message.content


@check(3, "a stream with usage: one last chunk without choices, [DONE] behind it", *BOTH)
async def stream_with_usage(at: At) -> None:
    options = {"stream": True, "stream_options": {"include_usage": True}}
    chunks = [chunk async for chunk in every(await got(client(at).chat.completions.create(**ASKED, **options)))]
    assert [chunk.usage is None for chunk in chunks] == [True] * (len(chunks) - 1) + [False]
    assert chunks[-1].choices == []
    assert len({chunk.id for chunk in chunks}) == 1
    whole = await got(client(at).chat.completions.create(**ASKED))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage
    streaming = client(at).chat.completions.with_streaming_response.create(**ASKED, **options)
    async with entered(streaming) as response:
        body = await got(response.read())
    assert body.endswith(b"data: [DONE]\n\n")
    assert b"event:" not in body
    assert len(at.control.requests(CHAT)) == 3
    assert at.control.effects("openai.abandoned") == []


@check(4, "a tool call, streamed: its arguments put together are JSON", *BOTH)
async def streamed_tool_call(at: At) -> None:
    helper = client(at).chat.completions.stream(**ASKED, tools=[TOOL], tool_choice="required")
    async with entered(helper) as stream:
        seen = [event.type async for event in every(stream)]
        final = await got(stream.get_final_completion())
    (call,) = final.choices[0].message.tool_calls
    assert json.loads(call.function.arguments).keys() == {"city"}
    assert (call.function.name, final.choices[0].finish_reason) == ("weather", "tool_calls")
    assert "tool_calls.function.arguments.delta" in seen


class Person(BaseModel):
    """What is asked for."""

    name: str
    age: int


@check(5, "an object by its schema; cut short it raises", *BOTH)
async def parsed(at: At) -> None:
    done = await got(client(at).chat.completions.parse(**ASKED, response_format=Person))
    assert isinstance(done.choices[0].message.parsed, Person)
    at.control.setup(answers=[{"json": True, "finish": "length"}])
    await refusal(
        lambda: client(at).chat.completions.parse(**ASKED, response_format=Person), openai.LengthFinishReasonError
    )
    at.control.setup(answers=[{"refuse": "I will not."}])
    refused = await got(client(at).chat.completions.parse(**ASKED, response_format=Person))
    assert (refused.choices[0].message.parsed, refused.choices[0].message.refusal) == (None, "I will not.")


@check(6, "three choices in one stream are told apart by their index", *BOTH)
async def three_choices(at: At) -> None:
    texts = dict.fromkeys(range(3), "")
    order, ends = [], []
    async for chunk in every(await got(client(at).chat.completions.create(**ASKED, n=3, stream=True))):
        (choice,) = chunk.choices
        texts[choice.index] += choice.delta.content or ""
        order.append(choice.index)
        ends += [choice.index] if choice.finish_reason == "stop" else []
    assert sorted(ends) == [0, 1, 2]
    assert order[:6] == [0, 1, 2, 0, 1, 2]
    whole = await got(client(at).chat.completions.create(**ASKED, n=3))
    assert [choice.message.content for choice in whole.choices] == list(texts.values())


NINE = [
    "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
    "response.output_text.delta", "response.output_text.done", "response.content_part.done",
    "response.output_item.done", "response.completed",
]  # fmt: skip


@check(7, "a response, streamed: nine kinds of events in their order, then the whole with its usage", *BOTH)
async def streamed_response(at: At) -> None:
    async with entered(client(at).responses.stream(model=MODEL, input="What is new?")) as stream:
        seen = [(event.type, event.sequence_number) async for event in every(stream)]
        final = await got(stream.get_final_response())
    assert list(dict.fromkeys(kind for kind, _ in seen)) == NINE
    assert [number for _, number in seen] == list(range(len(seen)))
    assert (final.status, final.usage.total_tokens > 0) == ("completed", True)
    assert final.output_text
    stored = await got(client(at).responses.retrieve(final.id))
    assert stored.output_text == final.output_text


@check(8, "embeddings: base64 on the wire by default, the same numbers as floats", *BOTH)
async def embeddings(at: At) -> None:
    asked = {"model": "text-embedding-3-small", "input": ["one text", "another"]}
    raw = await got(client(at).embeddings.with_raw_response.create(**asked))
    assert isinstance(json.loads(raw.content if hasattr(raw, "content") else raw.text)["data"][0]["embedding"], str)
    packed = await got(raw.parse())
    plain = await got(client(at).embeddings.create(**asked, encoding_format="float"))
    assert [len(each.embedding) for each in packed.data] == [1536, 1536]
    assert [list(each.embedding) for each in packed.data] == [each.embedding for each in plain.data]


@check(9, "an unknown model is not found, at the first attempt", *BOTH)
async def unknown_model(at: At) -> None:
    patient = client(at, max_retries=2)
    error = await refusal(lambda: patient.chat.completions.create(**{**ASKED, "model": "gpt-0"}), openai.NotFoundError)
    assert (error.code, error.type) == ("model_not_found", "invalid_request_error")
    assert len(at.control.requests(CHAT)) == 1


@check(10, "a prompt longer than the window is told as such, at the first attempt", *BOTH)
async def too_long(at: At) -> None:
    asked = {"model": "gpt-4", "messages": [{"role": "user", "content": "word " * 9_000}]}
    error = await refusal(lambda: client(at, max_retries=2).chat.completions.create(**asked), openai.BadRequestError)
    assert (error.code, error.param) == ("context_length_exceeded", "messages")
    assert "8192" in error.message
    assert len(at.control.requests(CHAT)) == 1


@check(11, "one call more than the limit of requests: one is refused", *BOTH)
async def requests_limit(at: At) -> None:
    at.control.limits(requests={"rate_per_s": 0.01, "burst": 5})

    async def one() -> Any:
        try:
            return await asyncio.to_thread(lambda: asyncio.run(got(client(at).chat.completions.create(**ASKED))))
        except openai.RateLimitError as error:
            return error

    found = await asyncio.gather(*(one() for _ in range(6)))
    (refused,) = [each for each in found if isinstance(each, openai.RateLimitError)]
    assert (refused.type, refused.code) == ("requests", "rate_limit_exceeded")
    assert int(refused.response.headers["retry-after"]) >= 1
    assert refused.response.headers["x-ratelimit-remaining-requests"] == "0"


@check(12, "the limit of tokens says how long to wait, by what is used, asked and left", *BOTH)
async def tokens_limit(at: At) -> None:
    at.control.limits(tokens={"rate_per_s": 1_000 / 60, "burst": 1_000})
    await got(client(at).chat.completions.create(**ASKED, max_tokens=700))
    error = await refusal(lambda: client(at).chat.completions.create(**ASKED, max_tokens=600), openai.RateLimitError)
    assert error.type == "tokens"
    limit, used, requested = map(int, re.findall(r"(?:Limit|Used|Requested) (\d+)", error.message))
    said = re.search(r"try again in (?:(\d+)m)?([\d.]+)(m?s)", error.message)
    assert said is not None
    told_s = 60 * int(said[1] or 0) + float(said[2]) / (1_000 if said[3] == "ms" else 1)
    assert abs(told_s - (used + requested - limit) / (limit / 60)) <= 0.005
    huge = await refusal(lambda: client(at).chat.completions.create(**ASKED, max_tokens=5_000), openai.RateLimitError)
    assert "Used" not in huge.message
    assert "retry-after" not in huge.response.headers


@check(13, "retry-after-ms is waited for, three attempts in all", *BOTH)
async def retry_after_ms(at: At) -> None:
    answer = {"error": "rate_limit_exceeded", "headers": {"retry-after-ms": "300"}}
    at.control.fault(id="limited", match=CHAT, respond=answer)
    await refusal(lambda: client(at, max_retries=2).chat.completions.create(**ASKED), openai.RateLimitError)
    rows = at.control.requests(CHAT)
    gaps = [after["at_s"] - before["at_s"] for before, after in pairwise(rows)]
    assert len(gaps) == 2
    # Not earlier than told; how much later depends on how busy the machine is.
    assert all(0.25 <= gap <= 0.30 + 0.35 for gap in gaps), gaps


@check(14, "503 once, then it goes through: the second attempt says that it is one", *BOTH)
async def overloaded_once(at: At) -> None:
    at.control.fault(id="busy", match=CHAT, sequence="F.", respond={"error": "server_is_overloaded"})
    seen: list[str] = []

    def attempt(request: Any) -> None:
        seen.append(request.headers["x-stainless-retry-count"])

    async def attempt_async(request: Any) -> None:
        attempt(request)

    asked = client(at, max_retries=2)
    asked._client.event_hooks["request"].append(attempt_async if at.client == "python async" else attempt)
    done = await got(asked.chat.completions.create(**ASKED))
    assert done.choices[0].message.content
    assert seen == ["0", "1"]
    assert [row["status"] for row in at.control.requests(CHAT)] == [503, 200]


@check(15, "an HTML 502 is an InternalServerError after three attempts", *BOTH)
async def html_502(at: At) -> None:
    at.control.fault(id="gone", match=CHAT, respond={"error": "bad_gateway"})
    error = await refusal(
        lambda: client(at, max_retries=2).chat.completions.create(**ASKED), openai.InternalServerError
    )
    assert error.status_code == 502
    assert len(at.control.requests(CHAT)) == 3


@check(16, "a stream that is cut ends in an APIConnectionError, and is not asked for again", *BOTH)
async def cut_stream(at: At) -> None:
    at.control.setup(answers=[{"say": "one two three four five six"}])
    at.control.fault(id="cut", match=CHAT, break_stream={"keep": 0.5, "ending": "close"})
    seen = []

    async def listen() -> None:
        asked = client(at, max_retries=2).chat.completions.create(**ASKED, stream=True)
        async for chunk in every(await got(asked)):
            seen.append(chunk)  # noqa: PERF401  those before the cut are wanted

    await refusal(listen, openai.APIConnectionError)
    (row,) = at.control.requests(CHAT)
    assert len(seen) == row["chunks"] == 4
    assert len(at.control.effects("openai.completion")) == len(at.control.effects("openai.abandoned")) == 1


@check(17, "responses go on from each other and in a conversation, are listed, deleted, parsed", *BOTH)
async def stateful_responses(at: At) -> None:
    at.control.setup(
        answers=[{"when": {"turn": 2}, "say": "second"}, {"when": {"says": "parse"}, "json": True}, {"echo": True}]
    )
    asked = client(at).responses
    one = await got(asked.create(model=MODEL, input="first"))
    two = await got(asked.create(model=MODEL, input="next", previous_response_id=one.id))
    assert (one.output_text, two.output_text) == ("first", "second")
    items = [item async for item in every(await got(asked.input_items.list(two.id)))]
    assert [item.content[0].text for item in items] == ["next"]
    await got(asked.delete(one.id))
    assert (await refusal(lambda: asked.retrieve(one.id), openai.NotFoundError)).status_code == 404
    conversation = await got(client(at).conversations.create())
    await got(asked.create(model=MODEL, input="in it", conversation=conversation.id))
    kept = [item async for item in every(await got(client(at).conversations.items.list(conversation.id)))]
    assert [item.role for item in kept] == ["assistant", "user"]
    parsed = await got(asked.parse(model=MODEL, input="parse this", text_format=Person))
    assert isinstance(parsed.output_parsed, Person)


@check(18, "a response in the background is polled until it is done; a cancelled one is never done", *BOTH)
async def background(at: At) -> None:
    asked = client(at).responses
    made = await got(asked.create(model=MODEL, input="hi", background=True))
    cancelled = await got(asked.create(model=MODEL, input="hi", background=True))
    assert (made.status, (await got(asked.cancel(cancelled.id))).status) == ("queued", "cancelled")
    at.control.advance(0.6)
    assert (await _until(at, lambda: asked.retrieve(made.id), {"in_progress"})).status == "in_progress"
    at.control.advance(60.0)
    assert (await _until(at, lambda: asked.retrieve(made.id), {"completed"})).output_text
    assert (await got(asked.retrieve(cancelled.id))).status == "cancelled"
    assert [row["id"] for row in at.control.effects()] == [made.id]


async def _until(at: At, look: Any, wanted: set[str]) -> Any:
    """What is looked at, as soon as it has one of these statuses. Deferred steps run in their own time."""
    for _ in range(1_000):
        found = await got(look())
        if found.status in wanted:
            return found
    raise AssertionError(f"{found.status} in {at.client}, never {wanted}")


@check(19, "a file of requests is uploaded, worked on as a batch, and its answers are read", *BOTH)
async def batch(at: At) -> None:
    at.control.setup(answers=[{"echo": True}])
    asked = client(at)
    bodies = [{**ASKED, "messages": [{"role": "user", "content": f"number {n}"}]} for n in range(3)]
    lines = [
        {"custom_id": f"r-{n}", "method": "POST", "url": "/v1/chat/completions", "body": body}
        for n, body in enumerate(bodies)
    ]
    content = "\n".join(map(json.dumps, lines)).encode()
    file = await got(asked.files.create(file=("in.jsonl", content), purpose="batch"))
    assert (file.bytes, (await got(asked.files.retrieve(file.id))).filename) == (len(content), "in.jsonl")
    made = await got(
        asked.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    )
    assert made.status == "validating"
    for _ in range(5):
        at.control.advance(1.1)
        await got(asked.batches.retrieve(made.id))
    done = await _until(at, lambda: asked.batches.retrieve(made.id), {"completed"})
    assert (done.request_counts.completed, done.request_counts.failed) == (3, 0)
    output = await got(asked.files.content(done.output_file_id))
    rows = [json.loads(line) for line in output.text.splitlines()]
    said = [row["response"]["body"]["choices"][0]["message"]["content"] for row in rows]
    assert said == ["number 0", "number 1", "number 2"]
    assert [each.id async for each in every(await got(asked.batches.list()))] == [made.id]


@check(20, "models are listed, a text is moderated, a webhook's signature is unwrapped", *BOTH)
async def the_rest(at: At) -> None:
    asked = client(at)
    models = [model.id async for model in every(await got(asked.models.list()))]
    assert MODEL in models
    assert (await got(asked.models.retrieve(MODEL))).object == "model"
    flagged = await got(asked.moderations.create(input="I will kill you"))
    assert (flagged.results[0].flagged, flagged.results[0].categories.violence) == (True, True)
    with at.receiver() as receiver:
        secret = at.control.ask("POST", "receivers", {"account": "default", "url": receiver.url})["secret"]
        made = await got(asked.responses.create(model=MODEL, input="hi", background=True))
        at.control.advance(0.6)
        await _until(at, lambda: asked.responses.retrieve(made.id), {"in_progress"})
        at.control.advance(60.0)
        (told,) = await asyncio.to_thread(receiver.wait_for, 1)
    event = asked.webhooks.unwrap(told.body, told.headers, secret=secret)
    assert (event.type, event.data.id) == ("response.completed", made.id)
    forged = told.body.replace(b"completed", b"cancelled")
    try:
        asked.webhooks.unwrap(forged, told.headers, secret=secret)
    except openai.InvalidWebhookSignatureError:
        return
    raise AssertionError("a forged webhook was taken for a true one")


async def streamed(at: At, sent: Any = None, **fault: Any) -> tuple[list[Any], Any]:
    """What a raw chat stream of seven frames gives under a fault, and how it ends: an error, or None."""
    at.control.ask("POST", "reset")
    at.control.setup(answers=[{"say": "one two three four"}])
    at.control.fault(id="odd", match=CHAT, **fault)
    seen: list[Any] = []
    try:
        async for chunk in every(
            await got((sent or client(at, max_retries=2)).chat.completions.create(**ASKED, stream=True))
        ):
            seen.append(chunk)  # noqa: PERF401  those before the end are wanted
    except Exception as error:  # noqa: BLE001  its kind is what is looked at
        return seen, error
    return seen, None


@check(21, "what goes wrong within a stream, and what the client makes of it", *BOTH)
async def faults_in_streams(at: At) -> None:
    seen, error = await streamed(at, end_stream={"keep": 0.5, "error": "server_error"})
    assert (len(seen), type(error), hasattr(error, "status_code")) == (3, openai.APIError, False)
    assert len(at.control.requests(CHAT)) == 1
    # Over in order, without [DONE] and without a reason: nothing tells, but for the reason that is missing.
    seen, error = await streamed(at, end_stream={"keep": 0.5})
    assert (len(seen), error, seen[-1].choices[0].finish_reason) == (3, None, None)
    # Half a frame at the end is dropped without a word.
    seen, error = await streamed(at, end_stream={"keep": 0.5, "mid_chunk": True})
    assert (len(seen), error) == (3, None)
    seen, error = await streamed(at, inject={"content": "data: {broken\n\n"})
    assert isinstance(error, json.JSONDecodeError)
    seen, error = await streamed(at, inject={"content": ": ping\n\n"})
    assert error is None
    whole = "".join(chunk.choices[0].delta.content or "" for chunk in seen)
    assert whole == "one two three four"
    # A stream that stands still runs into the time-out, which is that between two pieces; one that drips does not.
    hasty = client(at, timeout=0.3)
    seen, error = await streamed(at, hasty, stall={"for_s": 30})
    assert isinstance(error, openai.APITimeoutError)
    seen, error = await streamed(at, hasty, drip={"over_s": 0.6})
    assert (len(seen), error) == (6, None)
    for body in ("html", "json"):
        seen, error = await streamed(at, respond={"status": 200, "body": body})
        assert (seen, error) == ([], None)


@check(22, "a helper takes a stream that just ends for a whole one, without a reason for its end", *BOTH)
async def helper_of_a_cut_stream(at: At) -> None:
    at.control.fault(id="odd", match=CHAT, end_stream={"keep": 0.5})
    async with entered(client(at).chat.completions.stream(**ASKED)) as stream:
        async for _ in every(stream):
            pass
        final = await got(stream.get_final_completion())
    assert final.choices[0].finish_reason is None


@check(23, "what goes wrong around a 200, and what the client makes of it", *BOTH)
async def odd_answers(at: At) -> None:
    async def asked(sent: Any = None, **fault: Any) -> Any:
        at.control.ask("POST", "reset")
        at.control.fault(id="odd", match=CHAT, **fault)
        try:
            return await got((sent or client(at, max_retries=2)).chat.completions.create(**ASKED))
        except Exception as error:  # noqa: BLE001  its kind is what is looked at
            return error

    assert isinstance(await asked(respond={"status": 200, "body": "html"}), str)
    assert isinstance(await asked(respond={"status": 200, "body": "json", "content": ""}), json.JSONDecodeError)
    assert isinstance(await asked(malform={"how": "body"}), json.JSONDecodeError)
    assert (await asked(respond={"status": 200, "body": "json", "content": '{"choices": []}'})).choices == []
    assert len(at.control.requests(CHAT)) == 1
    # Cut in the body: tried again, twice, and billed each time.
    assert isinstance(await asked(truncate={"keep": 0.5}), openai.APIConnectionError)
    assert len(at.control.effects("openai.completion")) == 3
    hasty = client(at, timeout=0.3, max_retries=1)
    assert isinstance(await asked(hasty, drip={"over_s": 1.0, "pieces": 2}), openai.APITimeoutError)
    assert len(at.control.effects("openai.completion")) == 2
    error = await asked(respond={"error": "insufficient_quota"})
    assert (error.type, len(at.control.requests(CHAT))) == ("insufficient_quota", 3)


@check(24, "a response that fails in its stream: an error, unless it is said in the flat form", *BOTH)
async def failing_responses(at: At) -> None:
    async def asked(**fault: Any) -> tuple[list[str], Any]:
        at.control.ask("POST", "reset")
        at.control.fault(id="odd", match="POST /v1/responses", **fault)
        seen: list[str] = []
        try:
            stream = await got(client(at).responses.create(model=MODEL, input="hi", stream=True))
            async for event in every(stream):
                seen.append(event.type)  # noqa: PERF401  those before the end are wanted
        except openai.APIError as error:
            return seen, error
        return seen, None

    seen, error = await asked(end_stream={"keep": 0.1, "error": "tokens_exceeded"})
    assert (seen[0], error.code) == ("response.created", "rate_limit_exceeded")
    flat = {"type": "error", "code": "server_error", "message": "no", "param": None, "sequence_number": 2}
    seen, error = await asked(end_stream={"keep": 0.1, "content": f"event: error\ndata: {json.dumps(flat)}\n\n"})
    assert (seen[-1], error) == ("error", None)
    seen, error = await asked(end_stream={"keep": 0.1})
    assert error is None
    assert "response.completed" not in seen


if __name__ == "__main__":
    main()
