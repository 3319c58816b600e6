"""What a damage is made of: rows changed, gone, or put beside the others, and nothing else."""

from random import Random

import pytest

from brownout_harness.audit.corruption.damage import NothingToDamageError, Run, other_value
from brownout_harness.judging.inputs import RunInputs
from brownout_reports.rows import EventRow, LedgerRow, OperationRow
from tests.support.histories import healthy


def run() -> Run:
    evidence = healthy()
    return Run(RunInputs(tables=evidence.tables), evidence, Random(7))


def test_one_row_is_changed_and_the_others_are_as_they_were() -> None:
    before = run()
    effect = before.effects[3]
    after = before.instead(effect, effect._replace(amount=7)).tables.of(LedgerRow)
    changed = [each for each in after if each not in {*before.requests, *before.effects}]
    assert changed == [effect._replace(amount=7)]
    assert len(after) == len(before.requests) + len(before.effects)


def test_of_two_rows_that_are_equal_only_the_one_that_is_meant_is_changed() -> None:
    once = run()
    twice = Run(once.put(once.events[0]), once.evidence, Random(7))
    same = [each for each in twice.events if each == once.events[0]]
    assert len(same) == 2
    left = list(twice.without(same[0]).tables.of(EventRow))
    assert left.count(once.events[0]) == 1


def test_no_other_table_is_touched() -> None:
    before = run()
    after = before.without(*before.effects).tables
    assert after.of(OperationRow) == before.inputs.tables.of(OperationRow)
    assert after.of(EventRow) == before.inputs.tables.of(EventRow)
    assert len(after.of(LedgerRow)) == len(before.requests)


def test_where_there_is_nothing_of_it_a_damage_is_not_done() -> None:
    with pytest.raises(NothingToDamageError):
        run().one_of(())
    with pytest.raises(NothingToDamageError):
        run().without(*run().deliveries)


def test_the_same_seed_chooses_the_same() -> None:
    first, second = run(), run()
    assert first.several_of(first.operations, 5) == second.several_of(second.operations, 5)
    assert first.again(Random(8)).operations is first.operations


def test_plainly_done_is_what_has_each_effect_once() -> None:
    before = run()
    assert len(before.plainly_done) == len(before.operations)
    effect = before.effect_of(before.plainly_done[0])
    doubled = Run(before.put(effect._replace(id="again", seq=99_999)), before.evidence, Random(7))
    still = {each.operation_id for each in doubled.plainly_done}
    assert {each.operation_id for each in before.plainly_done} - still == {effect.operation_id}


@pytest.mark.parametrize("value", [True, 0, 1.5, "", "words"])
def test_another_value_is_of_the_same_type(value: object) -> None:
    other = other_value(value)
    assert other != value
    assert type(other) is type(value)
