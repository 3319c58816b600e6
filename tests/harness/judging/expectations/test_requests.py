"""The one expectation over the ledger: what it measures, and what it does not let pass for a proof."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from brownout_harness.judging.evidence import Evidence, Gap, GapKind
from brownout_harness.judging.expectations.base import title_of
from brownout_harness.judging.expectations.bounds import Bound, RateBound, Relative
from brownout_harness.judging.expectations.requests import Requests
from brownout_harness.judging.judge import judge
from brownout_reports.rows import LedgerRow
from brownout_reports.run_folder import ExpectationResult, Status
from brownout_reports.spans import FaultSpan
from brownout_scenarios.workload import Statuses
from tests.support.histories import changed, healthy, request, with_operations, with_requests

GET = "GET /v1/payment_intents/{id}"
FULL = (Gap(GapKind.LEDGER_OVERFLOW, "stripe dropped 256 rows"),)
MISSED = FaultSpan(id="outage.1", vendor="stripe", text="503", start_s=20, end_s=60, matched=0, struck=0)


def demanded(**parameters: Any) -> Requests:
    return Requests(**{"vendor": "stripe", **parameters})


def judged(evidence: Evidence, **parameters: Any) -> ExpectationResult:
    return demanded(**parameters).judge(evidence)


def looked(*instants: float, evidence: Evidence | None = None, **changes: Any) -> Evidence:
    """A healthy run of two payments a second, and so many looks at these instants."""
    evidence = evidence or healthy(200)
    looks = [
        request(0, at_s=at_s, seq=50_000 + n, id=f"look-{n}", **{"route": GET, **changes})
        for n, at_s in enumerate(instants)
    ]
    return changed(evidence, requests=(*evidence.requests, *looks))


def silent(evidence: Evidence, start_s: float, end_s: float) -> Evidence:
    return with_requests(evidence, lambda each: None if start_s <= each.at_s < end_s else each)


STORM = looked(*(25.0 + n / 100 for n in range(30)))


def test_a_number_is_enough_and_one_more_is_too_many() -> None:
    assert judged(STORM, match="GET *", count=Bound(at_most=30)).status is Status.PASSED
    result = judged(STORM, match="GET *", during="outage", count=Bound(at_most=29))
    assert (result.status, result.observed) == (Status.FAILED, "30 requests of 110 to stripe")
    assert result.expected == "number of GET * to stripe at most 29"
    assert [(round(case.at_s or 0, 2), case.what) for case in result.cases] == [(25.29, f"{GET}: status 200")]


def test_only_the_phase_the_routes_and_the_statuses_count() -> None:
    assert judged(STORM, match="GET *", during="steady", count=Bound(at_most=0)).status is Status.PASSED
    assert judged(STORM, match="POST *", count=Bound(at_most=200)).status is Status.PASSED
    turned = looked(25.0, 26.0, status=429)
    assert judged(turned, status=Statuses(((429, 429),)), count=Bound(at_most=1)).status is Status.FAILED
    assert judged(turned, match="POST", status=Statuses(((429, 429),)), count=Bound(at_most=0)).status is Status.PASSED


def test_too_few_fail_too() -> None:
    result = judged(STORM, match="GET *", during="recovery", count=Bound(at_least=1))
    assert (result.status, result.observed) == (Status.FAILED, "0 requests of 80 to stripe")
    assert [(case.at_s, case.what) for case in result.cases] == [(100.0, "not enough by then")]


@pytest.mark.parametrize(
    ("parameters", "observed"),
    [
        ({"rate": RateBound(at_most_per_s=1.9), "during": "steady"}, "2/s (40 requests in 20 s)"),
        ({"rate": RateBound(at_most_per_s=1.9)}, "2/s (200 requests in 100 s)"),
        ({"peak": Bound(at_most=1), "per_s": 0.5}, "2 within 500 ms from"),
        ({"in_flight": Bound(at_most=0)}, "1 at once at 0.010 s"),
        ({"share": Bound(at_most=0.5), "match": "POST *", "during": "steady"}, "100 % (40 requests of 40 to stripe)"),
    ],
)
def test_each_measure_says_what_it_saw(parameters: dict[str, Any], observed: str) -> None:
    result = judged(healthy(200), **parameters)
    # Of two instants half a second apart, floating point puts some within half a second.
    assert (result.status, result.observed[: len(observed)]) == (Status.FAILED, observed)
    assert 1 <= len(result.cases) <= 3


def test_a_sum_is_of_the_effects_that_were_caused() -> None:
    evidence = healthy(200)
    booked = changed(
        evidence,
        requests=[each._replace(id=f"of-{each.operation_id}") for each in evidence.requests],
        effects=[each._replace(request_id=f"of-{each.operation_id}") for each in evidence.effects],
    )
    result = judged(booked, match="POST *", during="steady", sum=Bound(at_most=3999))
    assert (result.status, result.observed) == (Status.FAILED, "4000 (40 requests of 40 to stripe)")
    assert judged(booked, match="POST *", during="steady", sum=Bound(at_most=4000)).status is Status.PASSED


def with_tokens(tokens: Callable[[int], int | None], **changes: Any) -> Evidence:
    """A healthy run whose effects cost so many tokens; None: nobody told."""

    def priced(number: int, each: LedgerRow) -> LedgerRow:
        told = tokens(number)
        told_as = "" if told is None else json.dumps({"total_tokens": told})
        return each._replace(**{"request_id": f"of-{each.operation_id}", "fields": told_as, **changes})

    evidence = healthy(200)
    return changed(
        evidence,
        requests=[each._replace(id=f"of-{each.operation_id}") for each in evidence.requests],
        effects=[priced(number, each) for number, each in enumerate(evidence.effects)],
    )


BILL: dict[str, Any] = {"match": "POST *", "caused": "stripe.charge", "field": "total_tokens"}


def test_a_bill_is_what_a_vendor_tells_of_its_effects_in_all_or_of_the_dearest_operation() -> None:
    run = with_tokens(lambda number: 70 if number == 50 else 10)
    result = judged(run, sum=Bound(at_most=2059), **BILL)
    assert (result.status, result.observed) == (Status.FAILED, "2060 (200 requests of 200 to stripe)")
    assert result.expected == "total_tokens of the effects of POST * to stripe at most 2059"
    assert judged(run, sum=Bound(at_most=2060), **BILL).status is Status.PASSED
    dearest = judged(run, sum=Bound(at_most=69), per_operation=True, **BILL)
    assert (dearest.status, dearest.observed) == (Status.FAILED, "70 (200 requests of 200 to stripe)")
    assert dearest.cases[0].operation_id == "op-50"
    assert judged(run, sum=Bound(at_most=70), per_operation=True, **BILL).status is Status.PASSED


def test_a_bill_of_which_something_is_not_told_is_not_within_its_bound() -> None:
    """A ledger that does not keep the field adds up to nothing, which is within every bound."""
    for run, bound in ((with_tokens(lambda _: None), 1), (with_tokens(lambda n: 10 if n else None), 5000)):
        result = judged(run, sum=Bound(at_most=bound), **BILL)
        assert (result.status, "the ledger has no total_tokens of" in result.observed) == (Status.INCONCLUSIVE, True)
    assert judged(with_tokens(lambda n: 10 if n else None), sum=Bound(at_most=50), **BILL).status is Status.FAILED
    nameless = with_tokens(lambda _: 10, operation_id="")
    assert judged(nameless, sum=Bound(at_most=5000), **BILL).status is Status.PASSED
    result = judged(nameless, sum=Bound(at_most=50), per_operation=True, **BILL)
    assert (result.status, "without an operation id" in result.observed) == (Status.INCONCLUSIVE, True)


def test_a_bill_is_of_one_kind_of_effect_and_one_that_none_of_them_caused_is_no_bill() -> None:
    run = with_tokens(lambda _: 10)
    twice = [*run.effects, *(each._replace(route="stripe.note", id=f"note-{each.id}") for each in run.effects)]
    noted = changed(run, effects=twice)
    assert judged(noted, sum=Bound(at_most=10), per_operation=True, **BILL).status is Status.PASSED
    result = judged(noted, sum=Bound(at_most=5000), **{**BILL, "caused": "stripe.refund"})
    assert (result.status, "they caused no stripe.refund" in result.observed) == (Status.INCONCLUSIVE, True)


def test_requests_that_came_before_the_phase_are_among_the_cases_of_those_in_flight() -> None:
    late = looked(*(19.0 + n / 100 for n in range(30)), finished_s=21.0)
    quiet = silent(late, 20.0, 60.0)
    result = judged(quiet, match="GET *", during="outage", in_flight=Bound(at_most=29))
    assert (result.status, result.observed) == (Status.FAILED, "30 at once at 20.000 s")
    assert [case.what for case in result.cases] == ["30 at once"]


def test_phases_of_different_lengths_are_compared_by_what_they_come_to_in_a_second() -> None:
    """The outage is twice as long, and holds twice as many requests."""
    same = judged(healthy(200), during="outage", count=Relative(times=1.01, of="steady"))
    assert (same.status, same.observed) == (Status.PASSED, "80 requests; 1.000 times that in steady (2/s)")
    less = judged(healthy(200), during="outage", count=Bound(at_least=Relative(times=1.1, of="steady")))
    assert less.status is Status.FAILED
    more = judged(STORM, during="outage", rate=Relative(times=1.3, of="steady"))
    assert (more.status, more.observed) == (
        Status.FAILED,
        "2.75/s (110 requests in 40 s); 1.375 times that in steady (2/s)",
    )
    assert more.cases
    assert judged(STORM, during="outage", peak=Relative(times=10, of="steady")).status is Status.FAILED


def test_a_phase_that_has_too_little_to_compare_with_says_nothing() -> None:
    nine = silent(healthy(200), 4.5, 20.0)
    result = judged(nine, during="outage", rate=Relative(times=100, of="steady"))
    assert (result.status, result.observed) == (
        Status.INCONCLUSIVE,
        "too few samples: 9 requests in steady to compare with, at least 10 needed",
    )
    none = judged(STORM, match="GET *", during="outage", share=Relative(times=100, of="steady"))
    assert none.status is Status.INCONCLUSIVE
    assert none.observed.endswith("there is nothing in steady to compare with")


def test_a_share_needs_requests_that_it_can_be_one_of() -> None:
    few = silent(healthy(200), 4.0, 100.0)
    assert judged(few, match="GET *", share=Bound(at_most=0.1)).status is Status.INCONCLUSIVE


def test_a_vendor_that_heard_of_nobody_kept_within_no_bound() -> None:
    """A breaker that is stuck open is no proof that no herd was sent."""
    stuck = silent(healthy(200), 60.0, 100.0)
    result = judged(stuck, during="recovery", rate=RateBound(at_most_per_s=50.0))
    assert (result.status, result.observed) == (Status.INCONCLUSIVE, "no request reached stripe: nothing to measure")
    assert judged(stuck, during="recovery", count=Relative(times=2, of="steady")).status is Status.INCONCLUSIVE


def test_silence_is_what_none_at_all_demands() -> None:
    stuck = silent(healthy(200), 60.0, 100.0)
    result = judged(stuck, during="recovery", count=Bound(at_most=0))
    assert (result.status, result.observed) == (Status.PASSED, "0 requests")
    assert judged(healthy(200), vendor="twilio", count=Bound(at_most=0)).status is Status.PASSED


def test_that_no_answer_was_bad_says_nothing_where_nothing_was_answered() -> None:
    stuck = silent(healthy(200), 60.0, 100.0)
    bad = {"status": Statuses(((500, 599),)), "count": Bound(at_most=0)}
    assert judged(stuck, during="recovery", **bad).status is Status.INCONCLUSIVE
    assert judged(stuck, during="outage", **bad).status is Status.PASSED


def test_silence_says_nothing_where_nobody_had_asked() -> None:
    nobody = with_operations(silent(healthy(200), 0, 100), lambda each: None)
    assert judged(nobody, count=Bound(at_most=0)).status is Status.INCONCLUSIVE
    late = with_operations(healthy(200), lambda each: None if each.intended_s < 20 else each)
    result = judged(silent(late, 0, 20), during="steady", count=Bound(at_most=0))
    assert (result.status, result.observed) == (
        Status.INCONCLUSIVE,
        "too few samples: 0 operations asked by then, at least 10 needed",
    )
    assert judged(nobody, count=Bound(at_least=3)).status is Status.INCONCLUSIVE


def test_what_nobody_asked_for_is_too_much_all_the_same() -> None:
    busy = with_operations(healthy(200), lambda each: None)
    assert judged(busy, during="steady", rate=RateBound(at_most_per_s=1.0)).status is Status.FAILED


def test_requests_without_an_operation_id_count() -> None:
    hidden = with_requests(STORM, lambda each: each._replace(operation_id=""))
    assert judged(hidden, match="GET *", count=Bound(at_most=29)).status is Status.FAILED


def test_a_ledger_that_lost_rows_proves_what_it_holds_and_nothing_else() -> None:
    full = changed(STORM, gaps=FULL)
    assert judged(full, match="GET *", count=Bound(at_most=29)).status is Status.FAILED
    for parameters in (
        {"count": Bound(at_most=30)},
        {"count": Bound(at_least=31)},
        {"share": Bound(at_most=0.5)},
        {"during": "outage", "rate": Relative(times=0.1, of="steady")},
    ):
        result = judged(full, match="GET *", **parameters)
        assert result.status is Status.INCONCLUSIVE, result
        assert result.observed.endswith("; but the ledger is incomplete")


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"count": Bound(at_most=29)}, Status.FAILED),
        ({"in_flight": Bound(at_most=1)}, Status.FAILED),
        ({"count": Bound(at_most=29, at_least=2)}, Status.FAILED),
        ({"count": Bound(at_most=60, at_least=46)}, Status.INCONCLUSIVE),
        ({"count": Bound(at_least=46)}, Status.INCONCLUSIVE),
        ({"share": Bound(at_most=0.01)}, Status.INCONCLUSIVE),
        ({"count": Bound(at_most=Relative(times=0.01, of="steady")), "during": "outage"}, Status.INCONCLUSIVE),
        ({"count": Bound(at_least=31), "during": "steady"}, Status.FAILED),
    ],
)
def test_in_a_run_that_was_not_as_asked_only_what_came_too_often_is_proven(
    parameters: dict[str, Any], status: Status
) -> None:
    """The last one is of a phase that was over before the fault was to strike."""
    gets = looked(*(5.0 + n / 100 for n in range(15)), evidence=STORM)
    untried = changed(gets, faults=(MISSED.model_copy(update={"expect_struck": 1}),))
    (result,) = judge(untried, [demanded(match="GET *", **parameters)]).results
    assert result.status is status, result


def test_an_unknown_phase_says_nothing() -> None:
    assert judged(healthy(), during="no", count=Bound(at_most=0)).status is Status.INCONCLUSIVE
    assert judged(healthy(), count=Relative(times=2, of="no")).status is Status.INCONCLUSIVE


def test_a_title_says_what_was_written() -> None:
    demand = demanded(
        match="GET *",
        status=Statuses(((429, 429), (500, 599))),
        during="outage",
        rate=RateBound(at_most_per_s=5.0, at_least_per_s=Relative(times=0.5, of="steady")),
    )
    assert title_of(demand) == (
        "requests: vendor stripe, match GET *, status 429, 500-599, during outage, "
        "rate {at_most 5/s, at_least {times 0.5, of steady}}"
    )
    assert demand.judge(STORM).expected == (
        "rate of GET * answered with 429, 500-599 to stripe at most 5/s and at least 0.5 times that in steady"
    )


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({}, "exactly one of count, rate, peak, in_flight, share, sum"),
        ({"count": Bound(at_most=1), "peak": Bound(at_most=1)}, "exactly one of"),
        ({"count": Bound(at_most=1), "per_s": 2.0}, "per is the length of a peak; there is none"),
        ({"peak": Bound(at_most=1), "per_s": 0.0}, "per must be above 0"),
        ({"share": Bound(at_most=0.1)}, "share of what"),
        ({"share": Bound(at_most=5), "match": "GET *"}, "share is at most 1"),
        ({"sum": Bound(at_most=1)}, "sum needs a match"),
        ({"count": Bound(at_most=1), "field": "cost"}, "there is no sum"),
        ({"count": Bound(at_most=1), "caused": "stripe.charge"}, "there is none"),
        ({"sum": Bound(at_most=1), "match": "POST *", "field": "cost"}, "field needs a kind of effect"),
        ({"sum": Bound(at_most=1), "match": "POST *", "caused": "twilio.message"}, "is no effect of stripe's"),
        ({"count": Bound(at_most=1), "per_operation": True}, "there is none"),
        ({"count": Relative(times=2, of="steady"), "during": "steady"}, "that is the phase itself"),
    ],
)
def test_what_cannot_be_meant_is_refused(parameters: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Requests(vendor="stripe", **parameters)
