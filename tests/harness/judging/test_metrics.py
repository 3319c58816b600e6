"""The numbers of a run."""

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.metrics import ALL, phase_metrics, vendor_metrics
from brownout_reports.rows import Outcome
from brownout_reports.run_folder import PhaseMetrics, VendorMetrics
from brownout_reports.spans import PhaseSpan
from tests.support.histories import changed, consistent, effect, healthy, operation, request, with_operations


def of_phase(evidence: Evidence, phase: str, name: str = ALL) -> PhaseMetrics:
    return next(row for row in phase_metrics(evidence) if (row.phase, row.operation) == (phase, name))


def of_vendor(evidence: Evidence, vendor: str, phase: str = ALL) -> VendorMetrics:
    return next(row for row in vendor_metrics(evidence) if (row.vendor, row.phase) == (vendor, phase))


def test_an_operation_belongs_to_the_phase_in_which_it_was_wanted() -> None:
    late = changed(healthy(0), operations=(operation(1, at_s=19.9, finished_s=25.0),))
    steady, outage = of_phase(late, "steady"), of_phase(late, "outage")
    assert (steady.asked, steady.done, steady.goodput_per_s) == (1, 1, 0.0)
    assert (outage.asked, outage.goodput_per_s) == (0, 1 / 40)
    assert steady.p99_s == steady.max_s == 25.0 - 19.9
    assert outage.p50_s is None


def test_rates_of_the_whole_run_are_over_the_time_of_the_load() -> None:
    row = of_phase(changed(healthy(200), duration_s=160.0), ALL)
    assert (row.asked, row.offered_per_s, row.achieved_per_s) == (200, 2.0, 2.0)
    assert row.goodput_per_s == 2.0


def test_outcomes_add_up() -> None:
    evidence = consistent(3)
    for row in phase_metrics(evidence):
        assert row.asked == row.done + row.accepted + row.refused + row.unknown
    names = sum(row.asked for row in phase_metrics(evidence) if row.phase == ALL and row.operation != ALL)
    assert names == of_phase(evidence, ALL).asked == len(evidence.operations)


def test_what_the_driver_failed_to_send_shows() -> None:
    behind = with_operations(healthy(200), lambda each: each._replace(sent_s=each.sent_s + 5))
    assert of_phase(behind, "steady").achieved_per_s == 1.5


def test_what_the_driver_left_out_was_offered_and_not_asked() -> None:
    left_out = with_operations(healthy(200), lambda each: each._replace(asks=0) if each.intended_s < 5.0 else each)
    row = of_phase(left_out, "steady")
    assert (row.asked, row.offered_per_s, row.achieved_per_s) == (30, 2.0, 1.5)


def test_every_answer_is_of_one_kind() -> None:
    kinds = [(200, "complete"), (404, "complete"), (429, "complete"), (503, "complete"), (0, "hang"), (200, "reset")]
    requests = tuple(request(n, seq=n, status=status, ending=ending) for n, (status, ending) in enumerate(kinds))
    row = of_vendor(changed(healthy(0), requests=requests), "stripe")
    assert (row.answered_ok, row.answered_4xx, row.answered_429, row.answered_5xx, row.not_answered) == (1, 1, 1, 1, 2)
    assert row.requests == 6


def test_amplification_and_duplicates_are_counted_where_they_happened() -> None:
    evidence = healthy(200)
    doubled = changed(
        evidence,
        requests=(*evidence.requests, request(0, at_s=30.0, seq=9_000), request(0, at_s=30.1, seq=9_001)),
        effects=(*evidence.effects, effect(0, at_s=30.05, seq=9_002)),
    )
    assert (of_vendor(doubled, "stripe", "steady").duplicates, of_vendor(doubled, "stripe", "outage").duplicates) == (
        0,
        1,
    )
    assert of_vendor(doubled, "stripe").amplification == 202 / 200
    assert of_vendor(doubled, "stripe", "steady").amplification == 1.0


def test_a_vendor_that_nothing_reached_in_a_phase_has_no_amplification() -> None:
    quiet = changed(healthy(10, over_s=10.0), phases=(PhaseSpan("steady", 0, 20), PhaseSpan("idle", 20, 40)))
    assert of_vendor(quiet, "stripe", "idle").amplification is None


def test_an_effect_of_another_kind_is_no_duplicate() -> None:
    evidence = healthy(10)
    refunded = changed(evidence, effects=(*evidence.effects, effect(0, seq=9_000, route="stripe.refund")))
    assert of_vendor(refunded, "stripe").duplicates == 0


def test_an_unknown_answer_is_asked_but_not_done() -> None:
    unknown = with_operations(healthy(20), lambda each: each._replace(outcome=Outcome.UNKNOWN))
    row = of_phase(unknown, ALL, "pay")
    assert (row.asked, row.done, row.unknown, row.goodput_per_s) == (20, 0, 20, 0.0)
