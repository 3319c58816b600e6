"""Views of what is known about a run."""

from brownout_harness.judging.evidence import WHOLE_RUN, Evidence, Gap, GapKind, vendor_of
from brownout_reports.spans import PhaseSpan
from tests.support.histories import (
    PHASES,
    changed,
    effect,
    healthy,
    known,
    letter,
    operation,
    request,
    with_effects,
    with_requests,
)


def test_records_are_found_by_operation_vendor_and_kind() -> None:
    evidence = known(
        operations=(operation(1), operation(2, name="notify")),
        requests=(request(1, at_s=5.0), request(1, at_s=2.0, seq=1), request(2, name="notify")),
        effects=(effect(1), effect(2, name="notify", operation_id="")),
        dead_letters=(letter(2),),
    )
    assert [each.name for each in (evidence.operation("op-2"), evidence.operation("op-3")) if each] == ["notify"]
    assert [each.at_s for each in evidence.requests_of["op-1"]] == [2.0, 5.0]
    assert set(evidence.requests_to) == {"stripe", "twilio"} == set(evidence.vendors)
    assert [each.kind for each in evidence.effects_of[""]] == ["twilio.message"]
    assert len(evidence.effects_by_kind["stripe.charge"]) == 1
    assert evidence.dead_letters_of["op-2"][0].id == "dl-2"


def test_a_phase_begins_with_its_start_and_ends_before_its_end() -> None:
    evidence = healthy(200)
    span = evidence.phase("steady")
    assert span is not None
    assert len(evidence.asked("pay", span)) == 40
    assert not span.covers(span.end_s)
    assert evidence.phase("unknown") is None


def test_the_whole_run_covers_the_drain() -> None:
    span = healthy().phase(WHOLE_RUN)
    assert span is not None
    assert span.covers(1e9)
    assert healthy().end_of_load_s == PHASES[-1].end_s
    assert Evidence(duration_s=7.0).end_of_load_s == 7.0


def test_views_are_computed_once() -> None:
    evidence = healthy()
    assert evidence.requests_of is evidence.requests_of


def test_the_operations_for_a_vendor_are_those_that_leave_an_effect_there() -> None:
    mixed = known(operations=(operation(1), operation(2, name="notify")))
    assert [each.name for each in mixed.operations_for("stripe")] == ["pay"]
    foreign = known(operations=(operation(1, name="checkout"),))
    assert len(foreign.operations_for("stripe")) == 1


def test_ids_none_of_which_is_an_operations_are_no_ids() -> None:
    """It was looked for at the wrong place: a customer's id, say."""
    elsewhere = with_effects(healthy(), lambda each: each._replace(operation_id=f"cus_{each.seq:03}"))
    assert elsewhere.strangers == {}  # the requests carry the right one
    both = with_requests(elsewhere, lambda each: each._replace(operation_id=f"cus_{each.seq:03}"))
    assert both.strangers == {"stripe": ("cus_000", "cus_001")}
    assert {row.operation_id for rows in (both.requests, both.effects) for row in rows} == {""}


def test_a_few_ids_that_are_nobodys_are_nobodys() -> None:
    stray = known(operations=(operation(1),), effects=tuple(effect(n, seq=n) for n in range(50, 59)))
    assert stray.strangers == {}
    assert len(stray.effects_of) == 9


def test_one_id_that_is_an_operations_is_enough_however_late_it_comes() -> None:
    strange = [effect(n, seq=n, at_s=1.0) for n in range(1_000, 2_200)]
    assert known(operations=(operation(1),), effects=strange).strangers == {"stripe": ("op-1000", "op-1001")}
    late = [*strange, effect(1, seq=2_200, at_s=99.0)]
    assert known(operations=(operation(1),), effects=late).strangers == {}


def test_absence_is_proof_only_where_the_ledgers_are_whole() -> None:
    assert healthy().absence_is_proof
    assert changed(healthy(), gaps=(Gap(GapKind.FELL_BEHIND, "2 %"),)).absence_is_proof
    assert not changed(healthy(), gaps=(Gap(GapKind.LEDGER_OVERFLOW, "stripe"),)).absence_is_proof


def test_a_phase_knows_its_length_and_a_kind_its_vendor() -> None:
    assert PhaseSpan("a", 2.0, 5.0).duration_s == 3.0
    assert vendor_of("stripe.charge") == "stripe"
