"""OpenAI: what is sent, what is an answer, and what only looks like one."""

from typing import Any

import orjson
import pytest

from brownout_core.adapters.openai import OUT_OF_MONEY, OpenAIClient
from brownout_core.errors import (
    AnswerEmpty,
    AuthenticationFailed,
    BrownoutError,
    ConnectionLost,
    ContentWithheld,
    QuotaExhausted,
    ResponseBroken,
    ServiceError,
    Throttled,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.redaction import Redactor
from brownout_core.services.assistant import (
    AssistantService,
    Completion,
    Embeddings,
    Finish,
    Message,
    Piece,
    Prompt,
    Usage,
)
from brownout_core.transport import Lost, Response
from tests.core.fakes import reply, wire
from tests.core.models import (
    ACCESS,
    DONE,
    OPENAI_KEY,
    SPENT,
    Scripted,
    Step,
    chat,
    delta,
    frame,
    openai_error,
    streamed,
)
from tests.support.aio import virtually

REDACTOR = Redactor([OPENAI_KEY])
PROMPT = Prompt.of("Where is it?", system="Be short.", max_tokens=50)
WHOLE = Completion("chatcmpl-1", "gpt-4o-mini", "Hello there", Finish.STOP, Usage(7, 3))


def client(fake: Scripted) -> OpenAIClient:
    made = OpenAIClient(ACCESS["openai"], wire(fake.transport))
    _is_one: AssistantService = made
    return made


async def read(made: AssistantService, prompt: Prompt = PROMPT) -> list[Piece]:
    async with made.stream(prompt, operation_id="op-1") as pieces:
        return [piece async for piece in pieces]


def ended(step: Step) -> Any:
    """How a call ends, whole and as a stream: an answer or an error, the same for both."""

    async def main() -> Any:
        made = client(Scripted(step))
        try:
            return (await read(made))[-1].whole if isinstance(step, list) else await made.chat(PROMPT, operation_id="o")
        except BrownoutError as error:
            return error

    return virtually(main())


def test_a_whole_answer() -> None:
    fake = Scripted(chat())
    assert virtually(client(fake).chat(PROMPT, operation_id="op-1")) == WHOLE
    (request,) = fake.requests
    assert (request.method, request.url) == ("POST", "http://openai.test/v1/chat/completions")
    assert request.headers["Authorization"] == f"Bearer {OPENAI_KEY}"
    assert request.headers["X-Correlation-ID"] == "op-1"
    assert fake.bodies() == [
        {
            "model": "gpt-4o-mini",
            "messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Where is it?"}],
            "max_completion_tokens": 50,
        }
    ]


def test_a_stream_is_pieces_and_at_its_end_the_whole() -> None:
    fake = Scripted(streamed("Hello", " there"))
    assert virtually(read(client(fake))) == [Piece("Hello"), Piece(" there"), Piece("", WHOLE)]
    (body,) = fake.bodies()
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})


def test_a_stream_is_the_same_however_its_bytes_are_cut() -> None:
    text = b"".join(each for each in streamed("Grüße", " 世界") if isinstance(each, bytes))
    bytewise = [text[place : place + 1] for place in range(len(text))]
    assert virtually(read(client(Scripted(bytewise))))[-1].whole == WHOLE._replace(text="Grüße 世界")


@pytest.mark.parametrize(
    "stream",
    [
        streamed("Hello", finish=None, spent=False, done=False),
        streamed("Hello", done=False),
        streamed("Hello", finish=None),
        streamed("Hello", spent=False),
        [*streamed("Hello", finish=None, spent=False, done=False), b'data: {"id":"chat'],
        [delta(content="Hello"), b"data: {nonsense\n\n", DONE],
        [delta(content="Hello"), b"data: 5\n\n", DONE],
        [b"<html>busy</html>"],
        [b'{"id":"chatcmpl-1"}'],
        [],
        streamed("Hello", finish="tool_calls"),
    ],
    ids=[
        "just ends", "no terminator", "no reason", "no usage", "half a frame", "no JSON", "no object", "a page",
        "not a stream", "nothing", "calls a tool",
    ],
)  # fmt: skip
def test_a_stream_that_has_not_come_to_its_end_is_never_a_result(stream: Step) -> None:
    error = ended(stream)
    assert type(error) is ResponseBroken
    assert (error.retryable, error.is_failure) == (True, True)


