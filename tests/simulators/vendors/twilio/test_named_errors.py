"""Each of Twilio's errors by name, as the official SDK hears it over real sockets."""

from collections.abc import Iterator
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.twilio import VENDOR
from tests.simulators.vendors.twilio.sdk import Sdk
from tests.support.served import Served

TO, FROM = "+12025550123", "+15005550006"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Served(VENDOR).up() as served:
        yield served


@pytest.fixture
def sdk(served: Served) -> Iterator[Sdk]:
    served.do(served.simulator.reset)
    sdk = Sdk(served.url, asynchronous=False)
    yield sdk
    sdk.close()


def put(served: Served, error: str | int) -> None:
    rule = rule_from_json({"id": "r0", "vendor": "twilio", "respond": {"error": error}})
    served.do(lambda: served.simulator.schedule([rule]))


@pytest.mark.parametrize("name", VENDOR.named_errors)
def test_the_sdk_raises_it_with_its_code_and_status(served: Served, sdk: Sdk, name: str) -> None:
    put(served, int(name))
    with pytest.raises(TwilioRestException) as caught:
        sdk(sdk.client.messages, "create", to=TO, from_=FROM, body="hello")
    error: Any = caught.value
    assert (error.code, error.status) == (int(name), VENDOR.named_errors[name].status)
    assert sdk.exchanges[-1].headers["x-twilio-error-code"] == name
    rows = served.do(lambda: list(served.simulator.ledger.rows()))
    assert [row["entry"] for row in rows] == ["request"]


@pytest.mark.parametrize(("name", "value"), [("21610", TO), ("21606", FROM), ("20404", "/Messages.json")])
def test_the_message_repeats_what_was_sent(served: Served, sdk: Sdk, name: str, value: str) -> None:
    put(served, name)
    with pytest.raises(TwilioRestException) as caught:
        sdk(sdk.client.messages, "create", to=TO, from_=FROM, body="hello")
    assert value in caught.value.msg
