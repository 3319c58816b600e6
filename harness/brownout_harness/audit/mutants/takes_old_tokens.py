"""A client that looks at a token's signature and not at its time: who found an old one is let in."""

from typing import Any

from brownout_core.adapters.clerk import ClerkClient
from brownout_core.adapters.session_token import read_token
from brownout_core.compose import Replacements
from brownout_core.services.auth import Session, TokenExpired
from brownout_harness.audit.mutant import Mutant, Part


class _Timeless:
    """A client for whom what was good once is good."""

    def __init__(self, inner: ClerkClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def verify(self, token: str, *, operation_id: str) -> Session:
        try:
            return await self._inner.verify(token, operation_id=operation_id)
        except TokenExpired:  # said only of what is signed as it should be
            claims = read_token(token).claims
        return Session(
            user_id=claims["sub"],
            session_id=claims["sid"],
            status=claims["sts"],
            issued_s=claims["iat"],
            expires_s=claims["exp"],
            organization=None,
            claims=claims,
        )


def _client(_vendor: str, client: Any) -> Any:
    return _Timeless(client) if isinstance(client, ClerkClient) else client


MUTANT = Mutant(
    name="takes-old-tokens",
    part=Part.RENEWAL,
    about="a token's time is not looked at",
    scenario="clerk-stale-tokens",
    expectation="outcome",
    replacements=lambda: Replacements(client=_client),
)