def test_a_stream_whose_connection_ends_is_lost_after_what_was_there() -> None:
    async def main() -> None:
        async with client(Scripted([delta(content="Hel"), Lost()])).stream(PROMPT, operation_id="op-1") as pieces:
            assert await anext(pieces) == Piece("Hel")
            with pytest.raises(ConnectionLost):
                await anext(pieces)

    virtually(main())


def error_frame(kind: str, code: str | None = None) -> list[Any]:
    return [delta(content="Hel"), frame({"error": {"message": "no", "type": kind, "param": None, "code": code}})]


@pytest.mark.parametrize(
    ("step", "kind", "code", "retryable", "wish_s"),
    [
        (
            openai_error(401, "bad key", "invalid_request_error", "invalid_api_key"),
            AuthenticationFailed,
            "invalid_api_key",
            False,
            None,
        ),
        (
            openai_error(403, "not there", "request_forbidden", "unsupported_country_region_territory"),
            AuthenticationFailed,
            "unsupported_country_region_territory",
            False,
            None,
        ),
        (
            openai_error(400, "what?", "invalid_request_error", "unknown_parameter"),
            VendorRefused,
            "unknown_parameter",
            False,
            None,
        ),
        (
            openai_error(400, "too long", "invalid_request_error", "context_length_exceeded"),
            VendorRefused,
            "context_length_exceeded",
            False,
            None,
        ),
        (
            openai_error(404, "no such model", "invalid_request_error", "model_not_found"),
            VendorRefused,
            "model_not_found",
            False,
            None,
        ),
        (
            openai_error(429, "Limit 3, Used 3, Requested 1", "requests", "rate_limit_exceeded", retry_after="2"),
            Throttled,
            "rate_limit_exceeded",
            True,
            2,
        ),
        (
            openai_error(
                429,
                "Limit 30000, Used 29937, Requested 385. Please try again in 644ms.",
                "tokens",
                "rate_limit_exceeded",
            ),
            Throttled,
            "rate_limit_exceeded",
            True,
            0.644,
        ),
        (
            openai_error(
                429,
                "Limit 1000, Used 1000, Requested 1. Please try again in 1m26.4s.",
                "requests",
                "rate_limit_exceeded",
            ),
            Throttled,
            "rate_limit_exceeded",
            True,
            86.4,
        ),
        (
            openai_error(429, "Request too large: Limit 10000, Requested 20000.", "tokens", "rate_limit_exceeded"),
            Throttled,
            "rate_limit_exceeded",
            False,
            None,
        ),
        (openai_error(429, "slow down", "rate_limit_error", "slow_down"), Throttled, "slow_down", True, None),
        *(
            (openai_error(429, "pay", "insufficient_quota", code), QuotaExhausted, code, False, None)
            for code in sorted(OUT_OF_MONEY)
        ),
        (
            openai_error(429, "no", "requests", "rate_limit_exceeded", x_should_retry="false"),
            Throttled,
            "rate_limit_exceeded",
            False,
            None,
        ),
        (openai_error(500, "oops", "server_error"), VendorUnavailable, "server_error", True, None),
        (
            openai_error(503, "busy", "service_unavailable_error", "server_is_overloaded"),
            VendorUnavailable,
            "server_is_overloaded",
            True,
            None,
        ),
        (Response(502, {}, b"<html>502</html>"), VendorUnavailable, None, True, None),
        (Response(529, {}, b""), VendorUnavailable, None, True, None),
        (openai_error(408, "late", "timeout"), VendorUnavailable, "timeout", True, None),
        (error_frame("server_error"), VendorUnavailable, "server_error", True, None),
        (error_frame("tokens", "rate_limit_exceeded"), Throttled, "rate_limit_exceeded", True, None),
        (
            error_frame("insufficient_quota", "credit_balance_exhausted"),
            QuotaExhausted,
            "credit_balance_exhausted",
            False,
            None,
        ),
        (error_frame("invalid_request_error"), VendorRefused, "invalid_request_error", False, None),
        ([frame({"error": "plain words"})], VendorUnavailable, None, True, None),
        (
            reply(200, {"error": {"message": "no", "type": "server_error", "code": None}}),
            VendorUnavailable,
            "server_error",
            True,
            None,
        ),
        (chat(None), AnswerEmpty, None, True, None),
        (chat(None, finish="length"), AnswerEmpty, None, False, None),
        (reply(200, {"id": "c", "choices": []}), AnswerEmpty, None, True, None),
        (streamed(), AnswerEmpty, None, True, None),
        (chat("half a", finish="content_filter"), ContentWithheld, "content_filter", False, None),
        (chat(None, refusal="I will not."), ContentWithheld, "refusal", False, None),
        (streamed("half a", finish="content_filter"), ContentWithheld, "content_filter", False, None),
        (
            [delta(refusal="I will"), delta(refusal=" not."), delta(finish="stop"), SPENT, DONE],
            ContentWithheld,
            "refusal",
            False,
            None,
        ),
    ],
    ids=str,
)
def test_each_way_of_failing_is_an_error_of_its_kind(
    step: Step, kind: type[ServiceError], code: str | None, retryable: bool, wish_s: float | None
) -> None:
    error = ended(step)
    assert (type(error), error.code, error.retryable) == (kind, code, retryable)
    assert error.retry_after_s == (None if wish_s is None else pytest.approx(wish_s))
    assert error.may_have_effect is (kind in {VendorUnavailable, AnswerEmpty})


