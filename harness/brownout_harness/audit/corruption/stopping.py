"""Damages to how the target ended when it was told to stop."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from brownout_harness.audit.corruption.damage import Damage, Run
from brownout_harness.judging.endings import Ending
from brownout_harness.judging.inputs import RunInputs
from brownout_reports.rows import OperationRow, Outcome

LATER_S: Final = 1.0


def cut_off(run: Run) -> RunInputs:
    """Nobody ever answered it."""
    operation = run.one_of(each for stop in run.inputs.endings for each in _under_way(run, stop))
    return run.instead(operation, operation._replace(outcome=Outcome.UNKNOWN, status=0, detail="connection_lost"))


def _under_way(run: Run, stop: Ending) -> list[OperationRow]:
    """Asked for once, a while before it."""
    return [
        each
        for each in run.operations
        if each.asks == 1 and each.sent_s < stop.asked_s - LATER_S / 2 and each.finished_s > stop.asked_s
    ]


def taken_on(run: Run) -> RunInputs:
    """Asked for while it was ending, and done at once."""
    stop = run.one_of(each for each in run.inputs.endings if each.ended_s is not None)
    at_s = stop.asked_s + LATER_S
    operation = run.one_of(each for each in run.plainly_done if each.asks == 1)
    return run.instead(operation, operation._replace(intended_s=at_s, sent_s=at_s, finished_s=at_s + 0.1))


def ended_late(run: Run) -> RunInputs:
    return _ended(run, lambda stop: stop._replace(ended_s=stop.asked_s + stop.grace_s + LATER_S))


def killed(run: Run) -> RunInputs:
    return _ended(run, lambda stop: stop._replace(was_killed=True))


def not_seen(run: Run) -> RunInputs:
    return _ended(run, lambda stop: stop._replace(ended_s=None))


def _ended(run: Run, change: Callable[[Ending], Ending]) -> RunInputs:
    stop = run.one_of(run.inputs.endings)
    endings = tuple(change(each) if each is stop else each for each in run.inputs.endings)
    return replace(run.inputs, endings=endings)


def never_stopped(run: Run) -> RunInputs:
    run.one_of(run.inputs.endings)
    return replace(run.inputs, endings=())


def _damage(name: str, about: str, do: Callable[[Run], RunInputs]) -> Damage:
    return Damage(name=name, about=about, noticed_by=("stops_gracefully",), where_demanded=True, do=do)


DAMAGES: Final = (
    _damage("cut-off-by-a-stop", "what was under way when it was stopped was never answered", cut_off),
    _damage("taken-on-after-a-stop", "it took on work after it was stopped", taken_on),
    _damage("ended-late", "it took longer to end than it had", ended_late),
    _damage("killed-after-a-stop", "it did not end by itself", killed),
    _damage("end-not-seen", "nobody knows when it ended", not_seen),
    _damage("never-stopped", "nothing was stopped", never_stopped),
)
