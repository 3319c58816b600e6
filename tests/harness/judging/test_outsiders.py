"""What others than the target did neither blames the target nor excuses it."""

from typing import Any

import pytest

from brownout_harness.judging.evidence import Evidence, GapKind
from brownout_harness.judging.expectations.amplification import Amplification
from brownout_harness.judging.expectations.base import Expectation
from brownout_harness.judging.expectations.exactly_once import ExactlyOnce
from brownout_harness.judging.expectations.nothing_lost import NothingLost
from brownout_harness.judging.leaves import Leaves
from brownout_harness.judging.outsiders import apart, gaps_of_outsiders, notes_of_outsiders, outsiders_in
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import Status
from brownout_reports.tables import Tables
from tests.support.histories import changed, delivery, effect, healthy, operation, request

OUTSIDE: dict[str, Any] = {"name": "refund", "group": "office", "asked_of": "stripe"}


def with_outsiders(count: int = 5, **change: Any) -> Evidence:
    """Besides what the target did, somebody refunds by hand, and charges by hand."""
    well = healthy()
    rows = [operation(1000 + n, at_s=1.0 + n, **{**OUTSIDE, **change}) for n in range(count)]
    asks = [request(1000 + n, at_s=1.01 + n, seq=1000 + n) for n in range(count)]
    charges = [effect(1000 + n, at_s=1.02 + n, seq=2000 + n) for n in range(count)]
    refunds = [effect(1000 + n, at_s=1.03 + n, seq=3000 + n)._replace(route="stripe.refund") for n in range(count)]
    return changed(
        well,
        operations=(*well.operations, *rows),
        requests=(*well.requests, *asks),
        effects=(*well.effects, *charges, *refunds),
        deliveries=[delivery(each) for each in charges],
    )


def told_apart(evidence: Evidence) -> Evidence:
    tables = apart(evidence.tables)
    rows = {"operations": tables.of(OperationRow), "deliveries": evidence.deliveries}
    ledger = list(tables.of(LedgerRow))
    return changed(
        evidence,
        **rows,
        requests=[each for each in ledger if each.entry == "request"],
        effects=[each for each in ledger if each.entry == "effect"],
    )


@pytest.mark.parametrize(
    "expectation",
    [
        ExactlyOnce(effect="stripe.charge"),
        NothingLost(),
        Amplification(vendor="stripe", max=1.0),
        NothingLost(operation="pay"),
    ],
)
def test_the_target_is_judged_as_if_they_had_not_been_there(expectation: Expectation) -> None:
    evidence = told_apart(with_outsiders())
    assert expectation.judge(evidence) == expectation.judge(healthy())
    assert expectation.judge(evidence).status is Status.PASSED


def test_a_refund_by_hand_takes_nothing_back_that_the_target_left() -> None:
    """And is no refund too many."""
    leaves = {"pay": Leaves.of(["stripe.charge"], {"stripe.charge": "stripe.refund"})}
    evidence = changed(told_apart(with_outsiders()), leaves=leaves)
    assert ExactlyOnce(effect="stripe.charge").judge(evidence).status is Status.PASSED


def test_a_charge_by_hand_stands_for_none_that_the_target_owes() -> None:
    evidence = told_apart(with_outsiders())
    lacking = changed(evidence, effects=[each for each in evidence.effects if each.operation_id != "op-9"])
    assert ExactlyOnce(effect="stripe.charge").judge(lacking).status is Status.FAILED
    assert NothingLost().judge(lacking).status is Status.FAILED


def test_an_effect_under_an_id_of_nobodys_is_not_excused_by_them() -> None:
    evidence = told_apart(with_outsiders())
    phantom = changed(evidence, effects=[*evidence.effects, effect(5555, at_s=3.0, seq=5555)])
    assert NothingLost().judge(phantom).status is Status.FAILED


def test_what_a_vendor_tells_of_their_doings_is_still_the_targets_to_take() -> None:
    assert len(told_apart(with_outsiders()).deliveries) == 5


def test_who_did_not_get_it_done_did_not_stage_what_the_scenario_says() -> None:
    undone = with_outsiders(outcome=Outcome.REFUSED, detail="resource_missing")
    (gap,) = gaps_of_outsiders(outsiders_in(undone.tables))
    assert (gap.kind, gap.detail) == (
        GapKind.NOT_STAGED,
        "5 of the 5 that office asked stripe for were not done, first op-1000 (resource_missing)",
    )
    assert list(gaps_of_outsiders(outsiders_in(with_outsiders().tables))) == []


def test_without_outsiders_the_tables_are_as_they_are() -> None:
    tables: Tables = healthy().tables
    assert apart(tables) is tables


def test_what_they_did_is_told_to_whoever_reads_the_books() -> None:
    (note,) = notes_of_outsiders(with_outsiders().tables)
    assert note == "office asked stripe directly 5 times, 5 done: told apart from what the target did"
    assert list(notes_of_outsiders(healthy().tables)) == []
