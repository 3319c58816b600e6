"""Ends that a policy has brought about, and what is told of the rejections."""

import pytest

from brownout_core import errors
from brownout_core.errors import CallRejected, RetrySuppressed
from brownout_harness.judging.evidence import Evidence, Gap, GapKind
from brownout_harness.judging.expectations.told_causes import POLICIES, REJECTIONS, causes_against_rejections
from brownout_reports.rows import EventRow
from tests.support.histories import changed, healthy

REJECTED = EventRow(1.0, "call_rejected", "stripe", "pay", "op-3", 0, "idempotency")
ENDED = EventRow(1.0, "operation_finished", "", "pay", "op-3", 0, "unknown", 0.1, "idempotency_conflict")
SET_ASIDE = EventRow(1.0, "dead_lettered", "stripe", "pay", "op-3", 0, "breaker_open", 0.1, "dl-3")


def found(*events: EventRow) -> list[str]:
    return [each.what for each in causes_against_rejections(changed(healthy(), events=events))]


def test_an_end_that_a_rejection_explains_is_no_contradiction() -> None:
    assert not found(REJECTED, ENDED)
    assert not found(REJECTED._replace(outcome="breaker"), SET_ASIDE)
    assert not found(REJECTED, REJECTED, ENDED)


@pytest.mark.parametrize(
    "told",
    [(), (REJECTED._replace(outcome="bulkhead"),), (REJECTED._replace(operation_id="op-4"),)],
    ids=["nothing", "another policy", "another operation"],
)
def test_an_end_by_a_policy_that_is_not_told_to_have_rejected_anything_is_one(told: tuple[EventRow, ...]) -> None:
    [what] = found(*told, ENDED)
    assert what == "told to have ended by idempotency_conflict, and no rejection by the idempotency was told of it"
    assert len(found(*told, SET_ASIDE)) == 1


def test_each_end_has_a_rejection_of_its_own() -> None:
    assert len(found(REJECTED, ENDED, ENDED._replace(at_s=2.0))) == 1


def test_other_ends_need_none() -> None:
    assert not found(ENDED._replace(detail="vendor_refused"), ENDED._replace(detail="", outcome="done"))


def test_where_tellings_may_be_lost_nothing_is_missing() -> None:
    lossy: Evidence = changed(healthy(), events=(ENDED,), gaps=(Gap(GapKind.EVIDENCE_LOST, "a file"),))
    assert not list(causes_against_rejections(lossy))


def test_every_way_to_be_turned_away_is_known() -> None:
    every = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, CallRejected)}
    assert {*REJECTIONS} == every - {CallRejected, RetrySuppressed}
    assert POLICIES["claims_unavailable"] == "idempotency"
