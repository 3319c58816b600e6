"""A stall is not hidden by those who waited for its end with asking."""

import pytest

from brownout_harness.asked.pace import gaps_of_pace
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Expectation
from brownout_harness.judging.expectations.goodput import Goodput
from brownout_harness.judging.expectations.latency import Latency
from brownout_harness.judging.expectations.success_rate import SuccessRate
from brownout_harness.judging.metrics import phase_metrics
from brownout_harness.judging.missed import asked_in
from brownout_reports.rows import OperationRow, Outcome
from brownout_reports.run_folder import Status
from brownout_reports.spans import PhaseSpan
from tests.support.histories import PHASES, known, operation

THINK_S = 1.0
STALL = (30.0, 50.0)
WHOLE = PhaseSpan("", float("-inf"), float("inf"))


def closed(users: int = 10, outcome: Outcome = Outcome.DONE, *, think_s: float = THINK_S) -> Evidence:
    """Users who are answered after 50 ms; who asks between 30 s and 50 s, at 50 s, and then with `outcome`."""
    rows: list[OperationRow] = []
    for user in range(users):
        at_s = think_s * user / users
        while at_s < PHASES[-1].end_s:
            is_stalled = STALL[0] <= at_s < STALL[1]
            answered_s = STALL[1] if is_stalled else at_s + 0.05
            asked = operation(len(rows), at_s=at_s, finished_s=answered_s, longest_ask_s=answered_s - at_s)
            rows.append(asked._replace(group="shoppers", outcome=outcome if is_stalled else Outcome.DONE))
            at_s = answered_s + think_s
    return known(operations=rows, phases=PHASES, duration_s=100.0, think_s={"shoppers": think_s})


def judged(evidence: Evidence, expectation: Expectation) -> tuple[Status, str]:
    result = expectation.judge(evidence)
    return result.status, result.observed


def test_a_stall_counts_for_each_ask_that_it_kept_from_being_made() -> None:
    """Ten users were kept for 20 s of 100 s: at one ask a second each, a fifth of them waited, and 1 % of those that
    were counted did."""
    evidence = closed()
    uncorrected = sorted(each.latency_s for each in evidence.operations)
    assert uncorrected[int(0.98 * len(uncorrected))] == pytest.approx(0.05)
    status, observed = judged(evidence, Latency(operation="pay", p90_below_s=1.0))
    assert status is Status.FAILED
    assert "corrected for 190 that waiting users left out" in observed


def test_each_missed_ask_waited_from_the_instant_at_which_it_would_have_been_made() -> None:
    evidence = known(
        operations=[
            operation(1, at_s=10.0, finished_s=13.5, group="shoppers"),
            operation(2, at_s=20.0, finished_s=29.0),
        ],
        phases=PHASES,
        think_s={"shoppers": THINK_S},
    )
    missed = asked_in(evidence, "pay", WHOLE).missed
    assert missed is not None
    assert [(each.intended_s, each.latency_s) for each in missed] == [(11.0, 2.5), (12.0, 1.5), (13.0, 0.5)]


def test_what_was_missed_counts_for_the_phase_in_which_it_was_missed() -> None:
    """Users who asked before the outage and were answered after it would have asked in it."""
    rows = [operation(n, at_s=19.5, finished_s=60.5, group="shoppers") for n in range(30)]
    evidence = known(operations=rows, phases=PHASES, think_s={"shoppers": THINK_S})
    counts = {phase.name: asked_in(evidence, "pay", phase) for phase in PHASES}
    assert {name: (len(of.rows), len(of.missed or ())) for name, of in counts.items()} == {
        "steady": (30, 0),
        "outage": (0, 30 * 40),
        "recovery": (0, 0),
    }


def test_nobody_would_have_asked_after_the_end_of_the_load() -> None:
    late = known(
        operations=[operation(1, at_s=98.0, finished_s=130.0, group="shoppers")],
        phases=PHASES,
        think_s={"shoppers": THINK_S},
    )
    missed = asked_in(late, "pay", WHOLE).missed
    assert missed is not None
    assert [each.intended_s for each in missed] == [99.0]


def test_the_correction_never_makes_a_figure_better() -> None:
    """Everybody always waits 10 s: what was missed meanwhile would have waited less."""
    rows = [operation(n, at_s=0.2 * n, finished_s=0.2 * n + 10.0, group="shoppers") for n in range(300)]
    evidence = known(operations=rows, phases=PHASES, think_s={"shoppers": THINK_S})
    assert judged(evidence, Latency(operation="pay", p50_below_s=9.9))[0] is Status.FAILED
    (whole,) = (row for row in phase_metrics(evidence) if (row.phase, row.operation) == ("all", "pay"))
    assert whole.p50_s == pytest.approx(10.0)
    assert whole.missed == 300 * 9


def test_failures_that_were_waited_for_count_for_all_who_would_have_met_them() -> None:
    """1 % of the operations were refused after 20 s, and for 20 % of the time nobody could have got anything."""
    evidence = closed(outcome=Outcome.REFUSED)
    status, observed = judged(evidence, SuccessRate(operation="pay", at_least=0.95))
    assert status is Status.FAILED
    assert "corrected for 190" in observed
    recovered = Goodput(operation="pay", at_least=0.95, of="steady", within_s=1.0, after="outage")
    assert judged(evidence, recovered)[0] is Status.PASSED
    slow = [
        each
        if each.intended_s < 62 or number % 25
        else each._replace(finished_s=each.intended_s + 5.0, outcome=Outcome.UNKNOWN)
        for number, each in enumerate(evidence.operations)
    ]
    lasting = known(operations=slow, phases=PHASES, duration_s=100.0, think_s={"shoppers": THINK_S})
    assert judged(lasting, recovered)[0] is Status.FAILED


def test_an_open_group_misses_nothing_and_its_figures_are_as_they_were() -> None:
    evidence = known(operations=list(closed().operations), phases=PHASES, duration_s=100.0)
    status, observed = judged(evidence, Latency(operation="pay", p90_below_s=1.0))
    assert (status, "corrected" in observed) == (Status.PASSED, False)
    assert {row.missed for row in phase_metrics(evidence)} == {None}


def test_a_closed_group_that_is_kept_waiting_is_no_load_that_fell_behind() -> None:
    """It is wanted when the user has thought, however long the answer before it took."""
    rows = list(closed().operations)
    assert gaps_of_pace(rows, len(rows), []) == []
