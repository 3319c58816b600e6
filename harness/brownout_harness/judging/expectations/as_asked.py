"""What each effect holds is what its operation asked for, and what the answer names is that operation's own."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from heapq import nsmallest
from operator import and_, or_
from typing import ClassVar

import polars as pl

from brownout_harness.judging.differing import Difference, difference
from brownout_harness.judging.evidence import NAMELESS, Evidence, is_one_of
from brownout_harness.judging.expectations.base import MAX_CASES, Violation, Wording, counted
from brownout_harness.judging.owners import owner_of
from brownout_harness.judging.terms import Place, Terms
from brownout_reports.rows import OperationRow, Outcome
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class AsAsked:
    """Each effect holds what its operation asked for, and its answer names its own effects, field by field."""

    NAME: ClassVar[str] = "as_asked"
    LEDGER_PROVES: ClassVar[bool] = True
    NEEDS_TERMS: ClassVar[bool] = True
    """It can be demanded only of operations that declare it."""

    operation: str = ""
    """Default: every operation that declares it."""

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """A difference is proven by the books; that nothing differs, only where all of them could be compared."""
        wording = Wording(
            self, "each effect holds what was asked for, and each answer names its own operation's effects"
        )
        wanted = {name: each for name, each in evidence.terms.items() if self.operation in {"", name}}
        looks = [_Look(evidence, name, each) for name, each in wanted.items() if name in evidence.operations_of]
        found = [each for look in looks for each in look.differences()]
        compared = sum(look.compared for look in looks)
        observed = _observed(compared, looks, found)
        certain = [each for each in found if each.is_certain or evidence.absence_is_proof]
        if certain:
            return wording.failed(observed, _violations(evidence, certain))
        if found:
            return wording.inconclusive(f"{observed}; but the ledger is incomplete")
        if anonymous := evidence.effects.count(
            NAMELESS, is_one_of(kind for look in looks for kind in look.terms.kinds)
        ):
            return wording.inconclusive(
                f"{observed}; {counted(anonymous, 'effect')} without an operation id, not compared"
            )
        if not compared:
            return wording.too_few(compared, 1, "effects that could be compared")
        if unseen := [look.name for look in looks if not look.compared and look.was_done]:
            return wording.inconclusive(f"{observed}; none of {', '.join(unseen)} could be compared")
        return wording.passed(observed)


class _Look:
    """The operations of one name. What plainly agrees is seen by columns; only the others are looked at one by one."""

    def __init__(self, evidence: Evidence, name: str, terms: Terms) -> None:
        self.name = name
        self.terms = terms
        self._operations = evidence.operations_of[name]
        self._effects = evidence.effects.where(~NAMELESS, is_one_of(terms.kinds))
        asked = self._operations.frame.select("operation_id", "as_asked", "answered")
        self._both = self._effects.frame.join(asked, on="operation_id")

    @cached_property
    def compared(self) -> int:
        """Effects with what they were asked for beside them."""
        can_be = [(pl.col("route") == kind) & self._is_known(kind) for kind in self.terms.kinds]
        return int(self._both.filter(reduce(or_, can_be)).select(pl.len()).collect(engine="streaming").item())

    @property
    def was_done(self) -> bool:
        """Whether any caller was told so."""
        return self._operations.count(pl.col("outcome") == Outcome.DONE) > 0

    def _is_known(self, kind: str) -> pl.Expr:
        """Whether what was asked for and what the ledger keeps are both there, which they are not in old evidence."""
        held = [field for place, field in self._places() if place == kind and field not in {"id", "amount"}]
        is_asked = pl.col("as_asked") != "" if kind in self.terms.holds else pl.lit(True)
        return is_asked & (pl.col("fields") != "") if held else is_asked

    def _places(self) -> Iterator[Place]:
        yield from ((kind, field) for kind, fields in self.terms.holds.items() for field in fields)
        for places in self.terms.names.values():
            yield from places

    def differences(self) -> Iterator[Difference]:
        """One for each operation with any."""
        seen: set[str] = set()
        for some in self._suspects():
            effects_of = self._effects.among(some.frame, "operation_id").by("operation_id")
            for each in some:
                if each.operation_id in seen:
                    continue
                seen.add(each.operation_id)
                found = difference(each, effects_of.get(each.operation_id, ()), self.terms)
                if found is not None:
                    yield found

    def _suspects(self) -> Iterator[Rows[OperationRow]]:
        """Those with an effect that is not, to the letter, as asked, or with an answer that is not as their effects."""
        for kind, fields in self.terms.holds.items():
            agrees = reduce(and_, (_wanted(kind, field) == _held(field) for field in fields))
            others = self._both.filter(pl.col("route") == kind, ~agrees.fill_null(value=False))
            yield self._operations.among(others, "operation_id")
        speaking = self._operations.where((pl.col("outcome") == Outcome.DONE) | (pl.col("answered") != ""))
        for paths in self._paths_by_kinds().values():
            agrees = reduce(and_, (self._names_it(path) for path in paths))
            yield speaking.not_among(self._both.filter(agrees.fill_null(value=False)), "operation_id")

    def _paths_by_kinds(self) -> Mapping[tuple[str, ...], list[str]]:
        """The paths that name effects of the same kinds: one effect can satisfy all of them."""
        found: dict[tuple[str, ...], list[str]] = {}
        for path, places in self.terms.names.items():
            found.setdefault(tuple(kind for kind, _ in places), []).append(path)
        return found

    def _names_it(self, path: str) -> pl.Expr:
        said = pl.col("answered").str.json_path_match(f"$['{path}']")
        named = ((pl.col("route") == kind) & (said == _held(field)) for kind, field in self.terms.names[path])
        return reduce(or_, named)


def _wanted(kind: str, field: str) -> pl.Expr:
    return pl.col("as_asked").str.json_path_match(f"$['{kind}']['{field}']")


def _held(field: str) -> pl.Expr:
    if field in {"id", "amount"}:
        return pl.col(field).cast(pl.String)
    return pl.col("fields").str.json_path_match(f"$['{field}']")


def _observed(compared: int, looks: list[_Look], found: list[Difference]) -> str:
    parts = [
        f"{counted(compared, 'effect')} of {counted(len(looks), 'kind of operation', 'kinds of operations')} compared"
    ]
    if other := sum(each.held is not None for each in found):
        parts.append(f"{other} not as asked")
    if wrong := sum(bool(each.said) for each in found):
        parts.append(f"{counted(wrong, 'answer names', 'answers name')} other than its operation's own effects")
    return ", ".join(parts)


def _violations(evidence: Evidence, found: Iterable[Difference]) -> Iterator[Violation]:
    """The first in time, and whose it is instead, where that is one other operation's."""
    for each in nsmallest(MAX_CASES, found, key=lambda one: (one.at_s, one.operation_id)):
        whose = owner_of(evidence, each)
        yield Violation(each.at_s, each.operation_id, evidence.masked(f"{each.text}{f'; {whose}' if whose else ''}"))
