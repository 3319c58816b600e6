"""How somebody else's application is started."""

from dataclasses import replace
from pathlib import Path

import pytest

from brownout_harness.launch import Launch, launch_of
from brownout_scenarios.load import load_text
from tests.support.toy_vocabulary import SCENARIO, vocabulary

TEXT = (
    SCENARIO[: SCENARIO.index("policies:")]
    .replace(
        "target: gateway",
        """target:
  command: ["{{python}}", app.py, "--port={{port}}"]
  url: http://127.0.0.1:{{port}}/
  ready: /health
  env: {STRIPE: "{{stripe.url}}/v1", KEY: "{{stripe.key}}", SID: "{{twilio.TWILIO_ACCOUNT_SID}}"}""",
    )
    .replace("{name: pay, weight: 3}, {name: notify}", "{name: buy, path: /buy}")
    + "expect: [nothing_lost]\n"
)

VENDORS = {
    "stripe": {"url": "http://127.0.0.1:12111", "key": "sk_test_1"},
    "twilio": {"TWILIO_ACCOUNT_SID": "AC1"},
}


def test_templates_are_filled_in() -> None:
    scenario = replace(load_text(TEXT, vocabulary()), path=Path("/somewhere/shop.yaml"))
    assert launch_of(scenario, port=8123, vendors=VENDORS, python="/py") == Launch(
        command=("/py", "app.py", "--port=8123"),
        env={"STRIPE": "http://127.0.0.1:12111/v1", "KEY": "sk_test_1", "SID": "AC1"},
        folder=Path("/somewhere"),
        url="http://127.0.0.1:8123",
        ready_url="http://127.0.0.1:8123/health",
        ready_within_s=20.0,
    )
    assert scenario.vendors == ("stripe", "twilio")


def test_a_vendor_that_is_not_running_is_named() -> None:
    with pytest.raises(ValueError, match=r"no value for \{\{stripe\.url\}\}"):
        launch_of(load_text(TEXT, vocabulary()), port=1, vendors={})


def test_the_gateway_is_not_started_so() -> None:
    with pytest.raises(ValueError, match="gateway"):
        launch_of(load_text(SCENARIO, vocabulary()), port=1, vendors=VENDORS)
