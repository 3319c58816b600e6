"""The official client with the kinds of objects that came later, over real sockets: made, read, listed and deleted as
its own classes."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from brownout_simulators.vendors.stripe import VENDOR
from tests.simulators.vendors.stripe.serving import Served, served

_numbers = itertools.count()


@pytest.fixture(scope="module")
def vendor() -> Iterator[Served]:
    with served() as at:
        yield at


@pytest.fixture
def client(vendor: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[stripe.StripeClient]:
    monkeypatch.setenv("NO_PROXY", "*")
    key = VENDOR.test_key(f"billing{next(_numbers)}")
    transport: Any = stripe.RequestsClient()
    yield stripe.StripeClient(key, base_addresses={"api": vendor.url}, http_client=transport)
    transport.close()


def test_prices_coupons_and_quotes(client: stripe.StripeClient) -> None:
    product = client.v1.products.create({"name": "Lamp"})
    price = client.v1.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": 2_000, "recurring": {"interval": "month"}}
    )
    coupon = client.v1.coupons.create({"percent_off": 25.0, "duration": "forever"})
    code = client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}})
    assert client.v1.promotion_codes.retrieve(code.id).promotion.coupon == coupon.id
    customer = client.v1.customers.create(
        {"payment_method": "pm_card_visa", "invoice_settings": {"default_payment_method": "pm_card_visa"}}
    )
    quote = client.v1.quotes.create(
        {"customer": customer.id, "line_items": [{"price": price.id}], "discounts": [{"coupon": coupon.id}]}
    )
    assert quote.amount_total == 1_500
    client.v1.quotes.finalize_quote(quote.id)
    accepted = client.v1.quotes.accept(quote.id)
    assert isinstance(accepted, stripe.Quote)
    subscription = client.v1.subscriptions.retrieve(str(accepted.subscription), {"expand": ["latest_invoice"]})
    assert isinstance(subscription.latest_invoice, stripe.Invoice)
    assert subscription.latest_invoice.total == 1_500
    item = client.v1.subscription_items.create({"subscription": subscription.id, "price": price.id, "quantity": 2})
    assert client.v1.subscription_items.delete(item.id).deleted is True
    note = client.v1.credit_notes.create(
        {"invoice": subscription.latest_invoice.id, "amount": 500, "refund_amount": 500}
    )
    assert note.refunds[0].amount_refunded == 500
    assert client.v1.coupons.delete(coupon.id).deleted is True


def test_a_year_goes_by_on_a_test_clock(client: stripe.StripeClient) -> None:
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": 1_600_000_000})
    customer = client.v1.customers.create({"test_clock": clock.id, "source": "tok_visa"})
    data: Any = {"currency": "usd", "unit_amount": 700, "recurring": {"interval": "month"}}
    data["product_data"] = {"name": "Lamp"}
    price = client.v1.prices.create(data)
    client.v1.subscriptions.create({"customer": customer.id, "items": [{"price": price.id}]})
    advancing = client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": 1_600_000_000 + 364 * 86_400})
    assert advancing.status == "advancing"


def test_money_moves(client: stripe.StripeClient) -> None:
    no_redirects: Any = {"enabled": True, "allow_redirects": "never"}
    client.v1.payment_intents.create(
        {
            "amount": 10_000,
            "currency": "usd",
            "payment_method": "pm_card_bypassPending",
            "automatic_payment_methods": no_redirects,
            "confirm": True,
        }
    )
    account = client.v1.accounts.create({"type": "express"})
    transfer = client.v1.transfers.create({"amount": 1_000, "currency": "usd", "destination": account.id})
    reversal = client.v1.transfers.reversals.create(transfer.id, {"amount": 400})
    payout = client.v1.payouts.create({"amount": 500, "currency": "usd"})
    balance = client.v1.balance.retrieve()
    moves = list(client.v1.balance_transactions.list({"limit": 2}).auto_paging_iter())
    assert sum(move.net for move in moves) == balance.available[0].amount
    assert [move.source for move in moves[:3]] == [payout.id, reversal.id, transfer.id]
    assert isinstance(moves[0], stripe.BalanceTransaction)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payouts.create({"amount": 1_000_000, "currency": "usd"})
    assert refused.value.code == "balance_insufficient"


def test_a_version_that_is_not_spoken_is_told_so(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="is not supported by this simulator"):
        client.v1.customers.create({}, {"stripe_version": "2024-06-20"})
