"""A vendor whose calls carry an access token, which is fetched once for all of them."""

import asyncio
from abc import abstractmethod
from collections.abc import Mapping
from functools import partial
from random import Random

from brownout_core.adapters.access_token import AccessToken
from brownout_core.adapters.base import VendorClient
from brownout_core.adapters.declaration import Wire
from brownout_core.policies.renewal import Renewal, RenewalConfig
from brownout_core.transport import Response

RENEWAL = "fetch_token"
"""What errors call a renewal of the token."""


class TokenClient(VendorClient):
    """A vendor whose calls carry a token that is fetched. Safe for concurrent use."""

    def __init__(self, base_url: str, wire: Wire) -> None:
        super().__init__(base_url, wire)
        self._tokens = AccessToken()
        self._renewal = wire.renewal or Renewal(self.vendor, RenewalConfig(), Random(0))

    async def _authorised(
        self, call: str, operation_id: str, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> Response:
        """Send with an access token; a 401 earns one new token and one replay."""
        token = await self._token(operation_id)
        response = await self._ask(call, operation_id, method, path, headers={**headers, **_bearer(token)}, body=body)
        if response.status != 401:
            return response
        self._tokens.drop(token)
        token = await self._token(operation_id)
        return await self._ask(call, operation_id, method, path, headers={**headers, **_bearer(token)}, body=body)

    async def _token(self, operation_id: str) -> str:
        now_s = asyncio.get_running_loop().time()
        if token := self._tokens.valid(now_s):
            return token
        fetch = partial(self._fetch_token, operation_id)
        if token := self._tokens.usable(now_s):
            self._renewal.begin(RENEWAL, fetch)  # nobody waits for it while the old one serves
            return token
        return await self._renewal.renewed(RENEWAL, fetch)

    @abstractmethod
    async def _fetch_token(self, operation_id: str) -> str:
        """Ask for a new token, store it, and return it."""


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
