"""An assistant that takes a no for a failure: what one model withholds, the next one is asked for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from brownout_core.compose import Replacements
from brownout_core.errors import AnswerEmpty, ContentWithheld
from brownout_core.services.assistant import Completion, Piece, Prompt
from brownout_harness.audit.mutant import Mutant, Part


class _Insistent:
    """A client that has no word for what is withheld."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def chat(self, prompt: Prompt, *, operation_id: str) -> Completion:
        try:
            answered: Completion = await self._inner.chat(prompt, operation_id=operation_id)
        except ContentWithheld as no:
            raise _failure(no) from no
        return answered

    @asynccontextmanager
    async def stream(self, prompt: Prompt, *, operation_id: str) -> AsyncIterator[AsyncIterator[Piece]]:
        try:
            async with self._inner.stream(prompt, operation_id=operation_id) as pieces:
                yield pieces
        except ContentWithheld as no:
            raise _failure(no) from no


def _failure(no: ContentWithheld) -> AnswerEmpty:
    return AnswerEmpty(no.vendor, no.call, no.text, retryable=False)


def _client(vendor: str, client: Any) -> Any:
    return _Insistent(client) if vendor in {"openai", "gemini"} else client


MUTANT = Mutant(
    name="asks-until-somebody-says-it",
    part=Part.CLASSIFICATION,
    about="what a model withholds is asked of the next one",
    scenario="gemini-withholds",
    expectation="outcome",
    replacements=lambda: Replacements(client=_client),
)
