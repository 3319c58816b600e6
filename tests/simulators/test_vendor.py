"""What a vendor's declaration means where it says nothing."""

from dataclasses import replace
from typing import Any

import pytest

from brownout_simulators.call import Notice
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import Vendor, WebhookRules
from brownout_simulators.vendors import load_vendor
from tests.simulators.toy import TILL


@pytest.mark.parametrize(("status", "again"), [(200, False), (204, False), (301, True), (500, True), (None, True)])
def test_by_default_anything_but_a_2xx_earns_another_delivery(status: int | None, again: bool) -> None:
    rules = WebhookRules(
        serialise=lambda _notice: ("application/json", b"{}"),
        headers=lambda *_: {},
        endpoints=lambda _account, _notice: [("http://127.0.0.1/", "secret")],
    )
    assert rules.retry_on(status) is again
    assert rules.endpoints(None, Notice(type="x", payload={}))  # type: ignore[arg-type]


def test_a_vendor_is_served_without_tls_and_takes_four_mebibytes_unless_it_says_otherwise() -> None:
    assert (TILL.tls, TILL.body_limit) == (False, 4 * 1024 * 1024)
    strict = replace(TILL, tls=True, body_limit=10)
    assert (strict.tls, strict.body_limit) == (True, 10)
    with pytest.raises(ValueError, match="till: body_limit must be at least 1 byte, got 0"):
        replace(TILL, body_limit=0)


@pytest.mark.parametrize("name", ["stripe", "clerk", "resend", "docusign"])
def test_the_account_of_a_test_key_is_the_one_whose_notices_an_application_can_verify(name: str) -> None:
    vendor: Vendor[Any] = load_vendor(name)
    for called in ("default", "stripe-notices"):
        key = vendor.test_key(called)
        simulator: Simulator[Any] = Simulator(vendor, clock=lambda: 0.0, epoch_s=1.7e9)
        secret = simulator.listen(vendor.account_of(key), "http://127.0.0.1:1/hooks")
        assert secret in vendor.environment("http://127.0.0.1:2", key).values()


@pytest.mark.parametrize("name", ["sales", "erp"])
def test_the_account_of_a_client_is_its_id(name: str) -> None:
    vendor: Vendor[Any] = load_vendor(name)
    key = vendor.test_key("a name")
    assert vendor.account_of(key) in vendor.environment("http://127.0.0.1:2", key).values()
