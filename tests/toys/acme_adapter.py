"""Acme, as the core knows it: one file, and one line in the table of adapters."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import orjson

from brownout_core.adapters.base import Said, VendorClient, error_object, text_of
from brownout_core.adapters.declaration import Adapter, Wire, url, variable
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.settings import recommended
from brownout_core.transport import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class AcmeAccess:
    """Where Acme is, and with which key."""

    base_url: str = variable("ACME_API_BASE", read=url, default="http://127.0.0.1:12120")
    api_key: str = variable("ACME_API_KEY", secret=True)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that Acme took."""

    id: str
    amount: int


class AcmeClient(VendorClient):
    """Payments with an idempotency key, and a stream of receipts."""

    vendor = "acme"

    def __init__(self, access: AcmeAccess, wire: Wire) -> None:
        super().__init__(access.base_url, wire)
        self._headers = {"Authorization": f"Bearer {access.api_key}"}

    async def take(self, *, operation_id: str, idempotency_key: str, amount: int) -> Payment:
        """Take money once."""
        headers = {**self._headers, "Idempotency-Key": idempotency_key}
        body = orjson.dumps({"amount": amount, "reference": operation_id})
        response = await self._ask("take", operation_id, "POST", "/payments", headers=headers, body=body)
        return self._payment("take", response, self._json("take", response))

    async def find(self, *, operation_id: str) -> Sequence[Payment]:
        """Those of an operation."""
        path = f"/payments?reference={operation_id}"
        response = await self._ask("find", operation_id, "GET", path, headers=self._headers)
        found = self._field("find", response, self._json("find", response), "data", list)
        return [self._payment("find", response, each) for each in found]

    def receipt(self, *, operation_id: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """A receipt, as it is printed."""
        path = f"/receipt?reference={operation_id}"
        return self._open("receipt", operation_id, "GET", path, headers=self._headers)

    def _payment(self, call: str, response: Response, data: dict[str, Any]) -> Payment:
        return Payment(self._field(call, response, data, "id", str), self._field(call, response, data, "amount", int))

    def _said(self, response: Response) -> Said:
        told = error_object(response)
        return Said(text_of(told.get("message")) or "", text_of(told.get("code")))


ADAPTER = Adapter(
    name="acme",
    access=AcmeAccess,
    client=AcmeClient,
    recommended=recommended(5.0, 15.0, LimiterConfig(capacity=50, refill_per_s=50.0)),
)
