"""The table of kinds, and rules from and to JSON."""

from typing import Any

import pytest

from brownout_simulators.faults import (
    FAULTS,
    Calls,
    FaultError,
    Match,
    Ramp,
    Rule,
    Window,
    rule_from_json,
    rule_to_json,
)
from brownout_simulators.faults.distributions import Lognormal
from brownout_simulators.faults.kinds import name_of
from brownout_simulators.faults.latency import Latency

EVERY: dict[str, dict[str, Any]] = {
    "latency": {"lognormal": {"p50_s": 0.4, "p99_s": 4.0}, "at": "after"},
    "respond": {"status": 502, "body": "html", "retry_after_s": 3.0},
    "throttle": {"rate_per_s": 5.0, "burst": 10.0},
    "quota": {"after": 3},
    "lock": {"wait_s": 1.0},
    "hang": {},
    "drop_before_effect": {"ending": "close"},
    "drop_after_effect": {"ending": "hang"},
    "fail_after_effect": {"status": 504, "remembered": False},
    "truncate": {"keep": 0.2},
    "malform": {"how": "chunk"},
    "wrong_type": {"fields": ["id", "error.code"]},
    "break_schema": {"fields": ["data.*.id"], "into": ["none", "missing"], "messages": 0.5},
    "end_stream": {"keep": 0.1, "error": "busy"},
    "stall": {"for_s": 5.0},
    "inject": {"content": ": x", "at": 0.2},
    "drip": {"over_s": 2.0},
    "limit_headers": {"wait": "past", "left": "zero"},
    "break_stream": {"keep": 0.1},
    "break_session": {"after_messages": 2, "code": 1012},
    "lose_messages": {"share_lost": 0.5, "of": "client"},
    "revoke_credentials": {},
    "expire_tokens": {"valid_for_s": 2.0},
    "clock_skew": {"by_s": -60.0},
    "stale_reads": {"lag_s": 1.0},
    "read_after_write_lag": {"lag_s": 1.0},
    "webhooks": {"twice": True, "event": "a.*"},
    "cold_start": {"takes": {"fixed_s": 2.0}, "calls": 5},
    "lose_capacity": {"share_lost": 0.25},
    "serve": {"at_once": 4, "each": {"fixed_s": 0.1}, "queue": 100},
}

SELECTING = {
    "match": {"method": "POST", "path": "/v1/*"},
    "share": 0.25,
    "sequence": "F.*",
    "sequence_per": "rule",
    "flapping": {"on_s": 1.0, "off_s": 2.0},
    "ramp": {"over_s": 3.0, "to_share": 0.5},
}


def test_the_samples_here_cover_every_kind() -> None:
    assert set(EVERY) == set(FAULTS)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_rule_survives_the_way_to_json_and_back(kind: str) -> None:
    data = {
        "id": "brownout.1",
        "vendor": "till",
        "window": {"start_s": 5.0, "end_s": 9.0},
        **({} if FAULTS[kind].of_whole_vendor else SELECTING),
        kind: EVERY[kind],
    }
    rule = rule_from_json(data)
    assert rule_to_json(rule) == data
    assert rule_from_json(rule_to_json(rule)) == rule
    assert name_of(rule.fault) == kind


def test_a_rule_is_read_with_its_defaults_and_a_match_in_one_line() -> None:
    rule = rule_from_json(
        {"id": "x", "vendor": "till", "match": "POST /v1/charges", "latency": {"lognormal": {"p50_s": 1, "p99_s": 2}}}
    )
    assert rule == Rule(
        id="x",
        vendor="till",
        match=Match(method="POST", path="/v1/charges"),
        fault=Latency(lognormal=Lognormal(p50_s=1.0, p99_s=2.0)),
    )


def test_an_open_window_and_a_ramp_have_their_defaults() -> None:
    rule = rule_from_json({"id": "x", "vendor": "t", "hang": None, "window": {}, "ramp": {"over_s": 1}})
    assert (rule.window, rule.ramp) == (Window(), Ramp(over_s=1.0))
    assert rule_to_json(rule)["window"] == {}


def test_calls_survive_the_way_to_json_and_back() -> None:
    data = {"id": "x", "vendor": "t", "calls": {"from": 21, "to": 40}, "hang": {}}
    assert rule_to_json(rule_from_json(data)) == data
    assert rule_from_json(data).calls == Calls(from_=21, to=40)


def test_every_kind_here_is_acted_out_by_the_vendors_simulator() -> None:
    assert {kind.layer for kind in FAULTS.values()} == {"vendor"}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"id": "x", "vendor": "t"}, "rule x: exactly one of latency"),
        ({"id": "x", "vendor": "t", "hang": {}, "lock": {}}, "got hang, lock"),
        ({"id": "x", "vendor": "t", "hagn": {}}, "rule x: no such key: hagn; did you mean hang"),
        ({"id": "x", "vendor": "t", "hang": {"for_s": 1}}, "rule x: hang.for_s: no such field; there are none"),
        (
            {"id": "x", "vendor": "t", "latency": {"fixed_s": "2s"}},
            "rule x: latency.fixed_s: a number is needed, got '2s'",
        ),
        ({"id": "x", "vendor": "t", "latency": {"uniform": {"low_s": 1}}}, "rule x: latency.uniform.*high_s"),
        ({"id": "x", "vendor": "t", "latency": {"fixed_s": -1}}, "rule x: latency.fixed_s: at least 0"),
        ({"id": "x", "vendor": "t", "hang": {}, "share": 2}, "rule x: share: 0 to 1, got 2"),
        ({"id": "x", "vendor": "t", "hang": {}, "share": "half"}, "share: a number"),
        ({"id": "x", "vendor": "t", "hang": {}, "match": {"verb": "GET"}}, "rule x: match.verb: no such field"),
        ({"id": "x", "vendor": "t", "hang": {}, "window": {"start_s": 2, "end_s": 1}}, "rule x: window"),
        ({"id": "x", "vendor": "t", "hang": {}, "sequence": 3}, "sequence: a text"),
        ({"id": "x", "vendor": "t", "hang": {}, "sequence_per": "day"}, "sequence_per: one of key, rule, got"),
        ({"id": "x", "hang": {}}, "vendor: a text"),
        ({"vendor": "t", "hang": {}}, "id: a text"),
        ({"id": "x", "vendor": "t", "hang": {}, "calls": {"from": 0}}, "rule x: calls.from: 1 to 1000000000, counted"),
        ({"id": "x", "vendor": "t", "hang": {}, "calls": {"from": 9, "to": 8}}, "calls.to: no call before from, 9"),
        (
            {"id": "x", "vendor": "t", "hang": {}, "calls": {"first": 9}},
            "calls.first: no such field; there are from, to",
        ),
        ({"id": "x", "vendor": "t", "hang": {}, "calls": {}, "sequence": "F"}, "rule x: calls: .*so does sequence"),
        ([], "an object is needed"),
        ({"id": "x", "vendor": "t", "hang": 3}, "hang: an object is needed"),
    ],
)
def test_what_cannot_be_is_named_with_its_place(data: Any, why: str) -> None:
    with pytest.raises(FaultError, match=why):
        rule_from_json(data)
