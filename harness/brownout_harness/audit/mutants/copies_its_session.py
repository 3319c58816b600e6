"""A second holder of the session's tokens, as another tab or a process beside it has one: used now and then.

What the first one has got meanwhile it does not know: it comes with a refresh token that was used long ago.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cached_property
from random import Random
from typing import Any, Final, TypeVar

from brownout_core.adapters.supabase import SupabaseClient
from brownout_core.adapters.user_session import UserSession
from brownout_core.compose import Replacements
from brownout_core.policies.renewal import Renewal, RenewalConfig
from brownout_core.policies.shapes import RenewalShape
from brownout_harness.audit.mutant import Mutant, Part

T = TypeVar("T")

NOW_AND_THEN_S: Final = 15.0


class Copy(UserSession):
    """Another holder of the same tokens, as of now. What one of them gets afterwards the other does not know."""

    def __init__(self, of: UserSession, renewal: RenewalShape) -> None:
        super().__init__(of._ask, renewal)
        self._refresh_token = of._refresh_token


class _TwoTabs:
    """A session, and a copy of it that one call in a while uses."""

    def __init__(self, inner: UserSession) -> None:
        self._inner = inner
        self._copy: UserSession | None = None
        self._used_s = 0.0

    async def used(self, work: Callable[[str], Awaitable[T]]) -> T:
        now_s = asyncio.get_running_loop().time()
        if self._copy is None:
            done = await self._inner.used(work)
            self._copy = Copy(self._inner, Renewal("supabase", RenewalConfig(), Random(0)))
            self._used_s = now_s
            return done
        if now_s - self._used_s < NOW_AND_THEN_S:
            return await self._inner.used(work)
        self._used_s = now_s
        return await self._copy.used(work)


class _Client:
    """A client with two tabs."""

    def __init__(self, inner: SupabaseClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @cached_property
    def session(self) -> _TwoTabs:
        return _TwoTabs(self._inner.session)


def _client(_vendor: str, client: Any) -> Any:
    return _Client(client) if isinstance(client, SupabaseClient) else client


MUTANT = Mutant(
    name="copies-its-session",
    part=Part.RENEWAL,
    about="a copy of the session refreshes with a token that was used long ago: everybody is signed out",
    scenario="supabase-refresh-reused",
    expectation="success_rate",
    replacements=lambda: Replacements(client=_client),
)
