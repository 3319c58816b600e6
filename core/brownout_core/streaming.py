"""An answer that comes in pieces, watched: every wait is bounded, and how it ended is told exactly once."""

import asyncio
from asyncio import get_running_loop
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Generic, Self, TypeVar

T = TypeVar("T")

Ended = Callable[[BaseException | None, asyncio.Timeout | None], Exception | None]
"""Told of a stream's end: None, or the error and the time limit that stood around it. Returns the error that takes
its place, if it was that limit."""


def _nobody_asks(_error: BaseException | None, _timeout: asyncio.Timeout | None) -> None:
    return None


class Stream(AsyncIterator[T], Generic[T]):
    """The pieces of one answer. For one reader."""

    __slots__ = ("_ended", "_ends_at_s", "_first", "_idle_s", "_is_over", "_opened", "_opening", "_pieces", "error")

    def __init__(
        self, opening: AbstractAsyncContextManager[AsyncIterator[T]], *, idle_s: float, ends_at_s: float
    ) -> None:
        self._opened = AsyncExitStack()
        self._opening = opening
        self._idle_s = idle_s
        self._ends_at_s = ends_at_s
        self._ended: Ended = _nobody_asks
        self._first: list[T] = []
        self._is_over = False
        self.error: BaseException | None = None
        """Once it is over: how it ended; None where it came to its end, a cancellation where its reader left."""

    async def open(self) -> Self:
        """Wait for the first piece, or for the end of an empty answer. Raises what the attempt raises."""
        try:
            self._pieces = await self._opened.enter_async_context(self._opening)
            self._first.append(await anext(self._pieces))
        except StopAsyncIteration:
            self._is_over = True
        except BaseException:
            await self._opened.aclose()
            raise
        return self

    def tell_end(self, ended: Ended) -> None:
        """Call `ended` once it is over, now if it is."""
        self._ended = ended
        if self._is_over:
            ended(None, None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        if not self._is_over:
            self._tell(asyncio.CancelledError(), None)  # as of any attempt that its caller gave up
        await self._opened.aclose()

    async def __anext__(self) -> T:
        if self._first:
            return self._first.pop()
        if self._is_over:
            raise self.error or StopAsyncIteration
        silent_at_s = min(get_running_loop().time() + self._idle_s, self._ends_at_s)
        try:
            async with asyncio.timeout_at(silent_at_s) as timeout:
                return await anext(self._pieces)
        except StopAsyncIteration:
            self._tell(None, None)
            raise
        except BaseException as error:
            late = self._tell(error, timeout)
            if late is not None:
                raise late from error
            raise

    def _tell(self, error: BaseException | None, timeout: asyncio.Timeout | None) -> Exception | None:
        self._is_over = True
        late = self._ended(error, timeout)
        self.error = late or error
        return late
