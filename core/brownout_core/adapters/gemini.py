"""Gemini: generated content, whole and as a stream, and embeddings. No SDK, hence no hidden retry.

A 200 is not yet an answer: a prompt may be blocked, a candidate taken away, or empty with every appearance of success;
a stream may hold an error, or just end.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson

from brownout_core.adapters import sse
from brownout_core.adapters.base import EMPTY, Said, VendorClient, error_object, text_of
from brownout_core.adapters.declaration import Adapter, Wire, url, variable
from brownout_core.errors import AnswerEmpty, AuthenticationFailed, ContentWithheld, QuotaExhausted
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.settings import recommended
from brownout_core.services.assistant import Completion, Embeddings, Finish, Piece, Prompt, Usage, is_vector
from brownout_core.transport import Response

FINISHES = {"STOP": Finish.STOP, "MAX_TOKENS": Finish.LENGTH}
WITHHELD = frozenset(
    {
        "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION",
    }
)  # fmt: skip
"""Reasons for an end that are about what was said. All others are the model's own failures."""
ROLES = {"user": "user", "assistant": "model"}
_WISH = re.compile(r"(\d+(?:\.\d+)?)s")


@dataclass(frozen=True, slots=True, kw_only=True)
class GeminiAccess:
    """Where Gemini is, with which key, and which models are asked."""

    base_url: str = variable("GOOGLE_GEMINI_BASE_URL", read=url, default="http://127.0.0.1:12116")
    api_key: str = variable("GEMINI_API_KEY", secret=True)
    # One that does not think unless it is told to: thoughts are paid for out of `max_tokens`, and may leave no word.
    model: str = variable("GEMINI_MODEL", default="gemini-2.5-flash-lite")
    embedding_model: str = variable("GEMINI_EMBEDDING_MODEL", default="gemini-embedding-001")


