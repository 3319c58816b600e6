"""What each effect holds is what its operation asked for, and what the answer names is that operation's own."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from heapq import nsmallest
from itertools import chain
from operator import or_
from typing import ClassVar, Final

import polars as pl

from brownout_harness.judging.differing import Difference, difference
from brownout_harness.judging.evidence import NAMELESS, Evidence, is_one_of
from brownout_harness.judging.expectations.base import MAX_CASES, Violation, Wording, counted
from brownout_harness.judging.owners import owner_of
from brownout_harness.judging.terms import Terms
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
    group: str = ""
    """Only what this group of users asked for; left out: every group's."""

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
        kinds = [kind for look in looks for kind in look.terms.kinds]
        anonymous = evidence.effects.count(NAMELESS, is_one_of(kinds))
        certain = [each for each in found if each.is_certain or (evidence.absence_is_proof and not anonymous)]
        if certain:
            return wording.failed(observed, _violations(evidence, certain))
        if anonymous:
            return wording.inconclusive(
                f"{observed}; {counted(anonymous, 'effect')} without an operation id, not compared"
            )
        if found:
            return wording.inconclusive(f"{observed}; but the ledger is incomplete")
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

    @cached_property
    def compared(self) -> int:
        """Effects with what they were asked for beside them."""
        known = reduce(or_, ((pl.col("route") == kind) & self._is_kept(kind) for kind in self.terms.kinds))
        said = self._operations.frame.filter(pl.lit(not self.terms.holds) | (pl.col("as_asked") != ""))
        both = self._effects.frame.filter(known).join(said, on="operation_id", how="semi")
        return int(both.select(pl.len()).collect(engine="streaming").item())

    @property
    def was_done(self) -> bool:
        """Whether any caller was told so."""
        return self._operations.count(pl.col("outcome") == Outcome.DONE) > 0

    def _is_kept(self, kind: str) -> pl.Expr:
        """Whether the ledger has what is compared of that kind, which it has not in old evidence."""
        asked = [(kind, field) for field in self.terms.holds.get(kind, ())]
        places = [*asked, *chain.from_iterable(self.terms.names.values())]
        needed = {field for each, field in places if each == kind} - {"id", "amount"}
        return pl.col("fields") != "" if needed else pl.lit(value=True)

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
        operations, effects = self._operations, self._effects.frame
        for kind, fields in self.terms.holds.items():
            asked = operations.frame.select("operation_id", _digest(_wanted(kind, field) for field in fields))
            held = effects.filter(pl.col("route") == kind).select("operation_id", _digest(map(_held, fields)))
            yield operations.among(held.join(asked, on=["operation_id", DIGEST], how="anti"), "operation_id")
        speaking = operations.where((pl.col("outcome") == Outcome.DONE) | (pl.col("answered") != ""))
        for paths in self._paths_by_kinds().values():
            named = [self._named_by(path) for path in paths]
            held = effects.filter(*(each.is_not_null() for each in named)).select("operation_id", _digest(named))
            said = speaking.frame.with_columns(_digest(map(_said, paths)))
            others = said.join(held, on=["operation_id", DIGEST], how="anti").drop(DIGEST)
            yield Rows(OperationRow, others, operations.order)

    def _paths_by_kinds(self) -> Mapping[tuple[str, ...], list[str]]:
        """The paths that name effects of the same kinds: one effect can satisfy all of them."""
        found: dict[tuple[str, ...], list[str]] = {}
        for path, places in self.terms.names.items():
            found.setdefault(tuple(kind for kind, _ in places), []).append(path)
        return found

    def _named_by(self, path: str) -> pl.Expr:
        """What an answer that names an effect there says; null for effects of other kinds."""
        return pl.coalesce(
            pl.when(pl.col("route") == kind).then(_held(field)) for kind, field in self.terms.names[path]
        )


DIGEST: Final = "digest"


def _digest(texts: Iterable[pl.Expr]) -> pl.Expr:
    """A number for several texts: to join by the texts themselves takes several times the memory."""
    named = [text.cast(pl.String).alias(str(number)) for number, text in enumerate(texts)]
    return pl.struct(named).hash().alias(DIGEST)


def _wanted(kind: str, field: str) -> pl.Expr:
    return pl.col("as_asked").str.json_path_match(f"$['{kind}']{_path(field)}")


def _said(path: str) -> pl.Expr:
    return pl.col("answered").str.json_path_match(f"$['{path}']")


def _held(field: str) -> pl.Expr:
    if field in {"id", "amount"}:
        return pl.col(field).cast(pl.String)
    return pl.col("fields").str.json_path_match(f"${_path(field)}")


def _path(field: str) -> str:
    """Of `card.brand`, for a path of JSON."""
    return "".join(f"['{name}']" for name in field.split("."))


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
