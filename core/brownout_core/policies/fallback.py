"""A fallback: what to answer instead of an error, where a lesser answer is better than none.

price = await Fallback(from_the_cache).serve(asking, lambda: guarded.read(asking, "price", ...))
"""

from asyncio import get_running_loop
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from brownout_core.asking import Asking
from brownout_core.errors import BrownoutError
from brownout_core.telemetry import Event, Kind, Sink, outcome_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackConfig:
    """Which errors a fallback may stand in for."""

    serve_unknown: bool = False  # also where the call may have had its effect


class Fallback(Generic[T]):
    """Serves `answer(error)` where the vendor failed, will not serve us, or a policy refused. Safe for concurrent use
    if `answer` is.

    Never for a definitive no (a 4xx): that is the answer. Never, unless `serve_unknown`, where the asking may have had
    an effect: pretending to know would lose or double it. Never once a piece of the answer was given away: what follows
    would be another's words behind the beginning of the first one's.
    """

    __slots__ = ("_answer", "_config", "_sink")

    def __init__(
        self,
        answer: Callable[[Exception], Awaitable[T]],
        config: FallbackConfig | None = None,
        *,
        sink: Sink | None = None,
    ) -> None:
        self._answer = answer
        self._config = config or FallbackConfig()
        self._sink = sink

    async def serve(self, asking: Asking, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` returns, or the lesser answer. Raises what `work` raises where there is none, and whatever
        the function that was handed in raises."""
        try:
            return await work()
        except Exception as error:
            if not self.serves(error, asking):
                raise
            answer = await self._answer(error)
            self.tell(error, asking)
            return answer

    def tell(self, error: Exception, asking: Asking) -> None:
        """Tell telemetry that it stood in for `error`."""
        if self._sink is not None:
            now_s = get_running_loop().time()
            told = (getattr(error, "vendor", ""), getattr(error, "call", ""), asking.operation_id)
            self._sink(Event(now_s, Kind.FALLBACK_SERVED, *told, outcome=outcome_of(error)))

    def serves(self, error: Exception, asking: Asking) -> bool:
        """Whether this fallback stands in for `error`."""
        if asking.has_spoken or (asking.may_have_effect and not self._config.serve_unknown):
            return False
        if not isinstance(error, BrownoutError):
            return isinstance(error, OSError)
        return error.retryable or error.is_about_us or is_rejection(error)


def is_rejection(error: BrownoutError) -> bool:
    """Whether a policy refused for lack of health, room or time. An idempotency conflict is no such lack."""
    return getattr(error, "policy", "idempotency") != "idempotency"
