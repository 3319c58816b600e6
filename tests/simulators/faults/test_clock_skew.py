"""Clock skew: the vendor's dates are wrong, its work is not."""

from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from brownout_simulators.faults import FaultError, rule_from_json
from tests.simulators.driving import Driver, body_of


def test_dates_in_body_and_header_are_off_for_the_calls_that_are_struck() -> None:
    till = Driver({"clock_skew": {"by_s": -3600}, "sequence": "F.", "sequence_per": "rule"})
    skewed, true = till.send(), till.send()
    assert body_of(skewed)["created"] == body_of(true)["created"] - 3600
    assert (skewed.headers["date"], true.headers["date"]) == (
        "Tue, 14 Nov 2023 21:15:00 GMT",
        "Tue, 14 Nov 2023 22:15:00 GMT",
    )
    assert [row["faults"] for row in till.requests()] == [["r0"], []]


def test_skews_add_up() -> None:
    till = Driver({"clock_skew": {"by_s": 60}}, {"clock_skew": {"by_s": 60}})
    assert till.send().headers["date"] == "Tue, 14 Nov 2023 22:17:00 GMT"


@pytest.mark.parametrize("by_s", [0, float("inf"), float("nan"), 1e15])
def test_a_skew_that_cannot_be_is_refused(by_s: float) -> None:
    with pytest.raises(FaultError, match="by_s"):
        rule_from_json({"id": "r", "vendor": "till", "clock_skew": {"by_s": by_s}})


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ({"respond": {"status": 503}}, 503),
        ({"respond": {"status": 502, "body": "html"}}, 502),
        ({"throttle": {}}, 429),
        ({"revoke_credentials": {}}, 401),
        ({"fail_after_effect": {"status": 500}}, 500),
    ],
)
def test_the_date_of_a_faults_answer_is_off_as_well(rule: dict[str, Any], status: int) -> None:
    till = Driver({"clock_skew": {"by_s": 3600.0}}, rule)
    answer = till.send()
    assert (answer.status, answer.headers["date"]) == (status, "Tue, 14 Nov 2023 23:15:00 GMT")
    assert "r0" in till.requests()[0]["faults"]
    assert (till.struck("r0"), till.struck("r1")) == (1, 1)


@pytest.mark.parametrize("by_s", [3600.0, -3600.0])
@pytest.mark.parametrize("kind", ["respond", "throttle"])
def test_a_retry_after_that_is_a_date_is_by_the_clock_that_the_answers_own_date_is_by(kind: str, by_s: float) -> None:
    """Else whoever reads it as HTTP says would be told to come back an hour ago, or in an hour."""
    wish: dict[str, Any] = {"retry_after_s": 7, "retry_after_form": "date"}
    rule = {"respond": {"status": 503, **wish}} if kind == "respond" else {"throttle": wish}
    for rules in (({"clock_skew": {"by_s": by_s}}, rule), (rule, {"clock_skew": {"by_s": by_s}})):
        till = Driver(*rules)
        answer = till.send()
        date, until = (parsedate_to_datetime(answer.headers[name]) for name in ("date", "retry-after"))
        assert (until - date).total_seconds() == 7
        assert till.requests()[0]["retry_after_s"] == 7


def test_a_retry_after_that_is_given_word_for_word_stays_as_it_is() -> None:
    given = "Tue, 14 Nov 2023 22:15:07 GMT"
    for rule in ({"respond": {"headers": {"retry-after": given}}}, {"throttle": {"headers": {"retry-after": given}}}):
        till = Driver({"clock_skew": {"by_s": 3600.0}}, rule)
        assert till.send().headers["retry-after"] == given


def test_the_dates_of_the_vendors_own_refusals_are_off_as_well() -> None:
    till = Driver({"clock_skew": {"by_s": 3600.0}})
    till.limit(per_second={"rate_per_s": 1, "burst": 1})
    answers = [
        till.send(),
        till.send(),  # the limiter's
        till.send("GET", "/v1/charges/none", account="b"),
        till.send(body=b"{", account="c"),
        till.send(key="bad", account="d"),
        till.send(headers={"authorization": "Bearer nobody"}),
        till.send("GET", "/nowhere"),
    ]
    assert [answer.status for answer in answers] == [200, 429, 404, 400, 400, 401, 404]
    assert {answer.headers["date"] for answer in answers} == {"Tue, 14 Nov 2023 23:15:00 GMT"}
    assert till.struck() == len(answers)


def test_a_refusal_at_the_door_is_seen_by_no_other_fault() -> None:
    till = Driver({"latency": {"fixed_s": 5.0}}, {"clock_skew": {"by_s": 60.0}, "match": "/v1/charges"})
    till.send(headers={"authorization": "Bearer nobody"})
    till.send("GET", "/nowhere")
    assert [rule["matched"] for rule in till.simulator.status()["rules"]] == [0, 1]
    assert till.clock.now_s == 100.0


def test_where_no_answer_goes_out_nothing_is_off() -> None:
    till = Driver({"clock_skew": {"by_s": 3600.0}}, {"drop_before_effect": {}})
    till.send()
    assert till.struck("r0") == 0
