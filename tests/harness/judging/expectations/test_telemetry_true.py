"""What the target says of itself is demanded to be true, of every run in which it says anything."""

from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.judging.expectations.telemetry_true import TelemetryTrue
from brownout_reports.run_folder import Status
from tests.support.histories import changed, healthy, moved, telling, with_requests

TRUE = TelemetryTrue()


def test_what_agrees_with_everything_passes() -> None:
    result = TRUE.judge(telling(healthy()))
    observed = "200 attempts, 200 operations finished, 0 rejections; 0 contradictions"
    assert (result.status, result.observed) == (Status.PASSED, observed)


def test_one_contradiction_fails_and_is_shown() -> None:
    told = telling(healthy())
    lies = [e._replace(outcome="refused") if (e.operation_id, e.vendor) == ("op-3", "") else e for e in told.events]
    result = TRUE.judge(changed(told, events=lies))
    assert result.status is Status.FAILED
    assert result.observed.endswith(
        "1 contradiction: the driver was answered done, and it was told to have finished refused"
    )
    assert (result.cases[0].operation_id, result.when) == ("op-3", "first at 1.600 s")


def test_a_target_that_tells_nothing_is_inconclusive_where_it_is_demanded_all_the_same() -> None:
    assert TRUE.judge(changed(healthy(), telemetry=False)).status is Status.INCONCLUSIVE
    assert TRUE.judge(changed(healthy(), events=())).status is Status.INCONCLUSIVE


def test_too_few_operations_say_nothing() -> None:
    assert TRUE.judge(telling(healthy(9))).status is Status.INCONCLUSIVE


def test_a_breaker_that_is_told_open_while_its_vendor_is_asked_as_ever_is_a_lie_whoever_demands_it() -> None:
    told = telling(healthy())
    opened = changed(told, events=sorted([*told.events, moved(10.0, "closed", "open")], key=lambda each: each.at_s))
    result = TRUE.judge(opened)
    assert result.status is Status.FAILED
    assert result.observed.endswith("1 contradiction: told open from 10 s, yet 178 requests reached stripe")


def test_a_breaker_that_goes_where_none_can_go_is_a_lie() -> None:
    told = telling(healthy())
    skipped = changed(told, events=[*told.events, moved(100.0, "closed", "half_open")])
    assert "1 contradiction: stripe breaker stepped from closed to half_open" in TRUE.judge(skipped).observed


def test_a_vendor_that_only_takes_anothers_place_is_measured_by_what_is_told_of_it() -> None:
    """One operation in ten asks it: that is no silence."""
    told = telling(with_requests(healthy(), lambda each: each if each.operation_id.endswith("0") else None))
    opened = changed(told, events=sorted([*told.events, moved(10.0, "closed", "open")], key=lambda each: each.at_s))
    assert "told open from 10 s, yet 17 requests reached stripe" in TRUE.judge(opened).observed


def test_a_step_whose_telling_was_lost_is_no_lie() -> None:
    told = telling(healthy())
    opened = changed(
        told,
        events=sorted([*told.events, moved(10.0, "closed", "open")], key=lambda each: each.at_s),
        gaps=(Gap(GapKind.EVIDENCE_LOST, "of what was told a part is gone"),),
    )
    assert TRUE.judge(opened).status is Status.PASSED  # and the run inconclusive, for the gap
