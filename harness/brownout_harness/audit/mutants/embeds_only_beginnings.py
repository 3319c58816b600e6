"""A client that cuts what it embeds, so that it surely fits: nothing behind the cut is ever found."""

from collections.abc import Sequence
from typing import Any

from brownout_core.adapters.openai import OpenAIClient
from brownout_core.compose import Replacements
from brownout_core.services.assistant import Embeddings
from brownout_harness.audit.mutant import Mutant, Part

SURELY_FITS = 40
"""Characters."""


class _Cutting(OpenAIClient):
    async def embed(self, texts: Sequence[str], *, operation_id: str, dimensions: int | None = None) -> Embeddings:
        cut = [text[:SURELY_FITS] for text in texts]
        return await super().embed(cut, operation_id=operation_id, dimensions=dimensions)


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, OpenAIClient):
        client.__class__ = _Cutting
    return client


MUTANT = Mutant(
    name="embeds-only-beginnings",
    part=Part.ADAPTERS,
    about="passages are cut before they are embedded, and nobody is told",
    scenario="openai-vectors",
    expectation="as_asked",
    replacements=lambda: Replacements(client=_client),
)
