"""One fault by itself is read as a scenario reads it, and refused in one line that names the place."""

from typing import Any

import pytest

from brownout_harness.words.fault import Unwritten, read_fault, read_limits, read_rule
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.load import load_text
from brownout_simulators.faults import FaultError, Window
from brownout_simulators.vendors import load_vendor

STRIPE = load_vendor("stripe")

SCENARIO = """
name: one
about: One fault.
seed: 7
workload: {arrivals: {rate: 1/s}, operations: [{name: pay}]}
phases: [{name: steady, for: 5s, faults: [FAULT]}]
expect: [nothing_lost]
"""


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ({"latency": "2s"}, {"latency": {"fixed_s": 2.0}}),
        ({"latency": {"lognormal": {"p50": "1s", "p99": "4s"}}}, {"latency": {"lognormal": {"p50_s": 1, "p99_s": 4}}}),
        ({"match": "POST /v1/refunds", "share": "50%", "respond": {"status": 503}}, None),
        ({"throttle": {"rate": "2/s", "burst": 2}, "match": {"path": "/v1/*"}}, None),
    ],
)
def test_it_is_what_the_same_entry_of_a_scenario_is(written: dict[str, Any], rule: dict[str, Any] | None) -> None:
    made = read_fault(STRIPE, written)
    text = SCENARIO.replace("FAULT", repr({"vendor": "stripe", **written}))
    (in_scenario,) = load_text(text, vocabulary()).phases[0].faults
    assert (made.rule, made.text) == (in_scenario.rule, in_scenario.text)
    assert rule is None or made.rule == rule


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ({"latency": "2"}, "latency: 2 has no unit: write 2s or 2ms"),
        ({"latency": {"fixd": "2s"}}, "latency.fixd: unknown key (did you mean fixed?)"),
        ({"latncy": "2s"}, "latncy: unknown key (did you mean latency?)"),
        (
            {"match": "POST /v1/payment_intent", "hang": {}},
            "no route of stripe matches POST /v1/payment_intent; the nearest is POST /v1/payment_intents",
        ),
        ({"hang": {}, "latency": "2s"}, "names 2 faults (hang, latency); write one entry for each"),
        ({"hang": {}, "share": 1.5}, "share: 0 to 1, got 1.5"),
        ({"latency": {"fixed": "-2s"}}, "latency.fixed: at least 0s, and a year at most, got -2s"),
        ({"latency": {"empirical": {"file": "/no"}}}, "latency.empirical.file: /no: No such file or directory"),
        (
            {"window": {}, "hang": {}},
            "window: a fault by itself has no phase to count from: remove it when it is to end",
        ),
        ({"vendor": "stripe", "hang": {}}, "vendor: the fault is for the vendor that it is asked of: leave it out"),
    ],
)
def test_what_cannot_be_is_one_line(written: dict[str, Any], line: str) -> None:
    with pytest.raises(Unwritten) as refused:
        read_fault(STRIPE, written)
    assert str(refused.value) == line


def test_what_names_no_fault_is_told_which_there_are() -> None:
    with pytest.raises(Unwritten, match=r"^names no fault; one of break_schema, break_session, "):
        read_fault(STRIPE, {"match": "POST /v1/refunds"})


def test_limits_are_read_as_in_a_scenario() -> None:
    assert read_limits({"read": True, "write": {"rate": "120/m"}}) == {"read": True, "write": {"rate_per_s": 2.0}}
    with pytest.raises(Unwritten, match=r"^read\.rat: unknown key \(did you mean rate\?\)$"):
        read_limits({"read": {"rat": "2/s"}})


def test_a_rule_is_read_in_seconds_or_as_in_a_scenario() -> None:
    own = {"id": "mine", "vendor": "stripe", "match": "POST /v1/refunds"}
    in_seconds = read_rule({**own, "share": 0.5, "latency": {"fixed_s": 2}})
    assert in_seconds == read_rule({**own, "share": "50%", "latency": "2s"})
    assert in_seconds == read_rule({**own, "share": "50%", "latency": {"fixed": "2s"}})
    windowed = read_rule({**own, "window": {"start_s": 1, "end_s": 2}, "hang": {}})
    assert windowed.window is not None
    assert windowed == read_rule({**own, "window": {"start": "1s", "end": "2s"}, "hang": {}})
    assert read_rule({**own, "window": {"start": "1s"}, "latency": "2s"}).window == Window(start_s=1.0)


def test_what_is_wrong_with_a_rule_is_said_in_the_words_in_which_it_was_written() -> None:
    own = {"id": "mine", "vendor": "stripe"}
    with pytest.raises(FaultError, match=r"^rule mine: latency\.fixd_s: no such field"):
        read_rule({**own, "latency": {"fixd_s": 2}})
    with pytest.raises(Unwritten, match=r"^latency: 2 has no unit: write 2s or 2ms$"):
        read_rule({**own, "latency": "2"})
    with pytest.raises(Unwritten, match=r"^start: 1 has no unit: write 1s or 1ms$"):
        read_rule({**own, "window": {"start": 1}, "latency": "2s"})
    with pytest.raises(FaultError, match=r"^rule: an object is needed, got 'hang'$"):
        read_rule("hang")  # type: ignore[arg-type]
