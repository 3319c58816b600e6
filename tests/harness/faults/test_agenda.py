"""When the actions of a run are taken: in order, when they are due, and told where they come late."""

from brownout_harness.faults.agenda import Agenda, late
from brownout_harness.judging.evidence import GapKind
from brownout_scenarios.phases import Action, Redrive

STOP, START, REDRIVE = Action(stop="gateway"), Action(start="gateway"), Action(redrive=Redrive())


def none_waits(_action: Action) -> bool:
    return False


def is_start(action: Action) -> bool:
    return action.start is not None


def test_each_is_taken_once_when_it_is_due_in_order() -> None:
    agenda = Agenda([(2.0, START), (1.75, STOP)])
    agenda.add(1.875, REDRIVE)
    assert agenda.take(1.5, none_waits) is None
    assert agenda.ahead_s(1.5) == 0.25
    assert [agenda.take(2.125, none_waits) for _ in range(4)] == [(STOP, None), (REDRIVE, None), (START, None), None]
    assert not agenda
    assert agenda.ahead_s(3.0) is None


def test_one_that_waits_holds_up_nobody_and_is_told_as_late_when_it_comes() -> None:
    """The end of what was told to stop may take its whole grace; the run goes on meanwhile."""
    agenda = Agenda([(1.0, START), (1.2, REDRIVE)])
    assert agenda.take(1.3, is_start) == (REDRIVE, None)
    assert agenda.take(1.3, is_start) is None
    assert agenda
    # Nobody knows when it can be taken: whoever looks again does so at a pace of his own.
    assert agenda.ahead_s(1.3) is None
    taken = agenda.take(3.0, none_waits)
    assert taken is not None
    action, gap = taken
    assert action is START
    assert gap is not None
    assert gap.kind is GapKind.NOT_STAGED
    assert gap.at_s == 1.0
    assert gap.detail == "start gateway came 2.0 s late: gateway was still ending, or the harness was late"


def test_a_little_late_is_in_time_and_a_late_harness_fell_behind() -> None:
    assert late(START, 1.0, 1.5) is None
    gap = late(REDRIVE, 1.0, 1.6)
    assert gap is not None
    assert (gap.kind, gap.detail) == (GapKind.FELL_BEHIND, "redrive dead letters came 0.6 s late")
