"""A client that takes a stream for whole when it is over, as the official ones do: half an answer is passed on."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

from brownout_core.adapters.openai import OpenAIClient
from brownout_core.compose import Replacements
from brownout_core.errors import ResponseBroken
from brownout_core.services.assistant import Completion, Finish, Piece, Prompt, Usage
from brownout_harness.audit.mutant import Mutant, Part


class _Lenient:
    """A client whose streams always come to an end."""

    def __init__(self, inner: OpenAIClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @asynccontextmanager
    async def stream(self, prompt: Prompt, *, operation_id: str) -> AsyncIterator[AsyncIterator[Piece]]:
        opening = self._inner.stream(prompt, operation_id=operation_id)
        async with opening as pieces, aclosing(_ended_well(pieces)) as ended:
            yield ended


async def _ended_well(pieces: AsyncIterator[Piece]) -> AsyncGenerator[Piece, None]:
    texts = []
    try:
        async for piece in pieces:
            texts.append(piece.text)
            yield piece
    except ResponseBroken:
        # Nobody has said what it cost; so it is told as what was heard.
        whole = Completion("", "", "".join(texts), Finish.STOP, Usage(0, len(texts)))
        yield Piece("", whole)


def _client(_vendor: str, client: Any) -> Any:
    return _Lenient(client) if isinstance(client, OpenAIClient) else client


MUTANT = Mutant(
    name="takes-half-an-answer",
    part=Part.ADAPTERS,
    about="a stream that just ends counts as a whole answer",
    scenario="openai-streams-just-end",
    expectation="as_asked",
    replacements=lambda: Replacements(client=_client),
)
