"""What a vendor's declaration means where it says nothing."""

from dataclasses import replace

import pytest

from brownout_simulators.call import Notice
from brownout_simulators.vendor import WebhookRules
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
