"""What is compared with a control run, and when there is nothing to compare with."""

from dataclasses import replace

import pytest

from brownout_harness.judging.confidence import Interval
from brownout_harness.judging.evidence import Death, Evidence, Gap, GapKind
from brownout_harness.judging.paired import Finding, at_least, at_most, in_time, missing, p99_s, together, unwell
from brownout_reports.rows import OperationRow, Outcome
from brownout_reports.run_folder import Status
from brownout_reports.spans import FaultSpan
from brownout_reports.tables import Rows
from tests.support.histories import beside, changed, healthy, operation, request

RUN = beside(healthy())
FAULT = FaultSpan(id="outage.0", vendor="stripe", text="503", start_s=20, end_s=60, matched=9, struck=9)


def control() -> Evidence:
    assert RUN.control is not None
    return RUN.control


def test_a_run_with_a_sound_control_run_can_be_compared() -> None:
    assert missing(RUN) == ""


def test_without_one_it_says_why() -> None:
    assert "none was made" in missing(healthy())
    assert "interrupted" in missing(changed(healthy(), no_control="the run was interrupted"))


@pytest.mark.parametrize("kind", GapKind)
def test_one_in_which_the_harness_fell_short_is_none(kind: GapKind) -> None:
    assert kind in missing(replace(RUN, control=changed(control(), gaps=(Gap(kind, "so"),))))


def test_one_in_which_the_target_died_is_none() -> None:
    assert "gateway ended unasked" in missing(
        replace(RUN, control=changed(control(), deaths=(Death(3, "gateway", 1),)))
    )


def test_one_with_another_load_is_none_unless_users_wait() -> None:
    less = changed(control(), operations=list(control().wanted)[1:])
    assert missing(replace(RUN, control=less)) == "the control run had another load: 199 operations, 200 in this one"
    assert missing(changed(RUN, control=less, think_s={"shoppers": 1.0})) == ""


def test_one_that_faults_struck_is_none() -> None:
    struck = changed(control(), requests=[*control().requests, request(3, seq=900, faults=("outage.0",))])
    assert "struck by faults" in missing(changed(RUN, faults=(FAULT,), control=struck))
    queued = changed(control(), requests=[*control().requests, request(3, seq=900, faults=("serve.stripe",))])
    assert missing(changed(RUN, faults=(FAULT,), control=queued)) == ""


def rows(*latencies: float, outcome: Outcome = Outcome.DONE) -> Rows[OperationRow]:
    return Rows.of(
        OperationRow, [operation(n, finished_s=1.0 + each, outcome=outcome) for n, each in enumerate(latencies)]
    )


def test_less_than_nineteen_of_twenty_done_is_not_well() -> None:
    assert unwell(rows(*[0.1] * 19)) == ""
    some = Rows.of(OperationRow, [*rows(*[0.1] * 18), *rows(0.1, 0.1, outcome=Outcome.REFUSED)])
    assert unwell(some) == "the control run was not well itself: 18 of 20 done, 95% needed"


def test_the_99th_percentile_is_one_of_them() -> None:
    assert p99_s(rows(*[n / 100 for n in range(1, 101)])) == pytest.approx(0.99)
    assert p99_s(rows()) == 0.0


def test_only_what_is_done_can_be_in_time() -> None:
    assert in_time(rows(0.1, 0.2, 0.3), 0.2) == 2
    assert in_time(rows(0.1, outcome=Outcome.ACCEPTED), 0.2) == 0


def test_a_bound_within_the_interval_cannot_be_told() -> None:
    sure = Interval(0.90, 0.96)
    assert [at_least(bound, sure) for bound in (0.9, 0.95, 0.97)] == [
        Status.PASSED, Status.INCONCLUSIVE, Status.FAILED,
    ]  # fmt: skip
    assert [at_most(bound, sure) for bound in (0.89, 0.95, 0.96)] == [
        Status.FAILED, Status.INCONCLUSIVE, Status.PASSED,
    ]  # fmt: skip


def test_together_the_worst_counts_and_is_told() -> None:
    good, open_, bad = Finding(Status.PASSED, "a"), Finding(Status.INCONCLUSIVE, "b"), Finding(Status.FAILED, "c")
    assert together([good, open_, bad, bad]) == Finding(Status.FAILED, "c; c")
    assert together([good, open_]) == Finding(Status.INCONCLUSIVE, "b")
    assert together([good, good]) == Finding(Status.PASSED, "a; a")
