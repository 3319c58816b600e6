"""`publish_site`: a host leads to a target, and old copies of its pages are forgotten (Cloudflare); told when both is.

    look ─┬─ it is free ──────────▶ make the record ─┐
          ├─ it leads elsewhere ──▶ change it ────────┼─▶ purge ─▶ done
          ├─ it leads there ──────────────────────────┘
          └─ it is something else ─▶ refused

There are no idempotency keys. A host has one CNAME, so making it twice is refused by Cloudflare, and means: look
again. A change overwrites whatever is there, so it is sent once, and what may still come is waited for. A purge may be
sent any number of times, but only after the record: what is purged before would be copied once more from the old
target. Where it fails the record stays, and the rest is set aside: half of it is never told as done, nor as refused.
"""

from collections.abc import Sequence
from typing import Any

from brownout_core.adapters import cloudflare
from brownout_core.adapters.cloudflare import CloudflareClient
from brownout_core.asking import Asking
from brownout_core.errors import ServiceError, VendorRefused
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.looking import at_best
from brownout_core.flows.request import FlowRequest, Host
from brownout_core.services.communication import reference
from brownout_core.services.edge import Record, RecordContended, Standing, standing

TAKEN = "taken"


class SiteRequest(FlowRequest):
    """Publish one site."""

    host: Host
    target: Host
    """Where it is served."""


class PublishSite(Flow[SiteRequest]):
    """Looks, makes or changes the record, purges."""

    name, path, request = "publish_site", "/v1/sites", SiteRequest
    uses = (cloudflare.ADAPTER,)
    sets_aside = SetAside.TRANSIENT

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._edge = self.guarded(cloudflare.ADAPTER)

    async def do(self, request: SiteRequest, asking: Asking) -> dict[str, Any]:
        """One record, and a purge after it."""
        record = await self._published(request, asking)
        purge = await self._edge(
            asking,
            "purge",
            lambda client: client.purge([request.host], operation_id=request.operation_id),
            idempotent=True,
        )
        return {"record": record.id, "purge": purge}

    async def _published(self, request: SiteRequest, asking: Asking) -> Record:
        wanted = Record(name=request.host, target=request.target, note=reference(request.operation_id))
        found = await self._edge.read(
            asking, "records", lambda client: client.records(wanted.name, operation_id=asking.operation_id)
        )
        there = _there(found, wanted)

        async def seen(_ago_s: float) -> Record | None:
            return there

        await self.look_first(asking, seen)
        if there is not None:
            return there
        match standing(found, wanted):
            case Standing.FREE:
                return await self._created(wanted, asking)
            case Standing.ELSEWHERE:
                return await self._changed(found[0].id, wanted, asking)
            case _:
                raise VendorRefused("cloudflare", "records", "the name is something else", status=409, code=TAKEN)

    async def _created(self, wanted: Record, asking: Asking) -> Record:
        """Whatever may have been sent is looked for before it is sent again; there can be one only."""
        may_be_there = False

        async def attempt(client: CloudflareClient) -> Record:
            nonlocal may_be_there
            if may_be_there:
                there = _there(await client.records(wanted.name, operation_id=asking.operation_id), wanted)
                if there is not None:
                    return there
            before, may_be_there = may_be_there, True
            try:
                return await client.create(wanted, operation_id=asking.operation_id)
            except VendorRefused:
                # A no to this sending says nothing of the one before it.
                asking.may_have_sent |= before
                raise
            except ServiceError as error:
                may_be_there = before or error.may_have_effect or isinstance(error, RecordContended)
                raise

        return await self._edge(asking, "create", attempt, idempotent=True)

    async def _changed(self, record_id: str, wanted: Record, asking: Asking) -> Record:
        """Sent once. What is found afterwards is it; what is not may still come, and is never sent again blindly."""
        try:
            return await self._edge(
                asking,
                "change",
                lambda client: client.change(record_id, wanted, operation_id=asking.operation_id),
                idempotent=False,
            )
        except ServiceError as error:
            there = await at_best(self._found(wanted, asking)) if error.may_have_effect else None
            if there is None:
                raise
            return there

    async def _found(self, wanted: Record, asking: Asking) -> Record | None:
        found = await self._edge.read(
            asking, "records", lambda client: client.records(wanted.name, operation_id=asking.operation_id)
        )
        return _there(found, wanted)


def _there(found: Sequence[Record], wanted: Record) -> Record | None:
    return found[0] if standing(found, wanted) is Standing.THERE else None
