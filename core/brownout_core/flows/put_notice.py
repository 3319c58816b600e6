"""`put_notice`: what visitors of a host are told for a while, kept at the edge (Workers KV of Cloudflare).

A value has no versions, and a write overwrites whatever is there: one that may still be on its way could overwrite what
somebody else has written since. So it is sent once. Where its answer is lost it is looked for; what is not seen, for
readers may be a minute behind, is set aside, looked for again once it must have arrived, and only then written anew.
The value ends with a reference of its own, by which it is told from the same words of another operation.
"""

from collections.abc import Awaitable
from typing import Annotated, Any

import orjson
from pydantic import Field

from brownout_core.adapters import cloudflare
from brownout_core.adapters.cloudflare import UNKNOWN_KEY, CloudflareClient
from brownout_core.asking import Asking
from brownout_core.errors import ServiceError, VendorRefused
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.looking import at_best
from brownout_core.flows.request import FlowRequest, Host
from brownout_core.services.communication import reference


class NoticeRequest(FlowRequest):
    """What to tell whom, and for how long."""

    host: Host
    text: Annotated[str, Field(min_length=1, max_length=1_000)]
    for_s: Annotated[int, Field(ge=60, le=30 * 24 * 3600)]
    """Seconds, after which it is gone by itself. Cloudflare keeps nothing for less than a minute."""


class PutNotice(Flow[NoticeRequest]):
    """Writes one value, once."""

    name, path, request = "put_notice", "/v1/notices", NoticeRequest
    uses = (cloudflare.ADAPTER,)
    sets_aside = SetAside.TRANSIENT

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._edge = self.guarded(cloudflare.ADAPTER)

    async def do(self, request: NoticeRequest, asking: Asking) -> dict[str, Any]:
        """One value."""
        key = f"notice/{request.host}"
        value = orjson.dumps({"text": request.text, "by": reference(request.operation_id)})

        async def look(_ago_s: float) -> bool | None:
            return await self._is_there(key, value, asking) or None

        if await self.look_first(asking, look) is None:
            await self._put(key, value, request.for_s, asking)
        return {"key": key}

    async def _put(self, key: str, value: bytes, for_s: int, asking: Asking) -> None:
        try:
            await self._edge(
                asking,
                "put",
                lambda client: client.put(key, value, operation_id=asking.operation_id, ttl_s=for_s),
                idempotent=False,
            )
        except ServiceError as error:
            if not error.may_have_effect or not await at_best(self._is_there(key, value, asking)):
                raise

    async def _is_there(self, key: str, value: bytes, asking: Asking) -> bool:
        def get(client: CloudflareClient) -> Awaitable[bytes]:
            return client.get(key, operation_id=asking.operation_id)

        try:
            return await self._edge.read(asking, "get", get) == value
        except VendorRefused as error:
            if error.code != UNKNOWN_KEY:
                raise
            return False
