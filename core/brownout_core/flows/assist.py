"""`assist`: an answer in words, by OpenAI; where that fails, by Gemini; where that fails too, an honest word about it.

A completion is a read that costs money: doing it twice harms nobody but the bill, so it is tried again within the
retry budget, and nothing of it is ever in doubt. Another model is asked where one fails or will not serve us, never
because of what it will not say: that is an answer.

Each vendor has its own bulkhead, breaker and budget, and an even share of the time that is left: one that hangs leaves
the next its turn. Whoever reads the answer as it is made (`stream`) has one model's words, never the beginning of one's
and the end of another's: once a piece was given away a break is an error.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any

import orjson
from pydantic import Field

from brownout_core.adapters import gemini, openai
from brownout_core.asking import Asking
from brownout_core.flows.flow import Around, Flow
from brownout_core.flows.request import FlowRequest
from brownout_core.guarded import Guarded
from brownout_core.policies.fallback import Fallback
from brownout_core.services.assistant import AssistantService, Completion, Piece, Prompt
from brownout_core.telemetry import outcome_of

OFFLINE = "offline"
WORDS = "No assistant can be reached just now. Nothing was answered; please ask again later."


Model = tuple[str, Guarded[Any]]
"""A vendor, and its client behind its policies: each an `AssistantService`."""


class AssistRequest(FlowRequest):
    """Answer in words."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    max_tokens: Annotated[int, Field(ge=1, le=100_000)] | None = None
    stream: bool = False
    """Told as it is made."""
    watched: bool = False
    """Read from the vendor as it is made, and told whole: a model that falls silent is noticed sooner."""

    def payload(self) -> bytes:
        """What is asked; how it is told is no part of that: whoever lost a stream may ask for the whole."""
        asked = {name: value for name, value in vars(self).items() if name not in {"stream", "watched"}}
        return orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)


class Assist(Flow[AssistRequest]):
    """One answer, by the first that gives one."""

    name, path, request = "assist", "/v1/assist", AssistRequest
    uses = (openai.ADAPTER, gemini.ADAPTER)
    spoken = "text"
    first_within_s = 10.0
    idle_s = 5.0

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._models: Sequence[Model] = [
            (openai.ADAPTER.name, self.guarded(openai.ADAPTER)),
            (gemini.ADAPTER.name, self.guarded(gemini.ADAPTER)),
        ]

    def is_streamed(self, request: AssistRequest) -> bool:
        return request.stream

    async def do(self, request: AssistRequest, asking: Asking) -> dict[str, Any]:
        """The whole answer."""
        asking.settled()  # an earlier asking cost tokens, and did nothing that could be done twice
        return await self._answered(request, asking, self._models, [])

    async def _answered(
        self,
        request: AssistRequest,
        asking: Asking,
        models: Sequence[Model],
        failed: list[str],
    ) -> dict[str, Any]:
        if not models:
            return {"text": WORDS, "by": OFFLINE, "degraded": True, "because": failed}
        (vendor, guarded), *others = models

        async def otherwise(error: Exception) -> dict[str, Any]:
            return await self._answered(request, asking, others, [*failed, f"{vendor}: {outcome_of(error)}"])

        async def ask() -> dict[str, Any]:
            completion = await self._ask(guarded, request, asking, self.share(asking, len(models)))
            return {
                "text": completion.text,
                "by": vendor,
                "degraded": bool(failed),
                **({"because": failed} if failed else {}),
                "completion": completion.id,
                "model": completion.model,
                "finish": completion.finish.value,
                "tokens": completion.usage.total_tokens,
            }

        return await Fallback(otherwise, sink=self._around.sink).serve(asking, ask)

    async def _ask(self, guarded: Guarded[Any], request: AssistRequest, asking: Asking, share: Asking) -> Completion:
        prompt = Prompt.of(request.text, max_tokens=request.max_tokens)
        if not (request.stream or request.watched):
            whole: Completion = await guarded.read(
                share, "chat", lambda client: client.chat(prompt, operation_id=request.operation_id)
            )
            return whole
        async with self._begun(guarded, prompt, share) as pieces:
            async for piece in pieces:
                if piece.whole is None:
                    await asking.speak(piece.text)
        assert piece.whole is not None  # noqa: S101 - a stream that ends has ended with it
        return piece.whole

    def share(self, asking: Asking, of: int) -> Asking:
        """An asking of its own, with an even share of the time that is left: so that who hangs leaves some."""
        return asking.share(of)

    def _begun(
        self, guarded: Guarded[Any], prompt: Prompt, asking: Asking
    ) -> AbstractAsyncContextManager[AsyncIterator[Piece]]:
        def begin(client: AssistantService) -> AbstractAsyncContextManager[AsyncIterator[Piece]]:
            return client.stream(prompt, operation_id=asking.operation_id)

        return guarded.stream(
            asking,
            "stream",
            begin,
            first_within_s=self.first_within_s,
            idle_s=self.idle_s,
            is_read=True,
        )
