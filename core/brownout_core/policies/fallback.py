"""A fallback: what to answer instead of an error, where a lesser answer is better than none."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from brownout_core.errors import BrownoutError

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackConfig:
    """Which errors a fallback may stand in for."""

    serve_unknown: bool = False  # also where the call may have had its effect: for reads only


class Fallback(Generic[T]):
    """Serves `answer(error)` where the vendor failed or a policy refused. Safe for concurrent use if `answer` is.

    Never for a definitive no (a 4xx): that is the answer. Never, unless `serve_unknown`, where the call may have had
    an effect: pretending to know would lose or double it.
    """

    __slots__ = ("_answer", "_config")

    def __init__(self, answer: Callable[[Exception], Awaitable[T]], config: FallbackConfig | None = None) -> None:
        self._answer = answer
        self._config = config or FallbackConfig()

    def serves(self, error: Exception) -> bool:
        """Whether this fallback stands in for `error`."""
        if not isinstance(error, BrownoutError):
            return isinstance(error, OSError) and self._config.serve_unknown
        if error.may_have_effect and not self._config.serve_unknown:
            return False
        return error.retryable or is_rejection(error)

    async def answer(self, error: Exception) -> T:
        """The lesser answer. Raises whatever the function that was handed in raises."""
        return await self._answer(error)


def is_rejection(error: BrownoutError) -> bool:
    """Whether a policy refused for lack of health, room or time. An idempotency conflict is no such lack."""
    return getattr(error, "policy", "idempotency") != "idempotency"
