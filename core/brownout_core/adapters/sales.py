"""The sales system: OAuth client credentials and the intake of orders; errors are problem documents (RFC 9457). An
`OrderService`."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import orjson

from brownout_core.adapters.base import EMPTY, Said, error_object, form, text_of
from brownout_core.adapters.declaration import Adapter, Webhooks, Wire, several, url, variable
from brownout_core.adapters.sales_webhooks import read_event, verify_event
from brownout_core.adapters.token_client import RENEWAL, TokenClient
from brownout_core.errors import CallRejected, ServiceError
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.settings import original, recommended
from brownout_core.services.orders import Line, Order, Site
from brownout_core.transport import Response

__all__ = ["ADAPTER", "OFF", "SCOPE", "Line", "Order", "SalesAccess", "SalesClient", "Site"]

SCOPE = "orders.read orders.write"
OFF = frozenset({"cancel_requested", "cancelled", "rejected"})
"""What an order's status is where nothing is to come of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesAccess:
    """Where the sales system is, and as whom."""

    base_url: str = variable("SALES_API_BASE", read=url, default="http://127.0.0.1:12113")
    client_id: str = variable("SALES_CLIENT_ID")
    client_secret: str = variable("SALES_CLIENT_SECRET", secret=True)
    webhook_secrets: tuple[str, ...] = variable("SALES_WEBHOOK_SECRET", read=several, default=(), secret=True)


