"""OpenAI: chat completions, whole and as a stream, and embeddings. No SDK, hence no hidden retry.

A 200 is not yet an answer: a stream may hold an error, or just end; a filter may have taken the text away. What comes
back has a reason for its end and its usage, or it is an error.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from brownout_core.adapters import sse
from brownout_core.adapters.base import EMPTY, Said, VendorClient, error_object, text_of
from brownout_core.adapters.declaration import Adapter, Wire, url, variable
from brownout_core.errors import AnswerEmpty, AuthenticationFailed, ContentWithheld, QuotaExhausted
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.settings import original, recommended
from brownout_core.services.assistant import Completion, Embeddings, Finish, Piece, Prompt, Usage, is_vector
from brownout_core.transport import Response

DONE = b"[DONE]"
OUT_OF_MONEY = frozenset(
    {
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
    }
)
"""Codes of a 429 that no waiting cures (help center, articles 6614457 and 5955604)."""
FINISHES = {"stop": Finish.STOP, "length": Finish.LENGTH}
# `try again in 1m26.4s`: Go writes durations so, down to milliseconds.
_WISH = re.compile(r"try again in (?=\d)(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAIAccess:
    """Where OpenAI is, with which key, and which models are asked."""

    base_url: str = variable("OPENAI_BASE_URL", read=url, default="http://127.0.0.1:12115/v1")
    api_key: str = variable("OPENAI_API_KEY", secret=True)
    model: str = variable("OPENAI_MODEL", default="gpt-4o-mini")
    embedding_model: str = variable("OPENAI_EMBEDDING_MODEL", default="text-embedding-3-small")


class OpenAIClient(VendorClient):
    """An `AssistantService`. OpenAI knows no idempotency: each call is billed. Safe for concurrent use."""

    vendor = "openai"

    def __init__(self, access: OpenAIAccess, wire: Wire) -> None:
        super().__init__(access.base_url, wire)
        self._model = access.model
        self._embedding_model = access.embedding_model
        self._headers = {"Authorization": f"Bearer {access.api_key}", "Content-Type": "application/json"}

    async def chat(self, prompt: Prompt, *, operation_id: str) -> Completion:
        """The whole answer at once."""
        call = "chat"
        body = orjson.dumps(self._body(prompt))
        response = await self._ask(call, operation_id, "POST", "/chat/completions", headers=self._headers, body=body)
        data = self._json(call, response)
        self._raise_error_in(call, response, data)
        choice = self._choice(call, response, data)
        message = self._field(call, response, choice, "message", dict)
        if refusal := self._optional(call, response, message, "refusal", ""):
            raise self._withheld(call, "refusal", refusal)
        text = self._optional(call, response, message, "content", "")
        made = _Answer(text=text, finish=self._field(call, response, choice, "finish_reason", str))
        self._note(call, response, made, data)
        return self._completion(call, response, made)

    @asynccontextmanager
    async def stream(self, prompt: Prompt, *, operation_id: str) -> AsyncIterator[AsyncIterator[Piece]]:
        """The answer as it is made; see `AssistantService`."""
        call = "stream"
        body = orjson.dumps({**self._body(prompt), "stream": True, "stream_options": {"include_usage": True}})
        opening = self._open(call, operation_id, "POST", "/chat/completions", headers=self._headers, body=body)
        async with opening as chunks, aclosing(self._read(call, chunks)) as pieces:
            yield pieces

    async def embed(self, texts: Sequence[str], *, operation_id: str, dimensions: int | None = None) -> Embeddings:
        """A vector for each text, in their order."""
        call = "embed"
        asked = {"model": self._embedding_model, "input": list(texts), "encoding_format": "float"}
        body = orjson.dumps(asked if dimensions is None else {**asked, "dimensions": dimensions})
        response = await self._ask(call, operation_id, "POST", "/embeddings", headers=self._headers, body=body)
        data = self._json(call, response)
        rows = self._objects(call, response, data, "data")
        by_index = {self._field(call, response, row, "index", int): row.get("embedding") for row in rows}
        vectors = [by_index.get(place) for place in range(len(texts))]
        if len(rows) != len(texts) or not all(map(is_vector, vectors)):
            raise self._broken(call, response, f"there is no vector for each of {len(texts)} texts")
        usage = self._field(call, response, data, "usage", dict)
        return Embeddings(
            [vector for vector in vectors if vector],
            self._field(call, response, data, "model", str),
            self._field(call, response, usage, "prompt_tokens", int),
        )

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": prompt.model or self._model,
            "messages": [{"role": each.role, "content": each.text} for each in prompt.messages],
        }
        if prompt.max_tokens is not None:
            body["max_completion_tokens"] = prompt.max_tokens
        return body

    async def _read(self, call: str, chunks: AsyncIterator[bytes]) -> AsyncGenerator[Piece, None]:
        """Its text, piece by piece; at the end the whole, if it has come to one."""
        answer, events, is_done = _Answer(), sse.Events(), False
        try:
            async for chunk in chunks:
                for event in events.take(chunk):
                    is_done = is_done or event == DONE
                    if not is_done and (piece := self._taken(call, answer, event)):
                        yield Piece(piece)
            events.end()
        except sse.Unfinished as error:
            raise self._broken(call, STREAMED, str(error)) from error
        if not is_done:
            raise self._broken(call, STREAMED, "the stream ends without its terminator")
        if answer.refusal:
            raise self._withheld(call, "refusal", answer.refusal)
        yield Piece("", self._completion(call, STREAMED, answer))

    def _taken(self, call: str, answer: "_Answer", event: bytes) -> str:
        """What an event adds to the text."""
        try:
            data = orjson.loads(event)
        except orjson.JSONDecodeError as error:
            raise self._broken(call, STREAMED, "an event is not JSON") from error
        if not isinstance(data, dict):
            raise self._broken(call, STREAMED, "an event is not a JSON object")
        self._raise_error_in(call, STREAMED, data)
        self._note(call, STREAMED, answer, data)
        choices = self._objects(call, STREAMED, data, "choices")
        if not choices:
            return ""
        delta = self._field(call, STREAMED, choices[0], "delta", dict)
        answer.finish = self._optional(call, STREAMED, choices[0], "finish_reason", "") or answer.finish
        answer.refusal += self._optional(call, STREAMED, delta, "refusal", "")
        piece = self._optional(call, STREAMED, delta, "content", "")
        answer.text += piece
        return piece

    def _note(self, call: str, response: Response, answer: "_Answer", data: Mapping[str, Any]) -> None:
        """What stands beside the choices."""
        answer.id = self._field(call, response, data, "id", str)
        answer.model = self._field(call, response, data, "model", str)
        if usage := self._optional(call, response, data, "usage", EMPTY):
            counts = [self._field(call, response, usage, f"{what}_tokens", int) for what in ("prompt", "completion")]
            answer.usage = Usage(*counts)

    def _choice(self, call: str, response: Response, data: Mapping[str, Any]) -> Mapping[str, Any]:
        choices = self._objects(call, response, data, "choices")
        if not choices:
            raise AnswerEmpty(self.vendor, call, "there is no choice", status=response.status)
        return choices[0]

    def _completion(self, call: str, response: Response, answer: "_Answer") -> Completion:
        """The whole of an answer that has ended. Raises what an answer that is none means."""
        if answer.finish == "content_filter":
            raise self._withheld(call, "content_filter", "the answer was filtered")
        finish = FINISHES.get(answer.finish or "")
        if finish is None:
            raise self._broken(call, response, f"the answer ends for no reason that was asked for: {answer.finish}")
        if not answer.text:
            # A longer wait brings nothing where the tokens went into thinking: the next one would go there, too.
            retryable = finish is not Finish.LENGTH
            raise AnswerEmpty(self.vendor, call, "there is no text", status=response.status, retryable=retryable)
        if answer.usage is None:
            raise self._broken(call, response, "the answer has no usage")
        return Completion(answer.id, answer.model, answer.text, finish, answer.usage)

    def _withheld(self, call: str, code: str, why: str) -> ContentWithheld:
        return ContentWithheld(self.vendor, call, self._redactor.text(why)[:300], status=200, code=code)

    def _raise_error_in(self, call: str, response: Response, data: Mapping[str, Any]) -> None:
        """An error inside of a 200: a server that fails in the middle, a limit that is noticed too late."""
        told = data.get("error")
        if told:
            error = told if isinstance(told, dict) else {"message": str(told)}
            raise self._error(call, Response(_status_of(error), response.headers, orjson.dumps({"error": error})))

    def _said(self, response: Response) -> Said:
        error = error_object(response).get("error")
        told = error if isinstance(error, dict) else {}
        kind, code = text_of(told.get("type")), text_of(told.get("code"))
        message = text_of(told.get("message")) or ""
        # The SDKs obey this header before any status.
        retryable = {"true": True, "false": False}.get(response.headers.get("x-should-retry", ""))
        means: type[QuotaExhausted | AuthenticationFailed] | None = None
        if response.status == 403:
            means = AuthenticationFailed  # a country, or a project, that is not served
        elif OUT_OF_MONEY & {kind, code}:
            means = QuotaExhausted
        elif response.status == 429 and "Requested" in message and "Used" not in message:
            retryable = False  # more tokens than the limit ever has: no minute will take it
        return Said(message, code or kind, retryable=retryable, retry_after_s=_wish_s(message), means=means)


@dataclass(slots=True, kw_only=True)
class _Answer:
    """What has come of one so far."""

    id: str = ""
    model: str = ""
    text: str = ""
    refusal: str = ""
    finish: str | None = None
    usage: Usage | None = None


STREAMED = Response(200, {}, b"")
"""Stands for the answer that a stream is: errors within it have its status."""
_STATUSES = {"requests": 429, "tokens": 429, "rate_limit_error": 429, "invalid_request_error": 400}


def _status_of(error: Mapping[str, Any]) -> int:
    """The status that an error inside of a 200 would have had."""
    kind, code = text_of(error.get("type")), text_of(error.get("code"))
    is_limit = code == "rate_limit_exceeded" or OUT_OF_MONEY & {kind, code}
    return 429 if is_limit else _STATUSES.get(kind or "", 500)


def _wish_s(message: str) -> float | None:
    """When to come back, where the message alone says it."""
    found = _WISH.search(message)
    if found is None or not any(found.groups()):
        return None
    hours, minutes, seconds, milliseconds = (float(each or 0) for each in found.groups())
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000


ADAPTER = Adapter(
    name="openai",
    access=OpenAIAccess,
    client=OpenAIClient,
    # A model takes its time: half a minute to a whole answer is health, not failure.
    recommended=recommended(30.0, 90.0, LimiterConfig(capacity=60, refill_per_s=1.0, max_wait_s=10.0)),
    original=original((5, 3, 30.0, 60.0), (3, 1.0, 30.0, 0.0), (60, 1.0)),
)
