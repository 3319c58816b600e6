"""Gemini: what is sent, what is an answer, and what only looks like one."""

from typing import Any

import orjson
import pytest

from brownout_core.adapters.gemini import GeminiClient
from brownout_core.errors import (
    AnswerEmpty,
    AuthenticationFailed,
    BrownoutError,
    ContentWithheld,
    QuotaExhausted,
    ResponseBroken,
    ServiceError,
    Throttled,
    VendorRefused,
    VendorUnavailable,
)
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
from brownout_core.transport import Response
from tests.core.fakes import reply, wire
from tests.core.models import ACCESS, GEMINI_KEY, Scripted, Step, gemini_error, gemini_stream, generated
from tests.support.aio import virtually

PROMPT = Prompt.of("Where is it?", system="Be short.", max_tokens=50)
WHOLE = Completion("abc", "gemini-2.5-flash", "Hello there", Finish.STOP, Usage(7, 3))


def client(fake: Scripted) -> GeminiClient:
    made = GeminiClient(ACCESS["gemini"], wire(fake.transport))
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


def events(*answers: Any) -> list[Any]:
    return [b"data: %b\r\n\r\n" % orjson.dumps(each) for each in answers]


def test_a_whole_answer() -> None:
    thought = {"text": "Let me see.", "thought": True}
    fake = Scripted(reply(200, generated(thought, "Hello", " there")))
    assert virtually(client(fake).chat(PROMPT, operation_id="op-1")) == WHOLE
    (request,) = fake.requests
    assert request.url == "http://gemini.test/v1beta/models/gemini-2.5-flash-lite:generateContent"
    assert request.headers["x-goog-api-key"] == GEMINI_KEY
    assert fake.bodies() == [
        {
            "contents": [{"role": "user", "parts": [{"text": "Where is it?"}]}],
            "systemInstruction": {"parts": [{"text": "Be short."}]},
            "generationConfig": {"maxOutputTokens": 50},
        }
    ]


def test_what_the_model_said_before_is_the_models() -> None:
    fake = Scripted(reply(200, generated("Hello there")))
    talk = [Message("user", "Hi"), Message("assistant", "Yes?"), Message("user", "Well")]
    virtually(client(fake).chat(Prompt(messages=talk), operation_id="op-1"))
    (body,) = fake.bodies()
    assert [each["role"] for each in body["contents"]] == ["user", "model", "user"]
    assert list(body) == ["contents"]


def test_a_stream_is_pieces_and_at_its_end_the_whole() -> None:
    fake = Scripted(gemini_stream("Hello", " there"))
    assert virtually(read(client(fake))) == [Piece("Hello"), Piece(" there"), Piece("", WHOLE)]
    assert fake.requests[0].url.endswith(":streamGenerateContent?alt=sse")


@pytest.mark.parametrize(
    "stream",
    [
        gemini_stream("Hello", finish=None),
        [*gemini_stream("Hello", finish=None), b'data: {"candidates"'],
        [orjson.dumps(generated("Hello")).join([b"data: ", b"\r\n"])],
        [*gemini_stream("Hello", finish=None), b"data: nonsense\r\n\r\n"],
        [*gemini_stream("Hello", finish=None), b"data: [1]\r\n\r\n"],
        events({key: value for key, value in generated("Hello").items() if key != "usageMetadata"}),
        events(generated("Hello", responseId=None)),
        [orjson.dumps([generated("Hello")])],
        [b"<html>busy</html>"],
        [],
    ],
    ids=[
        "just ends",
        "half a frame",
        "no blank line",
        "no JSON",
        "a list",
        "no usage",
        "no id",
        "array",
        "page",
        "none",
    ],
)
def test_a_stream_that_has_not_come_to_its_end_is_never_a_result(stream: Step) -> None:
    error = ended(stream)
    assert type(error) is ResponseBroken
    assert (error.retryable, error.is_failure) == (True, True)


INVALID_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
WISH = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "26.5s"}
BLOCKED = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 4}}
NO_PARTS = {"candidates": [{"content": {"role": "model"}, "finishReason": "STOP"}]}


