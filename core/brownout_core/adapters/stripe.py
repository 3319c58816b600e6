"""Stripe: payment intents, refunds, customers, and the signatures of its webhooks. No SDK, hence no hidden retry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from brownout_core.adapters.base import Said, VendorClient, error_object, form, text_of
from brownout_core.adapters.declaration import Adapter, Webhooks, Wire, several, url, variable
from brownout_core.adapters.stripe_webhooks import read_event, verify_webhook
from brownout_core.errors import ConfigError
from brownout_core.live_keys import is_live
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.settings import recommended
from brownout_core.transport import Response

API_VERSION = "2026-10-28.endive"
MAX_METADATA = 500
MAX_LISTED = 100

# The same in every payment, so encoded once: nobody is there to act, and no redirect can be followed.
CONFIRMED_AT_ONCE = b"&" + form(
    {
        "confirm": True,
        "off_session": True,
        "automatic_payment_methods[enabled]": True,
        "automatic_payment_methods[allow_redirects]": "never",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeAccess:
    """Where Stripe is, and with which key."""

    base_url: str = variable("STRIPE_API_BASE", read=url, default="http://127.0.0.1:12111")
    api_key: str = variable("STRIPE_API_KEY", secret=True)
    webhook_secrets: tuple[str, ...] = variable("STRIPE_WEBHOOK_SECRET", read=several, default=(), secret=True)
    """Separated by commas: while a secret is being changed, both are good."""


class PaymentIntent(NamedTuple):
    """What the application needs to know of one."""

    id: str
    status: str
    amount: int
    """In the currency's minor unit."""
    currency: str
    latest_charge: str | None
    operation_id: str
    """As stored in its metadata; empty where there is none."""

    @property
    def is_paid(self) -> bool:
        """The money is taken, reserved, or on its way."""
        return self.status in {"succeeded", "requires_capture", "processing"}


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back."""

    id: str
    status: str
    amount: int
    """In the currency's minor unit."""
    operation_id: str
    """As stored in its metadata; empty where there is none."""

    @property
    def is_given(self) -> bool:
        """The money is back, or on its way."""
        return self.status in {"succeeded", "pending"}


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who pays."""

    id: str
    email: str | None
    is_deleted: bool


class StripeClient(VendorClient):
    """Stripe's API v1. Writes carry an idempotency key, so every call here is idempotent. Safe for concurrent use."""

    vendor = "stripe"

    def __init__(self, access: StripeAccess, wire: Wire) -> None:
        """Raises `ConfigError` for a key that moves real money."""
        if is_live(access.api_key):
            raise ConfigError("STRIPE_API_KEY is a live key: only test keys (sk_test_...) are accepted")
        super().__init__(access.base_url, wire)
        self._headers = {"Authorization": f"Bearer {access.api_key}", "Stripe-Version": API_VERSION}
        self._form_headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}

    async def create_payment_intent(
        self,
        *,
        operation_id: str,
        idempotency_key: str,
        amount: int,
        currency: str,
        payment_method: str,
        customer: str | None = None,
        description: str | None = None,
    ) -> PaymentIntent:
        """Create and confirm at once, off session. A decline raises `VendorRefused` with status 402."""
        fields: dict[str, str | int | bool | None] = {
            "amount": amount,
            "currency": currency,
            "payment_method": payment_method,
            "customer": customer,
            "description": description,
            "metadata[operation_id]": operation_id[:MAX_METADATA],
        }
        call = "create_payment_intent"
        body = form(fields) + CONFIRMED_AT_ONCE
        response = await self._post(call, "/v1/payment_intents", body, operation_id, idempotency_key)
        return self._payment_intent(call, response, self._json(call, response))

    async def retrieve_payment_intent(self, intent_id: str, *, operation_id: str) -> PaymentIntent:
        """Fetch one by id."""
        call = "retrieve_payment_intent"
        response = await self._get(call, f"/v1/payment_intents/{quote(intent_id, safe='')}", operation_id)
        return self._payment_intent(call, response, self._json(call, response))

    async def find_payment_intents(self, operation_id: str) -> Sequence[PaymentIntent]:
        """Those created for an operation. Stripe's search lags behind its writes: not found proves nothing."""
        call = "find_payment_intents"
        escaped = operation_id.replace("\\", "\\\\").replace("'", "\\'")
        query = form({"query": f"metadata['operation_id']:'{escaped}'", "limit": 10}).decode()
        response = await self._get(call, f"/v1/payment_intents/search?{query}", operation_id)
        found = self._objects(call, response, self._json(call, response), "data")
        intents = [self._payment_intent(call, response, each) for each in found]
        if not all(each.operation_id for each in intents):
            raise self._broken(call, response, "found by an operation's id what has none")
        return intents

    async def create_refund(
        self, *, operation_id: str, idempotency_key: str, payment_intent: str, amount: int | None = None
    ) -> Refund:
        """Give back `amount` (minor unit), or all that is left."""
        fields = {
            "payment_intent": payment_intent,
            "amount": amount,
            "metadata[operation_id]": operation_id[:MAX_METADATA],
        }
        call = "create_refund"
        response = await self._post(call, "/v1/refunds", form(fields), operation_id, idempotency_key)
        return self._refund(call, response, self._json(call, response))

    async def refunds(self, payment_intent: str, *, operation_id: str) -> Sequence[Refund]:
        """The newest of a payment, a hundred at most. Unlike the search, a list does not lag.

        Each has to say whose it is: one that does not may be the one that is looked for, or was given by hand in its
        place, and then it is a human's to say.
        """
        call = "refunds"
        query = form({"payment_intent": payment_intent, "limit": MAX_LISTED}).decode()
        response = await self._get(call, f"/v1/refunds?{query}", operation_id)
        found = self._objects(call, response, self._json(call, response), "data")
        refunds = [self._refund(call, response, each) for each in found]
        if not all(each.operation_id for each in refunds):
            raise self._broken(call, response, "a refund that does not say whose it is")
        return refunds

    async def create_customer(
        self, *, operation_id: str, idempotency_key: str, email: str | None = None, name: str | None = None
    ) -> Customer:
        """Create a customer."""
        fields = {"email": email, "name": name, "metadata[operation_id]": operation_id[:MAX_METADATA]}
        call = "create_customer"
        response = await self._post(call, "/v1/customers", form(fields), operation_id, idempotency_key)
        return self._customer(call, response)

    async def retrieve_customer(self, customer_id: str, *, operation_id: str) -> Customer:
        """Fetch one; a deleted customer is an answer too (`is_deleted`)."""
        call = "retrieve_customer"
        return self._customer(call, await self._get(call, f"/v1/customers/{quote(customer_id, safe='')}", operation_id))

    async def _post(self, call: str, path: str, body: bytes, operation_id: str, idempotency_key: str) -> Response:
        headers = {**self._form_headers, "Idempotency-Key": idempotency_key}
        return await self._ask(call, operation_id, "POST", path, headers=headers, body=body)

    async def _get(self, call: str, path: str, operation_id: str) -> Response:
        return await self._ask(call, operation_id, "GET", path, headers=self._headers)

    def _payment_intent(self, call: str, response: Response, data: Mapping[str, Any]) -> PaymentIntent:
        charge = self._optional(call, response, data, "latest_charge", "") or None
        if charge is None and data.get("status") == "succeeded":
            raise self._broken(call, response, "it was paid by no charge")
        return PaymentIntent(
            id=self._field(call, response, data, "id", str),
            status=self._field(call, response, data, "status", str),
            amount=self._field(call, response, data, "amount", int),
            currency=self._field(call, response, data, "currency", str),
            latest_charge=charge,
            operation_id=self._operation_of(call, response, data),
        )

    def _refund(self, call: str, response: Response, data: Mapping[str, Any]) -> Refund:
        return Refund(
            self._field(call, response, data, "id", str),
            self._field(call, response, data, "status", str),
            self._field(call, response, data, "amount", int),
            self._operation_of(call, response, data),
        )

    def _customer(self, call: str, response: Response) -> Customer:
        data = self._json(call, response)
        return Customer(
            self._field(call, response, data, "id", str),
            self._optional(call, response, data, "email", "") or None,
            self._optional(call, response, data, "deleted", default=False),
        )

    def _operation_of(self, call: str, response: Response, data: Mapping[str, Any]) -> str:
        """Whose it is decides whether it is done again: what has metadata that cannot be read is nobody's answer."""
        metadata = self._field(call, response, data, "metadata", dict)
        return self._optional(call, response, metadata, "operation_id", "")

    def _said(self, response: Response) -> Said:
        error = error_object(response).get("error")
        told = error if isinstance(error, dict) else {}
        code = text_of(told.get("decline_code")) or text_of(told.get("code")) or text_of(told.get("type"))
        # The SDKs obey this header before any status; a saved 500 says false: replaying it will not help.
        should_retry = {"true": True, "false": False}.get(response.headers.get("stripe-should-retry", ""))
        return Said(
            message=text_of(told.get("message")) or "",
            code=code,
            is_in_progress=response.status == 409,
            retryable=should_retry,
        )


ADAPTER = Adapter(
    name="stripe",
    access=StripeAccess,
    client=StripeClient,
    # A charge that is cut off is in doubt, and its retry takes as long again: twice 5 s is what a deadline of 10 s has
    # room for. Stripe allows 100 requests a second to a live account; another process of ours may need some of them.
    recommended=recommended(5.0, 10.0, LimiterConfig(capacity=80, refill_per_s=80.0)),
    webhooks=Webhooks(
        secrets=lambda access: access.webhook_secrets,
        verify=lambda body, headers, secrets, now: verify_webhook(
            body, headers.get("stripe-signature", ""), secrets, now=now
        ),
        read=read_event,
    ),
)
