"""Throttle: 429, with a bucket behind it."""

from dataclasses import replace
from typing import Any

import pytest

from brownout_simulators.faults import FaultError, rule_from_json, throttle
from tests.simulators.driving import Driver, body_of
from tests.simulators.toy import TILL, TillErrors


def test_without_a_rate_every_call_is_refused_before_any_work() -> None:
    till = Driver({"throttle": {}})
    answer = till.send()
    assert (answer.status, body_of(answer)) == (429, {"error": "slow_down: rate"})
    assert till.effects() == []


def test_a_bucket_lets_pass_what_it_has_tokens_for() -> None:
    till = Driver({"throttle": {"rate_per_s": 2, "burst": 3}})
    assert [till.send().status for _ in range(5)] == [200] * 3 + [429] * 2
    till.clock.now_s += 0.5
    assert [till.send().status for _ in range(2)] == [200, 429]
    assert (till.struck(), till.simulator.plan.standing["r0"].matched) == (3, 7)


def test_each_account_has_a_bucket_of_its_own() -> None:
    till = Driver({"throttle": {"rate_per_s": 1, "burst": 1}})
    assert [till.send(account=name).status for name in "aabb"] == [200, 429, 200, 429]


def test_over_a_minute_the_rate_that_passes_is_the_rate_that_was_asked_for() -> None:
    till = Driver({"throttle": {"rate_per_s": 20, "burst": 5}})
    passed = 0
    for number in range(60 * 30):
        till.clock.now_s = 100.0 + number / 30
        passed += till.send().status == 200
    assert abs(passed - 1_205) <= 12


def passed_between(till: Driver, start_s: float, end_s: float) -> int:
    """Of 40 calls a second."""
    passed = 0
    for number in range(int(start_s * 40), int(end_s * 40)):
        till.clock.now_s = 100.0 + number / 40
        passed += till.send().status == 200
    return passed


def test_a_bucket_shrinks_evenly_and_then_stays() -> None:
    shrinks = {"to_per_s": 4, "over_s": 20}
    till = Driver({"throttle": {"rate_per_s": 20, "burst": 2, "shrinks": shrinks}, "window": {"start_s": 10}})
    assert passed_between(till, 0, 10) == 400  # not in force yet
    # The rate falls from 20 to 12 in ten seconds, to 4 in ten more: 160, 80 and 40 tokens flow in.
    assert passed_between(till, 10, 20) == pytest.approx(160, abs=3)
    assert passed_between(till, 20, 30) == pytest.approx(80, abs=3)
    assert passed_between(till, 30, 40) == pytest.approx(40, abs=2)


def test_what_flowed_in_does_not_depend_on_how_often_one_looks() -> None:
    shrinking = throttle.Shrinking(to_per_s=4.0, over_s=20.0)
    whole = shrinking.flowed(20.0, 3.0, 33.0)
    parts = sum(shrinking.flowed(20.0, 3.0 + 0.1 * n, 3.0 + 0.1 * (n + 1)) for n in range(300))
    assert whole == pytest.approx(parts)
    assert shrinking.flowed(20.0, 0.0, 20.0) == pytest.approx(240.0)


@pytest.mark.parametrize(("form", "header"), [("seconds", "2"), ("date", "Tue, 14 Nov 2023 22:15:02 GMT")])
def test_a_retry_after_is_insisted_on_where_the_fault_says_so(form: str, header: str) -> None:
    till = Driver({"throttle": {"retry_after_s": 1.5, "retry_after_form": form, "reason": "per-second"}})
    answer = till.send()
    assert answer.headers["retry-after"] == header
    assert body_of(answer) == {"error": "slow_down: per-second"}


def test_the_vendor_hears_how_long_the_bucket_needs() -> None:
    told: list[float | None] = []

    class Listening(TillErrors):
        def throttled(self, call: Any, retry_after_s: float | None, reason: str) -> Any:
            told.append(retry_after_s)
            return super().throttled(call, retry_after_s, reason)

    till = Driver({"throttle": {"rate_per_s": 4}}, vendor=replace(TILL, errors=Listening()))
    till.send()
    till.send()
    assert told == [pytest.approx(0.25)]


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"rate_per_s": -1}, "rate_per_s"),
        ({"burst": 0}, "burst"),
        ({"retry_after_s": -1}, "retry"),
        ({"means_s": 0}, "means"),
        ({"shrinks": {"to_per_s": 0, "over_s": 1}, "rate_per_s": 1}, "throttle.shrinks.to_per_s: above 0"),
        ({"shrinks": {"to_per_s": 1, "over_s": 0}, "rate_per_s": 2}, "throttle.shrinks.over_s: above 0"),
        ({"shrinks": {"to_per_s": 2, "over_s": 1}, "rate_per_s": 2}, "shrinks: to a lower rate than the bucket's own"),
        ({"shrinks": {"to_per_s": 2, "over_s": 1}}, "shrinks: to a lower rate"),
    ],
)
def test_a_throttle_that_cannot_be_is_refused(fault: dict[str, Any], why: str) -> None:
    with pytest.raises(FaultError, match=why):
        rule_from_json({"id": "r", "vendor": "till", "throttle": fault})


def statuses(till: Driver, operation: str, *after_s: float) -> list[int]:
    """Of one operation's calls, so long after each other."""
    told = []
    for seconds in after_s:
        till.clock.now_s += seconds
        told.append(till.send(operation=operation).status)
    return told


def test_a_lying_throttle_asks_for_one_second_and_means_five() -> None:
    till = Driver({"throttle": {"retry_after_s": 1, "means_s": 5}})
    assert till.send(operation="a").headers["retry-after"] == "1"
    assert statuses(till, "a", 1, 1, 2.9) == [429, 429, 429]
    assert statuses(till, "b", 0) == [429]
    assert statuses(till, "a", 0.1, 0, 60) == [200, 200, 200]
    assert [row["retry_after_s"] for row in till.requests()[:5]] == [1.0] * 5


def test_a_lie_about_a_bucket_is_told_to_those_that_found_no_token() -> None:
    till = Driver({"throttle": {"rate_per_s": 1, "retry_after_s": 1, "means_s": 5}})
    assert (statuses(till, "a", 0), statuses(till, "b", 0)) == ([200], [429])
    assert statuses(till, "b", 1, 4) == [429, 200]


def test_what_a_lying_throttle_remembers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "KEYS_LIMIT", 2)
    till = Driver({"throttle": {"means_s": 5}})
    for name in "abc":
        till.send(operation=name)
    assert list(till.simulator.plan.standing["r0"].memory.firsts_s) == ["b", "c"]


@pytest.mark.parametrize(
    "value",
    ["soon", "-5", "1e9", "Fri, 31 Dec 1999 23:59:59 GMT", "9" * 3_000, "Fri, 31 Dec 99999 23:59:59 GMT", "\xb2", ""],
)
def test_a_retry_after_may_be_any_text_and_breaks_nothing(value: str) -> None:
    till = Driver({"throttle": {"headers": {"Retry-After": value}}})
    answer = till.send()
    assert {name: text for name, text in answer.headers.items() if name.lower() == "retry-after"} == {
        "Retry-After": value
    }
    is_date = value.startswith("Fri, 31 Dec 1999")
    assert till.requests()[0]["retry_after_s"] == (0.0 if is_date else None)
    assert till.simulator.problems == []
