"""Damages to what an operator ordered, and what came of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from brownout_harness.audit.corruption.damage import Damage, Run
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.judging.orders import CLOSE, DISCARD, DONE, HEALTH, OPEN, REDRIVE, Order
from brownout_reports.rows import LedgerRow


def _ordered(run: Run, what: str) -> Order:
    """One that was told to be done."""
    orders = (order for deed in run.inputs.deeds for order in deed.orders)
    return run.one_of(each for each in orders if each.what == what and each.told == DONE)


def _with_orders(run: Run, change: Callable[[Order], Order | None]) -> RunInputs:
    deeds = (
        deed._replace(orders=tuple(new for order in deed.orders if (new := change(order)) is not None))
        for deed in run.inputs.deeds
    )
    return replace(run.inputs, deeds=tuple(deeds))


def discard_forgotten(run: Run) -> RunInputs:
    """Nobody had wanted it."""
    gone = _ordered(run, DISCARD)
    return _with_orders(run, lambda order: None if order is gone else order)


def discarded_and_sent(run: Run) -> RunInputs:
    """Seconds later, and refused: nothing else shows it."""
    order = _ordered(run, DISCARD)
    pattern = run.one_of(each for each in run.requests if each.operation_id == order.operation_id)
    return run.put(_again(run, pattern, order.told_s + 5.0))


def asked_while_open_by_hand(run: Run) -> RunInputs:
    """Once."""
    order = _ordered(run, OPEN)
    closed = [each.asked_s for deed in run.inputs.deeds for each in deed.orders if each.what == CLOSE]
    at_s = (order.told_s + min((each for each in closed if each > order.told_s), default=run.inputs.duration_s)) / 2
    return run.put(_again(run, run.one_of(each for each in run.requests if each.vendor == order.of), at_s))


def _again(run: Run, pattern: LedgerRow, at_s: float) -> LedgerRow:
    return pattern._replace(seq=run.free_seq(pattern.vendor), id=f"{pattern.id}-again", at_s=at_s, finished_s=at_s)


def redriven_and_nothing_there(run: Run) -> RunInputs:
    """The desk said done."""
    order = _ordered(run, REDRIVE)
    return run.without(*(each for each in run.effects if each.operation_id == order.operation_id))


def redriven_later(run: Run) -> RunInputs:
    """Than the desk said, by seconds."""
    order = _ordered(run, REDRIVE)
    late_s = order.told_s + 5.0
    its = [each for each in run.effects if each.operation_id == order.operation_id]
    return run.changed([(each, each._replace(at_s=late_s, finished_s=late_s)) for each in its])


def health_told_otherwise(run: Run) -> RunInputs:
    """All is well, it says, or nothing."""
    asked = run.one_of(each for deed in run.inputs.deeds for each in deed.orders if each.what == HEALTH)
    other = "degraded" if asked.told == "healthy" else "healthy"
    return _with_orders(run, lambda order: order._replace(told=other) if order is asked else order)


TOLD: Final = ("desk_true",)
DAMAGES: Final = (
    Damage(
        name="discard-forgotten",
        about="what an operator was to have given up was given up by nobody",
        noticed_by=("nothing_lost",),
        do=discard_forgotten,
    ),
    Damage(name="discarded-and-sent", about="it was given up, and sent again", noticed_by=TOLD, do=discarded_and_sent),
    Damage(
        name="asked-while-open-by-hand",
        about="a vendor was asked while a person had its breaker open",
        noticed_by=TOLD,
        do=asked_while_open_by_hand,
    ),
    Damage(
        name="redriven-by-hand-and-nothing",
        about="an operator was told that it is done, and nothing was",
        noticed_by=("desk_true", "nothing_lost"),
        do=redriven_and_nothing_there,
    ),
    Damage(
        name="redriven-by-hand-later",
        about="an operator was told that it is done, seconds before it was",
        noticed_by=TOLD,
        do=redriven_later,
    ),
    Damage(
        name="health-told-otherwise",
        about="an operator was told that all is well, and it was not, or the other way round",
        noticed_by=TOLD,
        do=health_told_otherwise,
    ),
)