@pytest.mark.parametrize(
    "step",
    [
        Response(200, {}, b"<html>"),
        Response(200, {}, b""),
        Response(200, {}, b'{"id": "chatcmpl-1", "choi'),
        reply(200, {"id": "c", "choices": [5]}),
        reply(200, {"id": "c", "choices": [{"message": "no"}]}),
        chat("Hello", finish="tool_calls"),
        reply(200, {**orjson.loads(chat().body), "usage": None}),
        reply(200, {**orjson.loads(chat().body), "usage": {"prompt_tokens": 1.5, "completion_tokens": 2}}),
        reply(200, {**orjson.loads(chat().body), "id": None}),
    ],
    ids=range(9),
)
def test_a_200_that_is_no_answer_is_a_broken_one(step: Step) -> None:
    assert type(ended(step)) is ResponseBroken


def test_an_answer_of_as_many_tokens_as_it_was_allowed_says_so() -> None:
    assert ended(chat("Hello there", finish="length")) == WHOLE._replace(finish=Finish.LENGTH)
    assert ended(streamed("Hello there", finish="length")) == WHOLE._replace(finish=Finish.LENGTH)


def test_vectors_come_in_the_order_of_their_texts() -> None:
    rows = [{"index": 1, "embedding": [0.0, 1.0]}, {"index": 0, "embedding": [1.0, 0.0]}]
    fake = Scripted(
        reply(200, {"data": rows, "model": "text-embedding-3-small", "usage": {"prompt_tokens": 4, "total_tokens": 4}})
    )
    made = virtually(client(fake).embed(["a", "b"], operation_id="op-1", dimensions=2))
    assert made == Embeddings([[1.0, 0.0], [0.0, 1.0]], "text-embedding-3-small", 4)
    assert fake.bodies() == [
        {"model": "text-embedding-3-small", "input": ["a", "b"], "encoding_format": "float", "dimensions": 2}
    ]
    for wrong in ([], rows[:1], [rows[0], rows[0]], [{"index": 0, "embedding": "AAAA"}, rows[0]]):
        fake = Scripted(reply(200, {"data": wrong, "usage": {"prompt_tokens": 4}}))
        with pytest.raises(ResponseBroken):
            virtually(client(fake).embed(["a", "b"], operation_id="op-1"))


def test_no_message_quotes_the_key() -> None:
    for step in (openai_error(401, f"bad key {OPENAI_KEY}", "x"), chat(None, refusal=f"not {OPENAI_KEY}")):
        made = OpenAIClient(ACCESS["openai"], wire(Scripted(step).transport)._replace(redactor=REDACTOR))
        with pytest.raises(ServiceError) as caught:
            virtually(made.chat(Prompt(messages=[Message("user", "?")]), operation_id="o"))
        assert OPENAI_KEY not in str(caught.value)
