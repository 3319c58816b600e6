"""Opens in time, closes in time, stays closed."""

import pytest

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.breaker import Breaker
from brownout_reports.rows import EventRow, Outcome
from brownout_reports.run_folder import Status
from tests.support.histories import changed, healthy, moved, with_operations, with_requests

OPENS = Breaker(vendor="stripe", of="outage", opens_within_s=10)
CLOSES = Breaker(vendor="stripe", of="recovery", closes_within_s=15)
STAYS = Breaker(vendor="stripe", of="steady", stays_closed=True)


def outage(open_s: float, half_open_s: float, *later: EventRow) -> Evidence:
    """The breaker is open between two instants, and the vendor's ledger agrees."""
    evidence = healthy(400)
    away = {each.operation_id for each in evidence.operations if open_s < each.intended_s < half_open_s}
    refused = with_operations(
        evidence, lambda each: each._replace(outcome=Outcome.REFUSED, status=503) if each.operation_id in away else each
    )
    quiet = with_requests(refused, lambda each: None if each.operation_id in away else each)
    events = (EventRow(0.0, "started"), moved(open_s, "closed", "open"), moved(half_open_s, "open", "half_open"))
    return changed(quiet, events=(*events, *later))


def test_staying_open_is_to_be_closed_at_no_instant() -> None:
    within = Breaker(vendor="stripe", of="recovery", stays_open=True)
    probed = (moved(70.2, "half_open", "open"), moved(98.0, "open", "half_open"))
    result = within.judge(outage(55.0, 70.0, *probed))
    assert result.status is Status.FAILED  # payments got through after 70 s, whatever it was told to be
    quiet = with_requests(outage(55.0, 99.0), lambda each: None if each.at_s >= 55.0 else each)
    result = within.judge(changed(quiet, events=(*quiet.events, moved(99.9, "half_open", "open"))))
    assert (result.status, result.observed) == (Status.PASSED, "open throughout, but for 1 probing")
    closed = within.judge(outage(55.0, 70.0, moved(70.2, "half_open", "closed")))
    assert (closed.status, closed.observed) == (Status.FAILED, "closed at 70.2 s")
    late = within.judge(outage(62.0, 99.0))
    assert (late.status, late.observed) == (Status.FAILED, "closed at 60 s")


def test_told_half_open_for_ever_it_is_a_closed_one_in_all_but_name() -> None:
    result = Breaker(vendor="stripe", of="recovery", stays_open=True).judge(outage(50.0, 62.0))
    assert (result.status, result.observed) == (
        Status.FAILED,
        "telemetry is contradicted: told half-open from 62 s, yet 152 requests reached stripe",
    )


def test_opening_in_time_passes_and_says_when() -> None:
    result = OPENS.judge(outage(24.5, 64.0, moved(64.2, "half_open", "closed")))
    assert (result.status, result.observed) == (Status.PASSED, "open after 4.5 s")


def test_opening_late_fails() -> None:
    result = OPENS.judge(outage(34.0, 64.0, moved(64.2, "half_open", "closed")))
    assert (result.status, result.observed) == (Status.FAILED, "open after 14 s")
    assert result.cases[0].at_s == 34.0


def test_never_opening_fails() -> None:
    result = OPENS.judge(healthy())
    assert (result.status, result.observed) == (Status.FAILED, "it did not open")


def test_open_before_the_phase_counts_as_open() -> None:
    assert OPENS.judge(outage(15.0, 64.0)).observed == "open after 0 s"


def test_closing_in_time_passes() -> None:
    result = CLOSES.judge(outage(24.5, 64.0, moved(64.2, "half_open", "closed")))
    assert (result.status, result.observed) == (Status.PASSED, "closed for good after 4.2 s")


def test_closing_late_or_never_fails() -> None:
    assert CLOSES.judge(outage(24.5, 80.0, moved(80.2, "half_open", "closed"))).status is Status.FAILED
    never = CLOSES.judge(outage(24.5, 64.0))
    assert (never.status, never.observed) == (Status.FAILED, "half_open at the end of the phase")


def test_closing_is_for_good() -> None:
    again = (moved(64.2, "half_open", "closed"), moved(90.0, "closed", "open"), moved(90.1, "open", "half_open"))
    result = CLOSES.judge(outage(24.5, 64.0, *again, moved(90.2, "half_open", "closed")))
    assert (result.status, result.observed) == (Status.FAILED, "closed for good after 30.2 s")


def test_what_was_never_open_cannot_close() -> None:
    assert CLOSES.judge(healthy()).status is Status.INCONCLUSIVE


def test_staying_closed_fails_at_the_first_opening() -> None:
    assert STAYS.judge(healthy()).status is Status.PASSED
    result = STAYS.judge(outage(12.0, 64.0))
    assert (result.status, result.observed) == (Status.FAILED, "left closed at 12 s")


def test_a_claim_that_the_ledger_contradicts_fails_whatever_it_claims() -> None:
    lied = changed(healthy(), events=(moved(24.5, "closed", "open"), moved(64.0, "open", "half_open")))
    for demand in (OPENS, CLOSES, STAYS):
        result = demand.judge(lied)
        assert result.status is Status.FAILED
        assert result.observed.startswith("telemetry is contradicted: told open from 24.5 s to 64 s")


def test_without_telemetry_it_is_inconclusive() -> None:
    assert OPENS.judge(changed(healthy(), telemetry=False)).status is Status.INCONCLUSIVE
    assert OPENS.judge(changed(healthy(), events=())).status is Status.INCONCLUSIVE


def test_too_few_operations_are_inconclusive() -> None:
    assert OPENS.judge(healthy(90)).status is Status.INCONCLUSIVE


@pytest.mark.parametrize(
    "parameters",
    [{}, {"opens_within_s": 1.0, "stays_closed": True}, {"opens_within_s": 0.0, "of": "x"}, {"closes_within_s": 1.0}],
)
def test_exactly_one_demand_of_a_phase(parameters: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="breaker"):
        Breaker(vendor="stripe", **parameters)  # type: ignore[arg-type]
