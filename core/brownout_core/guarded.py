"""One vendor's client behind its policies: a flow's only way to a vendor."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Generic, TypeVar

from brownout_core.asking import Asking
from brownout_core.pipeline import Pipeline
from brownout_core.policies.shapes import Policies

C = TypeVar("C")
T = TypeVar("T")


class Guarded(Generic[C]):
    """A client whose every call goes through its vendor's policies. Safe for concurrent use on one event loop.

        intent = await stripe(asking, "create_payment_intent", lambda client: client.create_…(…), idempotent=True)

    `call` is the name under which telemetry speaks of it. What a call may have done is written into `asking`.
    """

    __slots__ = ("_client", "_pipeline", "policies")

    def __init__(self, client: C, pipeline: Pipeline, policies: Policies) -> None:
        self._client = client
        self._pipeline = pipeline
        self.policies = policies

    def __call__(
        self, asking: Asking, call: str, attempt: Callable[[C], Awaitable[T]], *, idempotent: bool
    ) -> Awaitable[T]:
        """Make a call that has an effect. `idempotent`: doing it twice has one. Raises what `Pipeline.call` raises."""
        return self._pipeline.call(asking, call, partial(attempt, self._client), idempotent=idempotent)

    def read(self, asking: Asking, call: str, attempt: Callable[[C], Awaitable[T]]) -> Awaitable[T]:
        """Make a call that has no effect."""
        return self._pipeline.call(asking, call, partial(attempt, self._client), idempotent=True, is_read=True)

    def by_itself(self, work: Callable[[C], Awaitable[T]]) -> Awaitable[T]:
        """What the client can do without a request of the caller's own: no policy is asked, none hears of it."""
        return work(self._client)

    def stream(
        self,
        asking: Asking,
        call: str,
        attempt: Callable[[C], AbstractAsyncContextManager[AsyncIterator[T]]],
        *,
        first_within_s: float,
        idle_s: float,
        idempotent: bool = False,
        is_read: bool = False,
    ) -> AbstractAsyncContextManager[AsyncIterator[T]]:
        """Make a call whose answer comes in pieces; see `Pipeline.stream`."""
        return self._pipeline.stream(
            asking,
            call,
            partial(attempt, self._client),
            first_within_s=first_within_s,
            idle_s=idle_s,
            idempotent=idempotent,
            is_read=is_read,
        )
