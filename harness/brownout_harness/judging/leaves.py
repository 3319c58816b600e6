"""What an operation leaves in the vendors' books: all of it when it is done, nothing when it is refused."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from brownout_reports.rows import LedgerRow

Clause = tuple[str, ...]
"""Kinds of effects, of which one is left."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """`[sales.order, [openai.completion, gemini.completion]]`: an order, and a completion by one of the two.

    What is named twice is left twice.
    """

    clauses: tuple[Clause, ...]
    undone_by: Mapping[str, str] = field(default_factory=dict)
    """What takes an effect back, by the kind of the effect: `stripe.refund` by `stripe.charge`."""

    @classmethod
    def of(cls, written: Iterable[str | Sequence[str]], undone_by: Mapping[str, str] | None = None) -> "Leaves":
        """From how an operation declares it."""
        clauses = tuple((each,) if isinstance(each, str) else tuple(each) for each in written)
        return cls(clauses, dict(undone_by or {}))

    @property
    def kinds(self) -> Clause:
        """Every kind that it may leave."""
        return tuple(dict.fromkeys(kind for clause in self.clauses for kind in clause))

    def clause_with(self, kind: str) -> Clause:
        """The clause that names this kind; the kind alone where none does."""
        return next((clause for clause in self.clauses if kind in clause), (kind,))

    def times(self, clause: Clause) -> int:
        """How many of a clause stand when all is done; one of a clause that it does not leave."""
        return max(1, self.clauses.count(clause))

    def undoings(self, kinds: Iterable[str]) -> tuple[str, ...]:
        """The kinds that take one of these back."""
        return tuple(dict.fromkeys(self.undone_by[kind] for kind in kinds if kind in self.undone_by))

    def standing(self, clause: Clause, effects: Sequence[LedgerRow]) -> tuple[LedgerRow, ...]:
        """Of one operation's effects, those of this clause that were not taken back; in the order of `effects`."""
        back = {id(each) for kind in clause for each in self._taken_back(kind, effects)}
        return tuple(each for each in effects if each.kind in clause and id(each) not in back)

    def _taken_back(self, kind: str, effects: Sequence[LedgerRow]) -> Iterator[LedgerRow]:
        """An undoing of some amount takes back as much money, the oldest first; one without takes back one effect."""
        undoings = [each.amount for each in effects if each.kind == self.undone_by.get(kind)]
        money, whole = sum(undoings), undoings.count(0)
        for each in effects:
            if each.kind == kind and 0 < each.amount <= money:
                money -= each.amount
                yield each
            elif each.kind == kind and whole:
                whole -= 1
                yield each

    def undone_too_often(self, clause: Clause, effects: Sequence[LedgerRow]) -> tuple[LedgerRow, ...]:
        """Undoings beyond what there was to undo."""
        return tuple(each for kind in clause for each in self._too_much(kind, effects))

    def _too_much(self, kind: str, effects: Sequence[LedgerRow]) -> Iterator[LedgerRow]:
        there = [each.amount for each in effects if each.kind == kind]
        money, whole = sum(there), len(there)
        for each in effects:
            if each.kind == self.undone_by.get(kind):
                money, whole = (money - each.amount, whole) if each.amount else (money, whole - 1)
                if money < 0 or whole < 0:
                    yield each

    def by_clause(self, effects: Sequence[LedgerRow]) -> list[tuple[Clause, tuple[LedgerRow, ...]]]:
        """Each clause once, and what of it stands."""
        return [(clause, self.standing(clause, effects)) for clause in dict.fromkeys(self.clauses)]


def either(clause: Clause) -> str:
    """A clause as one says it: `openai.completion or gemini.completion`."""
    return " or ".join(clause)
