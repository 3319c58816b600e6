"""A user's session with Supabase's auth (GoTrue), shared by all calls of a process.

A refresh token is used once, for the next one. Used again it is good only while nobody has used its child, and for some
seconds after its use; later it ends the session, and whoever shares it is signed out (supabase/auth
internal/tokens/service.go). So there is one holder of the newest token, and one renewal at a time. The token changes
with an answer and with nothing else: where that was lost the same token is sent again, and gets the same answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from brownout_core.adapters.access_token import AccessToken
from brownout_core.errors import AuthenticationFailed
from brownout_core.policies.shapes import RenewalShape

T = TypeVar("T")

RENEWAL: Final = "refresh_session"

Ask = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""(path below auth's, body) to the session that is answered: `access_token`, `refresh_token`, `expires_in`."""


class UserSession:
    """Signed in when it is first needed, as a user without a name. Safe for concurrent use on one event loop."""

    def __init__(self, ask: Ask, renewal: RenewalShape) -> None:
        self._ask = ask
        self._renewal = renewal
        self._access = AccessToken()
        self._refresh_token = ""

    async def used(self, work: Callable[[str], Awaitable[T]]) -> T:
        """Do `work` with an access token; one that is refused earns a new one and another try."""
        token = await self.token()
        try:
            return await work(token)
        except AuthenticationFailed:
            self._access.drop(token)
        return await work(await self.token())

    async def token(self) -> str:
        """An access token. Raises what renewing it came to: see `Renewal.renewed`."""
        now_s = asyncio.get_running_loop().time()
        if token := self._access.valid(now_s):
            return token
        if token := self._access.usable(now_s):
            self._renewal.begin(RENEWAL, self._renewed)  # nobody waits for it while the old one serves
            return token
        return await self._renewal.renewed(RENEWAL, self._renewed)

    async def _renewed(self) -> str:
        asked_at_s = asyncio.get_running_loop().time()
        if self._refresh_token:
            said = await self._ask("token?grant_type=refresh_token", {"refresh_token": self._refresh_token})
        else:
            said = await self._ask("signup", {})
        self._refresh_token = said["refresh_token"]
        self._access.store(said["access_token"], said["expires_in"], asked_at_s)
        return str(said["access_token"])
