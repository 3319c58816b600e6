"""What an operator was told at the desk is so, by the vendors' books and by what the desk itself shows at the end."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, seconds
from brownout_harness.judging.leaves import either
from brownout_harness.judging.orders import CLOSE, DISCARD, DISCARDED, DONE, HEALTH, OPEN, REDRIVE, Order
from brownout_reports.run_folder import ExpectationResult

MINIMUM_ASKED: Final = 10
"""Fewer operations asked while a breaker is open by hand, and its silence says nothing."""
SETTLED: Final = {DONE: "redriven", "refused": "refused"}
"""By what a redrive was told to have come to, the state in which its letter stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTrue:
    """What an operator ordered, and was told to be done, is done, stays so, and is nothing else."""

    NAME: ClassVar[str] = "desk_true"
    LEDGER_PROVES: ClassVar[bool] = False
    NEEDS_ORDERS: ClassVar[bool] = True

    late_by_s: float = 0.25
    """What was on its way when a letter was discarded, or a breaker opened, may arrive this much later."""

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Each order by itself."""
        wording = Wording(self, "whatever an operator was told at the desk is so")
        orders = [order for deed in evidence.deeds for order in deed.orders]
        observed = ", ".join(f"{count} {what}" for what, count in sorted(Counter(map(_in_short, orders)).items()))
        if not orders:
            return wording.inconclusive("nobody ordered anything at the desk")
        if violations := [*self._by_the_books(evidence, orders), *_by_its_word(evidence, orders)]:
            return wording.failed(f"{observed}; {min(violations).what}", violations)
        if doubt := self._doubt(evidence, orders):
            return wording.inconclusive(f"{observed}; {doubt}")
        return wording.passed(observed)

    def proves(self, evidence: Evidence) -> bool:
        """What the books hold against it they hold whatever the load was."""
        orders = [order for deed in evidence.deeds for order in deed.orders]
        return any(True for _ in self._by_the_books(evidence, orders))

    def _by_the_books(self, evidence: Evidence, orders: list[Order]) -> Iterator[Violation]:
        for order in orders:
            if (order.what, order.told) == (DISCARD, DONE):
                yield from self._sent_all_the_same(evidence, order)
            elif (order.what, order.told) == (REDRIVE, DONE) and evidence.absence_is_proof:
                yield from _missing(evidence, order)
        for opened, until_s in _open_by_hand(evidence, orders):
            came = evidence.requests_between(opened.of, opened.told_s + self.late_by_s, until_s)
            for each in list(came)[:1]:
                what = f"{opened.of} was asked, though its breaker was opened by hand at {seconds(opened.told_s)}"
                yield Violation(each.at_s, each.operation_id, what)

    def _sent_all_the_same(self, evidence: Evidence, order: Order) -> Iterator[Violation]:
        operation = evidence.operation(order.operation_id)
        if operation is not None and operation.finished_s > order.asked_s:
            return  # its caller still wanted it: that he was served is no redrive
        its = pl.col("operation_id") == order.operation_id
        for each in evidence.requests.where(its, pl.col("at_s") > order.told_s + self.late_by_s):
            what = f"{each.vendor} was asked for it, though letter {order.of} was discarded at {seconds(order.told_s)}"
            yield Violation(each.at_s, order.operation_id, what)

    def _doubt(self, evidence: Evidence, orders: list[Order]) -> str:
        """Why nothing wrong is not yet right; empty where it is."""
        for opened, until_s in _open_by_hand(evidence, orders):
            asked = len(evidence.operations_for(opened.of).within(opened.told_s, until_s))
            if asked < MINIMUM_ASKED:
                return f"only {asked} operations would have asked {opened.of} while its breaker was open by hand"
        if any((each.what, each.told) == (REDRIVE, DONE) for each in orders) and not evidence.absence_is_proof:
            return "whether what was redriven is there, incomplete ledgers do not say"
        return ""


def _by_its_word(evidence: Evidence, orders: list[Order]) -> Iterator[Violation]:
    """What the desk itself shows at the end, or was to say."""
    letters = {each.id: each for each in evidence.dead_letters or ()}
    for order in orders:
        if order.what == HEALTH:
            if order.told != order.expected:
                yield Violation(order.told_s, "", f"it was {order.expected} and said that it was {order.told}")
            continue
        wanted = {DONE: DISCARDED} if order.what == DISCARD else SETTLED if order.what == REDRIVE else {}
        letter, state = letters.get(order.of), wanted.get(order.told)
        if state is not None and letter is not None and letter.state != state:
            what = f"the {order.what} of letter {order.of} was told {order.told}, and it is {letter.state}"
            yield Violation(order.told_s, order.operation_id, what)


def _missing(evidence: Evidence, order: Order) -> Iterator[Violation]:
    operation = evidence.operation(order.operation_id)
    leaves = evidence.leaves.get(operation.name) if operation is not None else None
    there = [each for each in evidence.effects_of.get(order.operation_id, ()) if each.at_s <= order.told_s]
    for clause, standing in leaves.by_clause(there) if leaves is not None else ():
        if not standing:
            what = f"the redrive of letter {order.of} was told done, and there was no {either(clause)}"
            yield Violation(order.told_s, order.operation_id, what)


def _open_by_hand(evidence: Evidence, orders: list[Order]) -> Iterator[tuple[Order, float]]:
    """Each opening, and until when it holds: it is closed by hand, or the application ends."""
    ends = [(deed.at_s, "") for deed in evidence.deeds if deed.cuts_off]
    ends += [(each.at_s, "") for each in evidence.deaths]
    for opened in (each for each in orders if (each.what, each.told) == (OPEN, DONE)):
        closed = [(each.asked_s, each.of) for each in orders if each.what == CLOSE and each.of == opened.of]
        later = [at_s for at_s, _ in (*ends, *closed) if at_s >= opened.told_s]
        yield opened, min(later, default=evidence.duration_s)


def _in_short(order: Order) -> str:
    return f"{order.what} told {order.told}"