@pytest.mark.parametrize(
    ("step", "kind", "code", "retryable", "wish_s"),
    [
        (gemini_error(400, "INVALID_ARGUMENT", details=[INVALID_KEY]), AuthenticationFailed, None, False, None),
        (gemini_error(403, "PERMISSION_DENIED"), AuthenticationFailed, None, False, None),
        (gemini_error(400, "FAILED_PRECONDITION"), AuthenticationFailed, None, False, None),
        (gemini_error(400, "INVALID_ARGUMENT"), VendorRefused, None, False, None),
        (gemini_error(404, "NOT_FOUND"), VendorRefused, None, False, None),
        (gemini_error(402, "RESOURCE_EXHAUSTED"), QuotaExhausted, None, False, None),
        (gemini_error(429, "RESOURCE_EXHAUSTED", "limit: 0, model: x", [WISH]), QuotaExhausted, None, False, None),
        (gemini_error(429, "RESOURCE_EXHAUSTED", "limit: 10, model: x", [WISH]), Throttled, None, True, 26.5),
        (gemini_error(429, "RESOURCE_EXHAUSTED"), Throttled, None, True, None),
        (gemini_error(429, "RESOURCE_EXHAUSTED", details=["x", {"retryDelay": "soon"}]), Throttled, None, True, None),
        (gemini_error(500, "INTERNAL"), VendorUnavailable, None, True, None),
        (gemini_error(503, "UNAVAILABLE"), VendorUnavailable, None, True, None),
        (gemini_error(504, "DEADLINE_EXCEEDED"), VendorUnavailable, None, True, None),
        (Response(502, {}, b"<html>502</html>"), VendorUnavailable, "", True, None),
        (
            events(generated("Hel", finish=None), {"error": {"code": 503, "status": "UNAVAILABLE"}}),
            VendorUnavailable,
            "UNAVAILABLE",
            True,
            None,
        ),
        (
            events({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [WISH]}}),
            Throttled,
            "RESOURCE_EXHAUSTED",
            True,
            26.5,
        ),
        (events({"error": "words"}), VendorUnavailable, "", True, None),
        (reply(200, BLOCKED), ContentWithheld, "SAFETY", False, None),
        (events(BLOCKED), ContentWithheld, "SAFETY", False, None),
        (reply(200, generated(finish="SAFETY")), ContentWithheld, "SAFETY", False, None),
        (
            events(generated("Hel", finish=None), generated(finish="RECITATION")),
            ContentWithheld,
            "RECITATION",
            False,
            None,
        ),
        (reply(200, NO_PARTS), AnswerEmpty, "STOP", True, None),
        (events(NO_PARTS), AnswerEmpty, "STOP", True, None),
        (reply(200, {"candidates": [], "usageMetadata": {}}), AnswerEmpty, "", True, None),
        (reply(200, {}), AnswerEmpty, "", True, None),
        (reply(200, generated(finish="MAX_TOKENS")), AnswerEmpty, "MAX_TOKENS", False, None),
        (
            reply(200, generated("Hel", finish="MALFORMED_FUNCTION_CALL")),
            AnswerEmpty,
            "MALFORMED_FUNCTION_CALL",
            True,
            None,
        ),
        (reply(200, generated("Hel", finish="OTHER")), AnswerEmpty, "OTHER", True, None),
    ],
    ids=str,
)
def test_each_way_of_failing_is_an_error_of_its_kind(
    step: Step, kind: type[ServiceError], code: str | None, retryable: bool, wish_s: float | None
) -> None:
    """`code` None: the error's own `status`."""
    error = ended(step)
    if code is None:
        assert isinstance(step, Response)
        code = orjson.loads(step.body)["error"]["status"]
    assert (type(error), error.code or "", error.retryable) == (kind, code, retryable)
    assert error.retry_after_s == (None if wish_s is None else pytest.approx(wish_s))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"candidates": ['])
def test_a_200_that_is_no_answer_is_a_broken_one(body: bytes) -> None:
    assert type(ended(Response(200, {}, body))) is ResponseBroken


@pytest.mark.parametrize("odd", [{"candidates": 5}, {"candidates": [5]}, {"candidates": [{"content": {"parts": [5]}}]}])
def test_an_answer_of_another_shape_is_broken(odd: Any) -> None:
    assert type(ended(reply(200, odd))) is ResponseBroken


def test_vectors_come_in_the_order_of_their_texts() -> None:
    fake = Scripted(reply(200, {"embeddings": [{"values": [1.0, 0.0]}, {"values": [0.0, 1.0]}]}))
    made = virtually(client(fake).embed(["a", "b"], operation_id="op-1", dimensions=2))
    assert made == Embeddings([[1.0, 0.0], [0.0, 1.0]], "gemini-embedding-001", None)
    one = {"model": "models/gemini-embedding-001", "outputDimensionality": 2}
    assert fake.bodies() == [{"requests": [{**one, "content": {"parts": [{"text": text}]}} for text in "ab"]}]
    fake = Scripted(reply(200, {"embeddings": [{"values": [1.0]}]}))
    with pytest.raises(ResponseBroken):
        virtually(client(fake).embed(["a", "b"], operation_id="op-1"))
