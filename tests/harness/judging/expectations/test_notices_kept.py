"""What was acknowledged is known at the end, each was taken once, and none was forged."""

from typing import Any

import pytest

from brownout_harness.judging.evidence import Evidence, Gap, GapKind
from brownout_harness.judging.expectations.notices_kept import NoticesKept
from brownout_reports.rows import NOTICE_SHOWN, DeliveryRow, EventRow
from brownout_reports.run_folder import ExpectationResult, Status
from brownout_reports.tables import Rows, Tables

TYPES = ("order.received", "order.scheduled", "order.completed")
KEPT = NoticesKept(vendor="sales", types=TYPES, at_least=2)


def told(operation: str, kind: str, status: int = 200, *, forged: bool = False, vendor: str = "sales") -> DeliveryRow:
    return DeliveryRow(vendor, 1, 1, "a", kind, "u", operation, "r", 1.0, 1.1, status, forged)


def shows(operation: str, kind: str) -> EventRow:
    return EventRow(99.0, NOTICE_SHOWN, "sales", operation_id=operation, outcome=kind, detail=kind)


def taken(operation: str, kind: str, outcome: str = "taken") -> EventRow:
    return EventRow(1.0, "notice", "sales", operation_id=operation, outcome=outcome, detail=kind)


def judged(*rows: DeliveryRow | EventRow, **held: Any) -> ExpectationResult:
    deliveries = Rows.of(DeliveryRow, [each for each in rows if isinstance(each, DeliveryRow)])
    events = Rows.of(EventRow, [each for each in rows if isinstance(each, EventRow)])
    return KEPT.judge(Evidence(tables=Tables(deliveries, events), **held))


GOOD = (
    told("op-1", "order.received"), told("op-1", "order.completed"), taken("op-1", "order.received"),
    shows("op-1", "order.completed"), told("op-2", "order.scheduled"), shows("op-2", "order.scheduled"),
)  # fmt: skip


def test_whoever_knows_the_furthest_of_what_it_acknowledged_passes() -> None:
    result = judged(*GOOD)
    assert (result.status, result.observed) == (Status.PASSED, "told of 2 operations; 2 of them known at the end")


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (told("op-3", "order.received"), "order.received was acknowledged, and nothing of it is known"),
        (told("op-2", "order.completed"), "order.completed was acknowledged, and only order.scheduled is known"),
        (told("op-2", "order.completed", forged=True), "a forged or aged order.completed was acknowledged"),
        (shows("op-3", "order.completed"), "order.completed is known, which sales never told"),
        (taken("op-1", "order.received"), "order.received was taken 2 times"),
    ],
)
def test_what_is_unknown_believed_invented_or_taken_again_fails(row: DeliveryRow | EventRow, what: str) -> None:
    result = judged(*GOOD, row)
    assert result.status is Status.FAILED
    assert [each.what for each in result.cases] == [what]


@pytest.mark.parametrize(
    "row",
    [
        told("op-3", "order.received", 503),
        told("op-3", "order.received", 0),
        told("op-2", "order.completed", 400, forged=True),
        told("op-3", "quote.sent"),
        told("op-3", "order.received", vendor="stripe"),
        taken("op-1", "order.received", "known"),
        taken("op-1", "order.scheduled"),
    ],
)
def test_what_was_not_acknowledged_or_is_no_affair_of_this_changes_nothing(row: DeliveryRow | EventRow) -> None:
    assert judged(*GOOD, row).status is Status.PASSED


def test_what_was_kept_and_not_acknowledged_may_be_known() -> None:
    """Whoever died in between."""
    died = (told("op-3", "order.received", 0), shows("op-3", "order.received"))
    assert judged(*GOOD, *died).status is Status.PASSED


def test_few_and_no_samples_and_a_target_that_shows_nothing_are_inconclusive() -> None:
    assert judged(*GOOD[:4]).status is Status.INCONCLUSIVE
    assert judged().status is Status.INCONCLUSIVE
    assert judged(*GOOD, telemetry=False).status is Status.INCONCLUSIVE


NOT_SHOWN: list[dict[str, Any]] = [
    {"shows_dead_letters": False},
    {"gaps": (Gap(GapKind.EVIDENCE_LOST, "the gateway did not show what it was told"),)},
]


@pytest.mark.parametrize("held", NOT_SHOWN)
def test_where_nobody_could_look_nobody_says_that_anything_was_forgotten(held: dict[str, Any]) -> None:
    told_of = [each for each in GOOD if isinstance(each, DeliveryRow)]
    assert judged(*told_of).status is Status.FAILED
    assert judged(*told_of, **held).status is Status.INCONCLUSIVE
    forged = told("op-2", "order.completed", forged=True)
    assert judged(*told_of, forged, **held).status is Status.FAILED


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"types": ()}, "name at least one kind of notice"),
        ({"types": ("a", "a")}, "one of them is named twice"),
        ({"at_least": 0}, "at_least must be at least 1"),
    ],
)
def test_a_demand_that_means_nothing_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        NoticesKept(**{"vendor": "sales", "types": TYPES, **changes})
