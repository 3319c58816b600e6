"""How a credential that all calls to a vendor share is renewed: by one request at a time, in nobody's own time.

A renewal is a guarded call of its own. It has a deadline that is not its asker's, so that an asker who has little time
left, or gives up, takes nothing from the others. After one that failed nobody sends another for a while: who asks
meanwhile is turned away at once. While the breaker is open none is sent.

What asked for the credential was not sent, whatever became of the renewal: every error here says so.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from math import isinf
from random import Random
from typing import Any

from brownout_core.errors import AttemptTimeout, BrownoutError, ConfigError, ConnectFailed, RenewalPaused, ServiceError
from brownout_core.policies.backoff import BackoffConfig, Jitter, delay_s
from brownout_core.transport import unsent

QuietFor = Callable[[float], float]
"""For how many seconds from now on the vendor is not to be asked for anything; 0: it may be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalConfig(BackoffConfig):
    """How long a renewal may take, and how long nobody tries again after one that failed."""

    initial_delay_s: float = 1.0  # the bound of the pause after the first failure
    max_delay_s: float = 5.0  # the cap of the pause, but for what the vendor asks for
    jitter: Jitter = "equal"
    attempt_s: float = 5.0  # one renewal, from its start to the whole answer
    retry_after_cap_s: float = 60.0  # a vendor's longer wish counts as this one

    def __post_init__(self) -> None:
        # Not super(): a slotted dataclass is a new class, which the zero-argument form does not know.
        BackoffConfig.__post_init__(self)
        if not 0.001 <= self.attempt_s <= 86_400:
            raise ConfigError(f"attempt_s must be in [0.001, 86400], got {self.attempt_s}")
        if not 0 <= self.retry_after_cap_s <= 86_400:
            raise ConfigError(f"retry_after_cap_s must be in [0, 86400], got {self.retry_after_cap_s}")


def was_paused(error: BaseException) -> bool:
    """Whether an attempt sent nothing, for want of a credential that may not be renewed now."""
    return isinstance(error, RenewalPaused) and not error.may_have_effect


class Renewal:
    """The renewals of one vendor's credential, shared by all calls to it. For one event loop; not thread-safe."""

    __slots__ = ("_config", "_failures", "_pause_s", "_paused_until_s", "_quiet_for_s", "_rng", "_under_way", "_vendor")

    def __init__(
        self, vendor: str, config: RenewalConfig, rng: Random, quiet_for_s: QuietFor = lambda _now_s: 0.0
    ) -> None:
        self._vendor = vendor
        self._config = config
        self._rng = rng
        self._quiet_for_s = quiet_for_s
        self._failures = 0
        """How many failed since one succeeded."""
        self._pause_s = 0.0
        self._paused_until_s = 0.0
        self._under_way: asyncio.Task[str] | None = None

    async def renewed(self, call: str, fetch: Callable[[], Awaitable[str]]) -> str:
        """The credential, as the renewal under way fetches it, or by `fetch`, which errors name `call`.

        Raises:
            RenewalPaused: the last one failed a short while ago, or the breaker is open (by now).
            ServiceError: it failed. Each asker has an error of its own, and `retry_after_s` tells when there may be
                another.
            asyncio.CancelledError: the asker gave up; the renewal goes on. `transport.was_unsent` holds.
        """
        renewal = self._under_way or self._start(call, fetch)
        try:
            await asyncio.wait([renewal])
        except asyncio.CancelledError as cancelled:
            raise unsent(cancelled) from None
        if renewal.cancelled():
            raise ConnectFailed(self._vendor, call, "the renewal was given up")
        error = renewal.exception()
        if isinstance(error, ServiceError):
            # Each one's own: what happens to one of them afterwards is nobody else's.
            own = error.copied()
            own.may_have_effect = False
            own.retry_after_s = max(0.0, self._paused_until_s - asyncio.get_running_loop().time())
            raise own from error.__cause__
        self._check_quiet(asyncio.get_running_loop().time())  # the breaker may have opened meanwhile
        return renewal.result()

    def begin(self, call: str, fetch: Callable[[], Awaitable[str]]) -> None:
        """Renew beside the calls, for those that come later. Does nothing where one is under way or may not be sent."""
        if self._under_way is None:
            with suppress(RenewalPaused):
                self._start(call, fetch)

    def _start(self, call: str, fetch: Callable[[], Awaitable[str]]) -> asyncio.Task[str]:
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        if now_s < self._paused_until_s:
            pause_s = self._paused_until_s - now_s
            raise RenewalPaused("the credential could not be renewed", vendor=self._vendor, retry_after_s=pause_s)
        self._check_quiet(now_s)
        self._under_way = loop.create_task(self._renew(call, fetch), name=f"{self._vendor} {call}")
        self._under_way.add_done_callback(self._ended)
        return self._under_way

    def _check_quiet(self, now_s: float) -> None:
        if (quiet_s := self._quiet_for_s(now_s)) > 0:
            after_s = None if isinf(quiet_s) else quiet_s
            raise RenewalPaused("the breaker is open", vendor=self._vendor, retry_after_s=after_s)

    async def _renew(self, call: str, fetch: Callable[[], Awaitable[str]]) -> str:
        within = asyncio.timeout(self._config.attempt_s)
        try:
            async with within:
                return await fetch()
        except TimeoutError as error:
            if not within.expired():
                raise
            text = f"no answer within {self._config.attempt_s:.3g} s"
            raise AttemptTimeout(self._vendor, call, text) from error

    def _ended(self, renewal: asyncio.Task[str]) -> None:
        self._under_way = None
        error = None if renewal.cancelled() else renewal.exception()
        if error is None:
            self._failures = 0
            self._pause_s = 0.0
            return
        self._failures += 1
        self._pause_s = delay_s(self._failures, self._pause_s, self._config, self._rng)
        wish_s = getattr(error, "retry_after_s", None) or 0.0
        pause_s = max(self._pause_s, min(wish_s, self._config.retry_after_cap_s))
        self._paused_until_s = asyncio.get_running_loop().time() + pause_s
        tell_defect(renewal)


def tell_defect(task: asyncio.Task[Any]) -> None:
    """Tell the loop of an error of this program's own that ended a task beside the calls: maybe nobody waits for it."""
    error = None if task.cancelled() else task.exception()
    if isinstance(error, Exception) and not isinstance(error, BrownoutError):
        told = {"message": f"{task.get_name()} ended by a defect", "exception": error, "task": task}
        asyncio.get_running_loop().call_exception_handler(told)
