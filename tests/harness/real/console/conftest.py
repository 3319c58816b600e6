"""The vendors that the console's tests look at, served once for all of them in a module."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
import stripe

from brownout_harness.real import served
from brownout_harness.real.console.asking import Simulated
from brownout_simulators.vendors import load_vendor
from tests.support.served import Served


@dataclass(frozen=True)
class Street:
    """Two vendors that serve, and whoever calls them."""

    payments: Served
    mails: Served

    @property
    def simulated(self) -> list[Simulated]:
        return [self.at(self.payments), self.at(self.mails)]

    @property
    def processes(self) -> list[served.Served]:
        """The same, as processes of theirs say it."""
        return [served.Served(each.vendor, each.url, each.environment) for each in self.simulated]

    def at(self, served: Served) -> Simulated:
        vendor = served.simulator.vendor
        return Simulated(vendor.name, served.url, vendor.environment(served.url, vendor.test_key("default")))

    @property
    def client(self) -> stripe.StripeClient:
        """The official one; it does not try again."""
        key = self.payments.simulator.vendor.test_key("default")
        return stripe.StripeClient(key, base_addresses={"api": self.payments.url}, max_network_retries=0)

    def pay(self, operation: str = "op-1", **metadata: str) -> stripe.PaymentIntent:
        return self.client.v1.payment_intents.create(
            {
                "amount": 1200, "currency": "usd", "confirm": True, "payment_method": "pm_card_visa",
                "return_url": "http://127.0.0.1/back", "metadata": {"operation_id": operation, **metadata},
            }
        )  # fmt: skip

    def reset(self) -> None:
        for each in (self.payments, self.mails):
            each.do(each.simulator.reset)
            self.at(each).ask("PUT", "calls", body={"keep": 0})
            while not each.received.empty():
                each.received.get_nowait()


@pytest.fixture(scope="module")
def _served() -> Iterator[Street]:
    with ExitStack() as up:
        payments, mails = (up.enter_context(Served(load_vendor(name)).up()) for name in ("stripe", "resend"))
        yield Street(payments, mails)


@pytest.fixture
def street(_served: Street) -> Street:
    """The same for a module's tests, forgetful between them."""
    _served.reset()
    return _served