class GeminiClient(VendorClient):
    """An `AssistantService`. Gemini knows no idempotency: each call is billed. Safe for concurrent use."""

    vendor = "gemini"

    def __init__(self, access: GeminiAccess, wire: Wire) -> None:
        super().__init__(access.base_url, wire)
        self._model = access.model
        self._embedding_model = access.embedding_model
        self._headers = {"x-goog-api-key": access.api_key, "Content-Type": "application/json"}

    async def chat(self, prompt: Prompt, *, operation_id: str) -> Completion:
        """The whole answer at once."""
        call = "chat"
        path, body = self._path(prompt.model or self._model, "generateContent"), orjson.dumps(_body(prompt))
        response = await self._ask(call, operation_id, "POST", path, headers=self._headers, body=body)
        answer = _Answer()
        self._take(call, response, answer, self._json(call, response))
        return self._completion(call, response, answer)

    @asynccontextmanager
    async def stream(self, prompt: Prompt, *, operation_id: str) -> AsyncIterator[AsyncIterator[Piece]]:
        """The answer as it is made; see `AssistantService`."""
        call = "stream"
        path = self._path(prompt.model or self._model, "streamGenerateContent?alt=sse")
        body = orjson.dumps(_body(prompt))
        opening = self._open(call, operation_id, "POST", path, headers=self._headers, body=body)
        async with opening as chunks, aclosing(self._read(call, chunks)) as pieces:
            yield pieces

    async def embed(self, texts: Sequence[str], *, operation_id: str, dimensions: int | None = None) -> Embeddings:
        """A vector for each text, in their order. What it took, Gemini does not say."""
        call, model = "embed", f"models/{self._embedding_model}"
        more = {} if dimensions is None else {"outputDimensionality": dimensions}
        requests = [{"model": model, "content": {"parts": [{"text": text}]}, **more} for text in texts]
        path, body = self._path(self._embedding_model, "batchEmbedContents"), orjson.dumps({"requests": requests})
        response = await self._ask(call, operation_id, "POST", path, headers=self._headers, body=body)
        rows = self._objects(call, response, self._json(call, response), "embeddings")
        vectors = [row.get("values") for row in rows]
        if len(vectors) != len(texts) or not all(map(is_vector, vectors)):
            raise self._broken(call, response, f"there is no vector for each of {len(texts)} texts")
        return Embeddings([vector for vector in vectors if vector], self._embedding_model, None)

    def _path(self, model: str, method: str) -> str:
        return f"/v1beta/models/{quote(model, safe='')}:{method}"

    async def _read(self, call: str, chunks: AsyncIterator[bytes]) -> AsyncGenerator[Piece, None]:
        """Its text, piece by piece; at the end the whole, if it has come to one."""
        answer, events = _Answer(), sse.Events()
        try:
            async for chunk in chunks:
                for event in events.take(chunk):
                    if piece := self._taken(call, answer, event):
                        yield Piece(piece)
            events.end()
        except sse.Unfinished as error:
            raise self._broken(call, STREAMED, str(error)) from error
        if answer.finish is None and not answer.block:
            raise self._broken(call, STREAMED, "the stream ends without a reason")
        yield Piece("", self._completion(call, STREAMED, answer))

    def _taken(self, call: str, answer: "_Answer", event: bytes) -> str:
        """What an event adds to the text."""
        try:
            data = orjson.loads(event)
        except orjson.JSONDecodeError as error:
            raise self._broken(call, STREAMED, "an event is not JSON") from error
        if not isinstance(data, dict):
            raise self._broken(call, STREAMED, "an event is not a JSON object")
        before = len(answer.texts)
        self._take(call, STREAMED, answer, data)
        return "".join(answer.texts[before:])

    def _take(self, call: str, response: Response, answer: "_Answer", data: Mapping[str, Any]) -> None:
        told = data.get("error")
        if told:  # inside of a 200: a server that fails in the middle
            error = told if isinstance(told, dict) else {"message": str(told)}
            code = error.get("code")
            status = code if type(code) is int and 400 <= code < 600 else 500
            raise self._error(call, Response(status, response.headers, orjson.dumps({"error": error})))
        answer.id = self._optional(call, response, data, "responseId", answer.id)
        answer.model = self._optional(call, response, data, "modelVersion", answer.model)
        feedback = self._optional(call, response, data, "promptFeedback", EMPTY)
        answer.block = self._optional(call, response, feedback, "blockReason", "") or answer.block
        for candidate in self._optional_objects(call, response, data, "candidates")[:1]:
            answer.finish = self._optional(call, response, candidate, "finishReason", "") or answer.finish
            answer.texts += self._texts(call, response, candidate)
        if usage := self._optional(call, response, data, "usageMetadata", EMPTY):
            # Thoughts are billed as what is said; a count that is 0 is left out.
            names = ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount")
            prompt, said, thought = (self._optional(call, response, usage, name, 0) for name in names)
            answer.usage = Usage(prompt, said + thought)

    def _texts(self, call: str, response: Response, candidate: Mapping[str, Any]) -> list[str]:
        """What a candidate says, and not what it thought."""
        content = self._optional(call, response, candidate, "content", EMPTY)
        parts = self._optional_objects(call, response, content, "parts")
        said = [part for part in parts if not self._optional(call, response, part, "thought", default=False)]
        return [text for part in said if (text := self._optional(call, response, part, "text", ""))]

    def _optional_objects(
        self, call: str, response: Response, data: Mapping[str, Any], name: str
    ) -> list[dict[str, Any]]:
        return self._objects(call, response, data, name) if name in data else []

    def _completion(self, call: str, response: Response, answer: "_Answer") -> Completion:
        """The whole of an answer that has ended. Raises what an answer that is none means."""
        reason = answer.block or (answer.finish if answer.finish in WITHHELD else "")
        if reason:
            what = "the prompt is blocked" if answer.block else "the answer is withheld"
            raise ContentWithheld(self.vendor, call, f"{what}: {reason}", status=response.status, code=reason)
        finish = FINISHES.get(answer.finish or "")
        text = "".join(answer.texts)
        if finish is None or not text:
            why = f"there is no text: {answer.finish or 'no candidate'}"
            # Where the tokens went into thinking they would again.
            retryable = finish is not Finish.LENGTH
            raise AnswerEmpty(self.vendor, call, why, status=response.status, code=answer.finish, retryable=retryable)
        if not answer.id or answer.usage is None:
            raise self._broken(call, response, "the answer has no id, or no usage")
        return Completion(answer.id, answer.model, text, finish, answer.usage)

    def _said(self, response: Response) -> Said:
        told = error_object(response).get("error")
        error = told if isinstance(told, dict) else {}
        rows = error.get("details")
        details = [each for each in rows if isinstance(each, dict)] if isinstance(rows, list) else []
        message, status = text_of(error.get("message")) or "", text_of(error.get("status"))
        reasons = {text_of(each.get("reason")) for each in details}
        means: type[QuotaExhausted | AuthenticationFailed] | None = None
        if response.status == 402 or (response.status == 429 and re.search(r"limit: 0\b", message)):
            means = QuotaExhausted  # no money; no quota for this model at all
        elif response.status == 403 or "API_KEY_INVALID" in reasons or status == "FAILED_PRECONDITION":
            means = AuthenticationFailed  # a bad key is a 400 here, and so is a region that is not served
        wishes = [text_of(each.get("retryDelay")) or "" for each in details]
        wish = next((found for each in wishes if (found := _WISH.fullmatch(each))), None)
        # Where there is no quota at all, no wait brings one, whatever the answer says of when to come back.
        wish_s = None if wish is None or means is QuotaExhausted else float(wish[1])
        return Said(message, status, retry_after_s=wish_s, means=means)


@dataclass(slots=True, kw_only=True)
class _Answer:
    """What has come of one so far."""

    id: str = ""
    model: str = ""
    texts: list[str] = field(default_factory=list)
    finish: str | None = None
    block: str = ""
    """Why the prompt was not answered at all."""
    usage: Usage | None = None


STREAMED = Response(200, {}, b"")
"""Stands for the answer that a stream is: errors within it have its status."""


def _body(prompt: Prompt) -> dict[str, Any]:
    instructions = [each.text for each in prompt.messages if each.role == "system"]
    body: dict[str, Any] = {
        "contents": [
            {"role": ROLES[each.role], "parts": [{"text": each.text}]}
            for each in prompt.messages
            if each.role != "system"
        ]
    }
    if instructions:
        body["systemInstruction"] = {"parts": [{"text": text} for text in instructions]}
    if prompt.max_tokens is not None:
        body["generationConfig"] = {"maxOutputTokens": prompt.max_tokens}
    return body


ADAPTER = Adapter(
    name="gemini",
    access=GeminiAccess,
    client=GeminiClient,
    # A model takes its time: half a minute to a whole answer is health, not failure.
    recommended=recommended(30.0, 90.0, LimiterConfig(capacity=60, refill_per_s=1.0, max_wait_s=10.0)),
)
