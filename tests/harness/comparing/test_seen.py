"""The figures of one run, and what only a real one has."""

from dataclasses import replace

import pytest

from brownout_core.telemetry import Kind
from brownout_harness.comparing.seen import Move, seen_in, starts_in
from brownout_harness.judging.evidence import Deed, Evidence
from brownout_reports.rows import EventRow
from brownout_reports.tables import Rows
from tests.harness.twin.runs import verdict
from tests.support.histories import consistent


def with_events(evidence: Evidence, *events: EventRow, deeds: tuple[Deed, ...] = ()) -> Evidence:
    tables = evidence.tables.but(Rows.of(EventRow, events))
    return replace(evidence, tables=tables, deeds=deeds)


def transition(at_s: float, state: str) -> EventRow:
    return EventRow(at_s=at_s, kind=Kind.BREAKER_TRANSITION, vendor="stripe", outcome=state, detail="x->y: reason")


def test_counts_are_those_of_the_rows() -> None:
    evidence = consistent(7, count=300)
    seen = seen_in(evidence, verdict())
    rows = list(evidence.operations)
    assert sum(seen.done.values()) == sum(each.outcome == "done" for each in rows)
    assert sum(map(len, seen.latencies.values())) == len(rows)
    assert sum(each.requests for each in seen.loads.values()) == len(evidence.requests)


def test_probes_that_failed_are_no_moves() -> None:
    moves = [(24.0, "open"), (29.0, "half_open"), (29.1, "open"), (34.0, "half_open"), (34.2, "closed")]
    seen = seen_in(with_events(consistent(7, count=60), *(transition(*each) for each in moves)), verdict())
    assert seen.moves == {"stripe": (Move("open", 24.0), Move("closed", 34.2))}


def test_other_parts_than_the_gateways_own_are_seen() -> None:
    events = [EventRow(at_s=at_s, kind=Kind.STARTED, outcome=parts) for at_s, parts in ((0.0, ""), (1.0, "shop:parts"))]
    assert seen_in(with_events(consistent(7, count=60), *events), verdict()).parts == ("shop:parts",)
    assert seen_in(consistent(7, count=60), verdict()).parts == ()


def test_that_a_new_process_begins_with_a_closed_breaker_is_no_move() -> None:
    events = [transition(24.0, "open"), EventRow(at_s=31.0, kind=Kind.STARTED), transition(40.0, "open")]
    evidence = with_events(consistent(7, count=60), *events, deeds=(Deed(30.0, "start gateway", process="gateway"),))
    assert seen_in(evidence, verdict()).moves == {"stripe": (Move("open", 24.0), Move("open", 40.0))}
    assert starts_in(evidence) == ((30.0, 31.0),)


def test_what_was_asked_for_while_the_target_started_is_left_out_with_its_requests() -> None:
    evidence = consistent(7, count=300)
    meanwhile = [each.operation_id for each in evidence.operations if 30.0 <= each.intended_s <= 40.0]
    assert meanwhile
    seen = seen_in(evidence, verdict(), [(30.0, 40.0)])
    assert seen.left_out == len(meanwhile)
    assert sum(map(len, seen.latencies.values())) == len(evidence.operations) - len(meanwhile)
    theirs = sum(each.operation_id in meanwhile for each in evidence.requests)
    assert sum(each.requests for each in seen.loads.values()) == len(evidence.requests) - theirs


@pytest.mark.parametrize("at_s", [0.0, -0.4])
def test_the_first_start_is_no_start_again(at_s: float) -> None:
    assert starts_in(with_events(consistent(7, count=60), EventRow(at_s=at_s, kind=Kind.STARTED))) == ()
