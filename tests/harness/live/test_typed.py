"""A fault as a person types it: short where it can be, and refused in one line that names the word."""

from typing import Any

import pytest

from brownout_harness.live.typed import read
from brownout_harness.problems import BadInput

PAY = {"method": "POST", "path": "/v1/payment_intents"}


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (["stripe", "hang"], {"hang": {}}),
        (["stripe", "latency=2s"], {"latency": {"fixed_s": 2.0}}),
        (["stripe", "latency.lognormal.p50=400ms", "latency.lognormal.p99=4s"],
         {"latency": {"lognormal": {"p50_s": 0.4, "p99_s": 4.0}}}),
        (["stripe", "respond.status=503", "share=50%"], {"respond": {"status": 503}, "share": 0.5}),
        (["stripe", "POST /v1/payment_intents", "hang"], {"hang": {}, "match": "POST /v1/payment_intents"}),
        (["stripe POST /v1/payment_intents", "hang"], {"hang": {}, "match": "POST /v1/payment_intents"}),
        (["stripe", "/v1/*", "hang"], {"hang": {}, "match": "/v1/*"}),
        (["stripe", "POST", "hang"], {"hang": {}, "match": "POST"}),
        (["stripe", "match=/v1/*", "hang"], {"hang": {}, "match": "/v1/*"}),
        (["stripe", "respond: {status: 503}", "share: 20%"], {"respond": {"status": 503}, "share": 0.2}),
        (["stripe", "{hang: {}, share: 20%}"], {"hang": {}, "share": 0.2}),
    ],
)  # fmt: skip
def test_it_is_the_fault_that_a_scenario_would_say(words: list[str], rule: dict[str, Any]) -> None:
    assert read(words) == ("stripe", read(words).fault)
    assert read(words).fault.rule == rule


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "say which vendor and what goes wrong: brownout fault add VENDOR"),
        (["stripe"], "say what goes wrong at stripe, such as hang or latency=2s"),
        (["stripe", "POST /v1/refunds"], "say what goes wrong at stripe"),
        (["strpe", "hang"], "no vendor is called strpe; did you mean stripe?"),
        (["stripe", "hng"], "stripe: hng: unknown key (did you mean hang?)"),
        (["stripe", "latency.fixed=2"], "stripe: latency.fixed: 2 has no unit: write 2s or 2ms"),
        (["stripe", "latency=-2s"], "stripe: latency: fixed: at least 0s"),
        (["stripe", "share=50%"], "stripe: "),
        (["stripe", "hang", "latency=2s"], "stripe: names 2 faults"),
        (["stripe", "hang", "hang"], "hang: hang is said twice"),
        (["stripe", "share=1", "share=2"], "share=2: share is said twice"),
        (["stripe", "latency=2s", "latency.fixed=3s"], "latency.fixed=3s: latency is said already, and is 2s"),
        (["stripe", "POST", "match=/v1/*", "hang"], "match is said twice: POST and /v1/*"),
        (["stripe", "latency="], "latency=: there is nothing behind it"),
        (["stripe", "latency: [1"], "latency: [1: not YAML"),
        (["stripe", "[hang]"], "[hang]: write key=value"),
        (["stripe", "hang", "window={start: 2s}"], "stripe: window: a fault by itself has no phase to count from"),
        (["stripe", "hang", "expect_struck=2"], "expect_struck says what a scenario needs"),
        (["stripe", "hang", "id=mine"], "id is an option: --id NAME"),
        (["stripe", "POST /v1/payment_intent", "hang"], "stripe: no route of stripe matches POST /v1/payment_intent"),
    ],
)
def test_what_is_none_is_refused_in_one_line(words: list[str], line: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(words)
    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)
