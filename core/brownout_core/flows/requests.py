"""What the operations are asked for. Frozen and checked: a request that exists is a request that makes sense."""

import hashlib
from typing import Annotated

import orjson
from pydantic import BaseModel, ConfigDict, Field

OperationId = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[!-~]+$")]
"""The caller's name for one business action, and its idempotency key: 1 to 128 visible ASCII characters."""

Currency = Annotated[str, Field(pattern=r"^[A-Za-z]{3}$")]
Amount = Annotated[int, Field(ge=1, le=99_999_999)]
"""Money in the currency's minor unit."""


class OperationRequest(BaseModel):
    """What every request has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation_id: OperationId

    def payload(self) -> bytes:
        """The request as canonical JSON: what a dead letter keeps and a fingerprint is made of."""
        return orjson.dumps(self.model_dump(), option=orjson.OPT_SORT_KEYS)

    @staticmethod
    def fingerprint(payload: bytes) -> str:
        """What an idempotency key stands for."""
        return hashlib.sha256(payload).hexdigest()


class PayRequest(OperationRequest):
    """Take money once."""

    amount: Amount
    currency: Currency = "usd"
    payment_method: Annotated[str, Field(min_length=1, max_length=255)] = "pm_card_visa"
    customer: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    description: Annotated[str, Field(max_length=1000)] | None = None


class NotifyRequest(OperationRequest):
    """Send one text message."""

    to: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{5,14}$")]
    body: Annotated[str, Field(min_length=1, max_length=1500)]


class OrderLine(BaseModel):
    """One position of an order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: Annotated[str, Field(min_length=1, max_length=64)]
    quantity: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    unit_price: Amount


class OrderSite(BaseModel):
    """Where the work is to be done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line1: Annotated[str, Field(min_length=1, max_length=200)]
    city: Annotated[str, Field(min_length=1, max_length=100)]
    postal_code: Annotated[str, Field(min_length=1, max_length=20)]
    country: Annotated[str, Field(pattern=r"^[A-Za-z]{2}$")]


class OrderRequest(OperationRequest):
    """Hand one order in to the sales system."""

    order_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """The business key, unique for ever; without one, made from the operation id."""
    customer: Annotated[str, Field(min_length=1, max_length=200)]
    site: OrderSite
    lines: Annotated[tuple[OrderLine, ...], Field(min_length=1, max_length=200)]
    currency: Currency = "usd"

    @property
    def business_key(self) -> str:
        """`order_id`, or what stands for it."""
        if self.order_id is not None:
            return self.order_id
        if len(self.operation_id) <= 64:
            return self.operation_id
        return hashlib.sha256(self.operation_id.encode()).hexdigest()
