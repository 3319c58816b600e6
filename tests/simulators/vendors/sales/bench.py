"""The sales system on the bench."""

import itertools
from collections.abc import Mapping
from typing import Any

from brownout_simulators.vendors.sales import VENDOR
from tests.simulators.vendors.sales.described import wrongs
from tests.support.vendor_bench import Answer, Bench, basic

INTAKE = "/api/v2/orders/intake"
ORDERS = "/api/v2/orders"
ENDPOINTS = "/api/v2/webhook-endpoints"
CUSTOMERS = "/api/v2/customers"
QUOTES = "/api/v2/quotes"
RESERVATIONS = "/api/v2/reservations"
INVENTORY = "/api/v2/inventory"
SECRET = "s3cret"
ALL_SCOPES = "orders.read orders.write inventory.manage webhooks.manage"


def order(order_id: str = "A-1", *, sku: str = "PUMP", **changes: Any) -> dict[str, Any]:
    """A valid intake request, changed as asked."""
    body: dict[str, Any] = {
        "orderId": order_id,
        "customer": {"name": "Ada Example", "phone": "+12025550123"},
        "site": {"line1": "1 Main St", "city": "Springfield", "postalCode": "12345", "country": "US"},
        "lines": [{"lineNo": 1, "sku": sku, "quantity": "2", "unitPrice": {"amount": "10.50", "currency": "USD"}}],
        "total": {"amount": "21.00", "currency": "USD"},
        "metadata": {"operation_id": f"op-{order_id}"},
    }
    return {**body, **changes}


class SalesBench(Bench):
    """With a token, and a fresh idempotency key for each request that needs one. Every answer is held against the
    description that the system serves."""

    is_described = True
    """False where a fault makes it answer what it never would there."""

    def __init__(self, client_id: str = "shop", scope: str = ALL_SCOPES, *, seed: int = 1) -> None:
        super().__init__(VENDOR, basic(client_id, SECRET), seed=seed)
        self.client = self.authorization
        self._keys = itertools.count(1)
        self.log_in(scope)

    def send(self, method: str, target: str, body: bytes = b"", *, headers: Mapping[str, str] | None = None) -> Answer:
        """One request, whose answer is one of the described ones."""
        answer = super().send(method, target, body, headers=headers)
        if self.is_described:
            assert wrongs(method, target, answer) == []
        return answer

    def log_in(self, scope: str = "") -> Answer:
        """A new token, used from now on."""
        self.authorization = self.client
        fields = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        answer = self.form("POST", "/oauth2/token", **fields)
        if answer.status == 200:
            self.authorization = f"Bearer {answer.json['access_token']}"
        return answer

    def key(self) -> str:
        """An idempotency key that was never used."""
        return f"idempotency-key-{next(self._keys)}"

    def take_in(self, body: Any = None, *, key: str = "", **headers: str) -> Answer:
        """Order intake."""
        return self.post_json(INTAKE, order() if body is None else body, idempotency_key=key or self.key(), **headers)

    def cancel(self, order_id: str, reason: str = "changed my mind") -> Answer:
        """Cancel an order."""
        return self.post_json(f"{ORDERS}/{order_id}/cancel", {"reason": reason}, idempotency_key=self.key())

    def get(self, order_id: str, **headers: str) -> Answer:
        """Read an order."""
        return self.send("GET", f"{ORDERS}/{order_id}", headers=headers)

    def listen(self, **fields: Any) -> Any:
        """A webhook endpoint."""
        body = {"url": "http://127.0.0.1:9/hook", **fields}
        return self.post_json(ENDPOINTS, body, idempotency_key=self.key()).json

    def post(self, target: str, body: Any = None, **headers: str) -> Answer:
        """A write that needs a key, with a fresh one."""
        return self.post_json(target, {} if body is None else body, **{"idempotency_key": self.key(), **headers})

    def stock(self, sku: str = "PUMP", on_hand: str = "10") -> Answer:
        """So much is on hand."""
        return self.post_json(f"{INVENTORY}/{sku}", {"onHand": on_hand}, method="PUT")

    def in_stock(self, sku: str = "PUMP") -> tuple[str, str, str]:
        """On hand, reserved, available."""
        found = self.send("GET", f"{INVENTORY}/{sku}").json
        return found["onHand"], found["reserved"], found["available"]

    def kinds(self) -> list[str]:
        """The effects in the books, in their order."""
        return [row["route"] for row in self.effects()]
