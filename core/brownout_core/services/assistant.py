"""Text from a language model, whoever's it is.

    completion = await assistant.chat(Prompt.of("Where is my order?"), operation_id="order-7")

    async with assistant.stream(prompt, operation_id="order-7") as pieces:
        async for piece in pieces:
            print(piece.text)
        ...  # the last piece has the whole answer; a stream that ends without one raises

An answer that is cut off is no answer: `chat` and `stream` raise `ResponseBroken`. What the vendor will not say is
`ContentWithheld`, an answer with nothing in it `AnswerEmpty`, an account without money `QuotaExhausted`.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol, Self

Role = Literal["system", "user", "assistant"]


class Message(NamedTuple):
    """One turn of a conversation."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What is asked."""

    messages: Sequence[Message]
    max_tokens: int | None = None
    """Of the answer; None: as many as the vendor likes."""
    model: str = ""
    """Empty: the one that the vendor's access names."""

    @classmethod
    def of(cls, text: str, *, system: str = "", max_tokens: int | None = None) -> Self:
        """One question, behind what the model is to be."""
        instructions = [Message("system", system)] if system else []
        return cls(messages=(*instructions, Message("user", text)), max_tokens=max_tokens)


class Usage(NamedTuple):
    """Tokens, as the vendor bills them."""

    prompt_tokens: int
    completion_tokens: int
    """What was thought and not said is in it."""

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


class Finish(StrEnum):
    """Why a whole answer ended."""

    STOP = "stop"
    LENGTH = "length"  # as many tokens as it was allowed: whole, and perhaps not finished


class Completion(NamedTuple):
    """A whole answer."""

    id: str
    """The vendor's name for it."""
    model: str
    text: str
    finish: Finish
    usage: Usage


def is_vector(value: object) -> bool:
    """Whether it is a list of numbers, and not empty."""
    return isinstance(value, list) and bool(value) and set(map(type, value)) <= {int, float}


class Piece(NamedTuple):
    """Some of an answer."""

    text: str
    """Empty in the last one."""
    whole: Completion | None = None
    """Of the last piece alone: everything that came before, and how it ended."""


class Embeddings(NamedTuple):
    """A vector for each text, in their order."""

    vectors: Sequence[Sequence[float]]
    model: str
    """Whose they are: those of two models cannot be compared."""
    prompt_tokens: int | None
    """None where the vendor does not say."""


class AssistantService(Protocol):
    """What the adapters of language models have in common."""

    async def chat(self, prompt: Prompt, *, operation_id: str) -> Completion:
        """The whole answer at once."""
        ...

    def stream(self, prompt: Prompt, *, operation_id: str) -> AbstractAsyncContextManager[AsyncIterator[Piece]]:
        """The answer as it is made; its last piece is the whole of it. Raises where it ends without one."""
        ...

    async def embed(self, texts: Sequence[str], *, operation_id: str, dimensions: int | None = None) -> Embeddings:
        """Vectors that are near each other where their texts mean the same."""
        ...
