"""Stripe's webhooks: which events there are, how a delivery is signed, and when it is tried again."""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Notice
from brownout_simulators.vendor import WebhookRules
from brownout_simulators.vendors.stripe.work import hears

_HAPPENS: Final[Mapping[str, str]] = {
    "account.application": "deauthorized",
    "account": "updated",
    "balance": "available",
    "billing.meter": "created deactivated reactivated updated",
    "billing_portal.configuration": "created updated",
    "billing_portal.session": "created",
    "cash_balance": "funds_available",
    "charge": "captured expired failed pending refunded succeeded updated",
    "charge.dispute": "closed created funds_reinstated funds_withdrawn updated",
    "charge.refund": "updated",
    "checkout.session": "async_payment_failed async_payment_succeeded completed expired",
    "coupon": "created deleted updated",
    "credit_note": "created updated voided",
    "customer": "created deleted updated",
    "customer.discount": "created deleted updated",
    "customer.source": "created deleted updated",
    "customer.subscription": "created deleted paused resumed trial_will_end updated",
    "customer.tax_id": "created deleted",
    "customer_cash_balance_transaction": "created",
    "identity.verification_session": "canceled created redacted requires_input",
    "invoice": (
        "created deleted finalized marked_uncollectible overdue paid payment_action_required payment_failed "
        "payment_succeeded sent updated voided"
    ),
    "invoice_payment": "paid",
    "invoiceitem": "created deleted",
    "issuing_authorization": "created request updated",
    "issuing_card": "created updated",
    "issuing_cardholder": "created updated",
    "issuing_transaction": "created purchase_details_receipt_updated updated",
    "payment_intent": (
        "amount_capturable_updated canceled created partially_funded payment_failed processing "
        "requires_action succeeded"
    ),
    "payment_link": "created updated",
    "payment_method": "attached detached updated",
    "payout": "canceled created paid updated",
    "plan": "created deleted updated",
    "price": "created deleted updated",
    "product": "created deleted updated",
    "promotion_code": "created updated",
    "quote": "accepted canceled created finalized",
    "refund": "created failed updated",
    "reporting.report_run": "succeeded",
    "setup_intent": "canceled created requires_action setup_failed succeeded",
    "subscription_schedule": "canceled completed created expiring released updated",
    "tax_rate": "created updated",
    "test_helpers.test_clock": "advancing created deleted ready",
    "topup": "canceled created succeeded",
    "transfer": "created reversed updated",
}
EVENTS: Final = frozenset(f"{about}.{verb}" for about, verbs in _HAPPENS.items() for verb in verbs.split())
"""Every event that the emulated actions send."""

SCHEDULE_S: Final = (0.0, 300.0, 1_800.0, 7_200.0)
"""In a sandbox a delivery is tried three times more over a few hours (Stripe's page "Receive Stripe events in your
webhook endpoint"); the intervals are not published, these are commonly reported."""


def secret_of(account: str, nth: int = 0) -> str:
    """The signing secret of an account's nth webhook endpoint: always the same, so that an application can be
    configured before its endpoint exists."""
    return "whsec_" + blake2b(f"{account}/{nth}".encode(), digest_size=16).hexdigest()


def signature(body: bytes, secret: str, at_s: int) -> str:
    """The header `Stripe-Signature`: HMAC-SHA256 over instant and raw body, keyed with the whole secret."""
    said = b"%d." % at_s + body
    # While a secret is rolled there are two of them, and a signature by each (Stripe's page "Roll endpoint secrets").
    signed = (hmac.digest(each.encode(), said, "sha256").hex() for each in secret.split(" "))
    return f"t={at_s}," + ",".join(f"v1={digest}" for digest in signed)


def _serialise(notice: Notice) -> tuple[str, bytes]:
    return "application/json; charset=utf-8", orjson.dumps(notice.payload, option=orjson.OPT_INDENT_2)


def _headers(_notice: Notice, _url: str, body: bytes, secret: str, wall_s: float, _attempt: int) -> Mapping[str, str]:
    return {
        "Accept": "*/*; q=0.5, application/xml",
        "Cache-Control": "no-cache",
        "Stripe-Signature": signature(body, secret, int(wall_s)),
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }


def _endpoints(account: Account[Any], notice: Notice) -> Sequence[tuple[str, str]]:
    state = account.state
    return [(each["url"], _secrets(account, each["id"])) for each in state.listeners if hears(each, notice.type)]


def _secrets(account: Account[Any], id: str) -> str:  # noqa: A002
    """An endpoint's secret, and before it the one that it replaces, as long as that is good."""
    state = account.state
    old, until = state.rolled.get(id, ("", 0.0))
    secret: str = state.secrets[id]
    return f"{secret} {old}" if account.wall_s() < until else secret


def _anew(account: Account[Any], notice: Notice) -> Notice:
    """One change, told by two events that differ in their ids: it happens, and receivers have to live with it
    (Stripe's page "Receive Stripe events in your webhook endpoint")."""
    id = "evt_" + account.ids.base62(24)  # noqa: A001
    kept = account.state.events.get(notice.payload["id"])
    if kept is not None:
        account.state.events.keep({**kept, "id": id}, account.clock())
    return Notice(notice.type, {**notice.payload, "id": id})


WEBHOOKS: Final = WebhookRules(
    serialise=_serialise,
    headers=_headers,
    endpoints=_endpoints,
    anew=_anew,
    schedule_s=SCHEDULE_S,
    timeout_s=10.0,
)
