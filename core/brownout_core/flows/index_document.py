"""`index_document`: a vector for each passage of a document, by OpenAI; where that fails, by Gemini.

The vectors of two models lie in two spaces, so all of a document's are one model's, and the answer names it: whoever
keeps them asks the same model for what is searched. As with `assist` nothing is in doubt: asked for twice they cost
twice, and are the same. But vectors that nobody has made cannot be stood in for: where both fail that is an error, and
whoever asked has to ask again.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from brownout_core.adapters import gemini, openai
from brownout_core.asking import Asking
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.request import FlowRequest
from brownout_core.guarded import Guarded
from brownout_core.policies.fallback import Fallback
from brownout_core.services.assistant import Embeddings
from brownout_core.telemetry import outcome_of

Model = tuple[str, Guarded[Any]]
"""A vendor, and its client behind its policies: each an `AssistantService`."""
Passage = Annotated[str, Field(min_length=1, max_length=8_000, pattern=r"\S")]


class IndexRequest(FlowRequest):
    """The passages of one document."""

    passages: Annotated[tuple[Passage, ...], Field(min_length=1, max_length=100)]
    """In their order."""
    dimensions: Annotated[int, Field(ge=1, le=1_536)] = 256
    """How many numbers a vector has."""


class IndexDocument(Flow[IndexRequest]):
    """All vectors by the first that gives them."""

    name, path, request = "index_document", "/v1/vectors", IndexRequest
    uses = (openai.ADAPTER, gemini.ADAPTER)
    sets_aside = SetAside.NOTHING

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._models: Sequence[Model] = [
            (openai.ADAPTER.name, self.guarded(openai.ADAPTER)),
            (gemini.ADAPTER.name, self.guarded(gemini.ADAPTER)),
        ]

    async def do(self, request: IndexRequest, asking: Asking) -> dict[str, Any]:
        """A vector for each passage."""
        asking.settled()  # an earlier asking cost tokens, and did nothing that could be done twice
        return await self._embedded(request, asking, self._models, [])

    async def _embedded(
        self,
        request: IndexRequest,
        asking: Asking,
        models: Sequence[Model],
        failed: Sequence[str],
    ) -> dict[str, Any]:
        (vendor, guarded), *others = models

        async def ask() -> dict[str, Any]:
            share = asking.share(len(models))
            try:
                made: Embeddings = await guarded.read(
                    share,
                    "embed",
                    lambda client: client.embed(
                        request.passages, operation_id=request.operation_id, dimensions=request.dimensions
                    ),
                )
            finally:
                asking.told = share.told
            return {
                "vectors": made.vectors,
                "by": vendor,
                "model": made.model,
                "degraded": bool(failed),
                **({"because": failed} if failed else {}),
            }

        async def otherwise(error: Exception) -> dict[str, Any]:
            return await self._embedded(request, asking, others, [*failed, f"{vendor}: {outcome_of(error)}"])

        return await (Fallback(otherwise, sink=self._around.sink).serve(asking, ask) if others else ask())
