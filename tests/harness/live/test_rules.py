"""A rule in force is written as a scenario says it, and means the same when it is read."""

from typing import Any

import pytest

from brownout_harness.live.rules import as_written
from brownout_harness.problems import NotJudged
from brownout_harness.words.fault import read_fault
from brownout_scenarios import units
from brownout_simulators.faults import FAULTS, rule_from_json, rule_to_json
from brownout_simulators.vendors import load_vendor

WRITTEN: dict[str, list[dict[str, Any]]] = {
    "latency": [{"latency": "2s"}, {"latency": {"lognormal": {"p50": "400ms", "p99": "4s"}}}],
    "respond": [
        {"respond": {"status": 503, "retry_after": "5s", "headers": {"x_s": "5"}}},
        {"match": "POST /v1/payment_intents", "share": "12.5%", "respond": {"status": 500}},
    ],
    "cold_start": [{"cold_start": {"takes": {"uniform": {"low": "1s", "high": "3s"}}, "calls": 5, "idle": "10s"}}],
    "limit_headers": [{"limit_headers": {"wait": "no_zone", "left": "plenty"}}],
    "lose_capacity": [{"lose_capacity": {"share_lost": 0.25}}],
    "throttle": [
        {"throttle": {"rate": "20/s", "shrinks": {"to": "2/s", "over": "30s"}}},
        {"throttle": {"rate": "2/s", "burst": 2, "retry_after": "1.5s"}},
    ],
    "hang": [
        {"hang": {}, "sequence": "FF.*", "sequence_per": "rule"},
        {"hang": {}, "flapping": {"on": "5s", "off": "10s"}},
        {"hang": {}, "ramp": {"from_share": 0.1, "to_share": 0.9, "over": "30s"}},
        {"hang": {}, "match": {"path": "/v1/*", "account": "default", "header": "x: y*"}},
        {"hang": {}, "match": "GET"},
        {"hang": {}, "calls": {"from": 21, "to": 40}},
        {"hang": {}, "flapping": {"up": {"exponential": {"mean": "20s"}}, "down": {"fixed": "5s", "up_to": "9s"}}},
    ],
    "webhooks": [{"webhooks": {"late": "3s", "event": "charge.*"}}],
    "clock_skew": [{"clock_skew": {"by": "-90s"}}],
}


@pytest.mark.parametrize("written", [one for all_of_kind in WRITTEN.values() for one in all_of_kind])
def test_it_is_read_back_as_the_same_rule(written: dict[str, Any]) -> None:
    stripe = load_vendor("stripe")
    own = {"id": "a", "vendor": "stripe"}
    rule = rule_from_json({**read_fault(stripe, written).rule, **own})
    entry = as_written("stripe", rule_to_json(rule))
    vendor = entry.pop("vendor")
    assert vendor == "stripe"
    assert rule_from_json({**read_fault(stripe, entry).rule, **own}) == rule


def test_the_words_are_a_scenarios() -> None:
    rule = {"id": "a", "vendor": "stripe", "match": {"method": "POST", "path": "/v1/refunds"}, "share": 0.125}
    assert as_written("stripe", {**rule, "latency": {"lognormal": {"p50_s": 0.4, "p99_s": 4.0}}}) == {
        "vendor": "stripe",
        "match": "POST /v1/refunds",
        "share": "12.5%",
        "latency": {"lognormal": {"p50": "400ms", "p99": "4s"}},
    }


def test_the_window_of_a_rule_is_not_a_scenarios_and_left_to_whoever_places_it() -> None:
    rule = {"id": "a", "vendor": "stripe", "window": {"start_s": 2.0}, "hang": {}}
    assert as_written("stripe", rule) == {"vendor": "stripe", "hang": {}}


def test_what_would_be_another_fault_is_refused_and_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "duration", lambda seconds: f"{seconds + 1:g}s")
    with pytest.raises(NotJudged, match="a at stripe would be another fault in a scenario"):
        as_written("stripe", {"id": "a", "vendor": "stripe", "latency": {"fixed_s": 2.0}})


def test_what_no_scenario_can_say_is_refused() -> None:
    rule = {"id": "a", "vendor": "stripe", "hang": {}, "match": {"method": "POST", "path": "/v1/nothing"}}
    with pytest.raises(NotJudged, match="a at stripe cannot be written in a scenario: no route of stripe"):
        as_written("stripe", rule)


def test_each_kind_without_parameters_is_written() -> None:
    plain = [kind for kind in ("hang", "drop_before_effect", "drop_after_effect", "malform") if kind in FAULTS]
    assert [as_written("stripe", {"id": "a", kind: {}}) for kind in plain] == [
        {"vendor": "stripe", kind: {}} for kind in plain
    ]
