"""`assist`: an answer in words, by OpenAI; where that fails, by Gemini; where that fails too, an honest word about it.

A completion is a read that costs money: doing it twice harms nobody but the bill, so it is tried again within the
retry budget, and nothing of it is ever in doubt. Another model is asked where one fails or will not serve us, never
because of what it will not say: that is an answer.

Each vendor has its own bulkhead, breaker and budget, and an even share of the time that is left: one that hangs leaves
the next its turn. Whoever reads the answer as it is made (`stream`) has one model's words, never the beginning of one's
and the end of another's: once a piece was given away a break is an error.
"""

from asyncio import get_running_loop
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from brownout_core.adapters import gemini, openai
from brownout_core.asking import Asking
from brownout_core.errors import BrownoutError
from brownout_core.flows.flow import Around, Flow
from brownout_core.flows.request import FlowRequest
from brownout_core.guarded import Guarded
from brownout_core.policies.fallback import Fallback
from brownout_core.services.assistant import AssistantService, Completion, Finish, Piece, Prompt, Usage
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
    """Read it as it is made: a model that falls silent is noticed sooner."""


class Spoken(NamedTuple):
    """An answer that has begun."""

    by: str
    """Whose it is: a vendor, or `offline`."""
    degraded: bool
    pieces: AsyncIterator[Piece]


class Assist(Flow[AssistRequest]):
    """One answer, by the first that gives one."""

    name, path, request = "assist", "/v1/assist", AssistRequest
    uses = (openai.ADAPTER, gemini.ADAPTER)
    first_within_s = 10.0
    idle_s = 5.0

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._models: Sequence[Model] = [
            (openai.ADAPTER.name, self.guarded(openai.ADAPTER)),
            (gemini.ADAPTER.name, self.guarded(gemini.ADAPTER)),
        ]

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
            completion = await self._ask(guarded, request, self.share(asking, len(models)))
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

    async def _ask(self, guarded: Guarded[Any], request: AssistRequest, asking: Asking) -> Completion:
        prompt = Prompt.of(request.text, max_tokens=request.max_tokens)
        if not request.stream:
            whole: Completion = await guarded.read(
                asking, "chat", lambda client: client.chat(prompt, operation_id=request.operation_id)
            )
            return whole
        async with self._begun(guarded, prompt, asking) as pieces:
            *_, last = [piece async for piece in pieces]
        assert last.whole is not None  # noqa: S101 - a stream that ends has ended with it
        return last.whole

    @asynccontextmanager
    async def stream(self, request: AssistRequest) -> AsyncIterator[Spoken]:
        """The answer as it is made, by the first model that says something. Raises what ends it, also midway."""
        asking = Asking(request.operation_id, ends_at_s=get_running_loop().time() + self.deadline_s)
        prompt = Prompt.of(request.text, max_tokens=request.max_tokens)
        fallback = Fallback(_none, sink=self._around.sink)
        async with AsyncExitStack() as stack:
            for place, (vendor, guarded) in enumerate(self._models):
                share = self.share(asking, len(self._models) - place)
                try:
                    pieces = await stack.enter_async_context(self._begun(guarded, prompt, share))
                except BrownoutError as error:
                    if not fallback.serves(error, asking):
                        raise
                    fallback.tell(error, asking)
                else:
                    yield Spoken(vendor, place > 0, pieces)
                    return
            yield Spoken(OFFLINE, True, _offline())

    def share(self, asking: Asking, of: int) -> Asking:
        """An asking of its own, with an even share of the time that is left: so that who hangs leaves some."""
        now_s = get_running_loop().time()
        return Asking(asking.operation_id, asking.idempotency_key, now_s + (asking.ends_at_s - now_s) / of)

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


async def _none(_error: Exception) -> None:
    return None


async def _offline() -> AsyncIterator[Piece]:
    yield Piece(WORDS)
    yield Piece("", Completion("", OFFLINE, WORDS, Finish.STOP, Usage(0, 0)))