class SalesClient(TokenClient):
    """The sales system's API v2. Writes carry an idempotency key. Safe for concurrent use."""

    vendor = "sales"

    def __init__(self, access: SalesAccess, wire: Wire) -> None:
        super().__init__(access.base_url, wire)
        credentials = base64.b64encode(f"{access.client_id}:{access.client_secret}".encode()).decode()
        self._client_credentials = f"Basic {credentials}"

    async def submit_order(
        self,
        *,
        operation_id: str,
        idempotency_key: str,
        order_id: str,
        customer: str,
        site: Site,
        lines: Sequence[Line],
        currency: str,
    ) -> Order:
        """Hand in one order. The key makes it idempotent; `order_id` is the business key, unique for ever.

        An order that already exists under `order_id` and stems from the same operation is this order.
        """
        call = "submit_order"
        document = _order_document(
            order_id=order_id, customer=customer, site=site, lines=lines, currency=currency, operation_id=operation_id
        )
        headers = {"Content-Type": "application/json", "Idempotency-Key": f'"{idempotency_key}"'}
        body = orjson.dumps(document)
        response = await self._authorised(
            call, operation_id, "POST", "/api/v2/orders/intake", headers=headers, body=body
        )
        existing = _existing_id(response)
        if existing is not None:
            # The vendor may have forgotten the key, but it knows the order.
            order = await self._existing(existing, operation_id)
            if order.order_id == order_id and order.operation_id == operation_id:
                return order
        return self._order(call, response)

    async def _existing(self, sales_id: str, operation_id: str) -> Order:
        """An order that is there. Whether it is this one is open until it was seen."""
        try:
            return await self.fetch_order(sales_id, operation_id=operation_id)
        except (ServiceError, CallRejected) as error:
            error.may_have_effect = True
            raise
        except asyncio.CancelledError:
            raise asyncio.CancelledError from None  # something was sent before, so not `unsent`

    async def fetch_order(self, sales_id: str, *, operation_id: str) -> Order:
        """Fetch one by the sales system's id."""
        call = "fetch_order"
        path = f"/api/v2/orders/{quote(sales_id, safe='')}"
        return self._order(call, await self._authorised(call, operation_id, "GET", path, headers={}))

    async def find_orders(self, order_id: str, *, operation_id: str) -> Sequence[Order]:
        """Those with a business key: none or one."""
        call = "find_orders"
        path = f"/api/v2/orders?{form({'orderId': order_id}).decode()}"
        response = await self._authorised(call, operation_id, "GET", path, headers={})
        rows = self._objects(call, response, self._json(call, response), "data")
        return [self._order_from(call, response, row) for row in rows]

    async def cancel_order(self, sales_id: str, *, operation_id: str, idempotency_key: str, reason: str) -> Order:
        """It is not to be carried out. One that is cancelled already stays so; refused once work has begun."""
        call = "cancel_order"
        headers = {"Content-Type": "application/json", "Idempotency-Key": f'"{idempotency_key}"'}
        path, body = f"/api/v2/orders/{quote(sales_id, safe='')}/cancel", orjson.dumps({"reason": reason})
        return self._order(call, await self._authorised(call, operation_id, "POST", path, headers=headers, body=body))

    async def _fetch_token(self, operation_id: str) -> str:
        call = RENEWAL
        asked_at_s = asyncio.get_running_loop().time()
        headers = {
            "Authorization": self._client_credentials,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = form({"grant_type": "client_credentials", "scope": SCOPE})
        response = await self._ask(call, operation_id, "POST", "/oauth2/token", headers=headers, body=body)
        data = self._json(call, response)
        token = self._field(call, response, data, "access_token", str)
        lifetime_s = self._field(call, response, data, "expires_in", int)
        self._tokens.store(token, lifetime_s, asked_at_s)
        return token

    def _order(self, call: str, response: Response) -> Order:
        return self._order_from(call, response, self._json(call, response))

    def _order_from(self, call: str, response: Response, data: Mapping[str, Any]) -> Order:
        metadata = self._optional(call, response, data, "metadata", EMPTY)
        return Order(
            id=self._field(call, response, data, "id", str),
            order_id=self._field(call, response, data, "orderId", str),
            status=self._field(call, response, data, "status", str),
            operation_id=self._optional(call, response, metadata, "operation_id", ""),
        )

    def _said(self, response: Response) -> Said:
        told = error_object(response)
        code = text_of(told.get("code")) or text_of(told.get("error"))
        message = next(
            (text for name in ("detail", "title", "error_description") if (text := text_of(told.get(name)))), ""
        )
        return Said(message, code, is_in_progress=response.status == 409 and code == "idempotency-in-progress")


def _existing_id(response: Response) -> str | None:
    if response.status != 409:
        return None
    told = error_object(response)
    return text_of(told.get("existingId")) if told.get("code") == "duplicate-order" else None


def _order_document(
    *, order_id: str, customer: str, site: Site, lines: Sequence[Line], currency: str, operation_id: str
) -> dict[str, Any]:
    def money(minor: int) -> dict[str, str]:
        return {"amount": str(Decimal(minor).scaleb(-2).quantize(Decimal("0.01"))), "currency": currency.upper()}

    return {
        "orderId": order_id,
        "customer": {"name": customer},
        "site": {
            "line1": site.line1,
            "city": site.city,
            "postalCode": site.postal_code,
            "country": site.country.upper(),
        },
        "lines": [
            {"lineNo": number, "sku": line.sku, "quantity": str(line.quantity), "unitPrice": money(line.unit_price)}
            for number, line in enumerate(lines, start=1)
        ],
        "total": money(sum(line.quantity * line.unit_price for line in lines)),
        "metadata": {"operation_id": operation_id},
    }


ADAPTER = Adapter(
    name="sales",
    access=SalesAccess,
    client=SalesClient,
    webhooks=Webhooks(
        secrets=lambda access: access.webhook_secrets,
        verify=lambda body, headers, secrets, now: verify_event(body, headers, secrets, now=now),
        read=read_event,
    ),
    # A token bucket of 100 refilled with 10 a second is the documented limit of the sales system itself; what it
    # leaves in the bucket is its business, so ours never asks faster than that.
    recommended=recommended(5.0, 20.0, LimiterConfig(capacity=100, refill_per_s=10.0, max_wait_s=5.0)),
    original=original((5, 2, 30.0, 60.0), (3, 1.0, 30.0, 0.1), (100, 10.0)),
)
