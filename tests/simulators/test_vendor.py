"""What a vendor's declaration means where it says nothing."""

import pytest

from brownout_simulators.call import Notice
from brownout_simulators.vendor import WebhookRules


@pytest.mark.parametrize(("status", "again"), [(200, False), (204, False), (301, True), (500, True), (None, True)])
def test_by_default_anything_but_a_2xx_earns_another_delivery(status: int | None, again: bool) -> None:
    rules = WebhookRules(
        serialise=lambda _notice: ("application/json", b"{}"),
        headers=lambda *_: {},
        endpoints=lambda _account, _notice: [("http://127.0.0.1/", "secret")],
    )
    assert rules.retry_on(status) is again
    assert rules.endpoints(None, Notice(type="x", payload={}))  # type: ignore[arg-type]
