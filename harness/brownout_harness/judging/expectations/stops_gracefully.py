"""A process that is told to stop finishes what it has begun, takes nothing new, and ends in time."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple, TypeAlias

import polars as pl

from brownout_core.telemetry import Kind
from brownout_harness.judging.endings import Ending
from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require, seconds
from brownout_harness.judging.expectations.telling import CLOCKS_S
from brownout_reports.rows import EventRow, OperationRow, Outcome
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows
from brownout_scenarios.processes import means

MINIMUM_OPERATIONS: Final = 5
TAKEN: Final = frozenset({Outcome.DONE, Outcome.ACCEPTED})
TAKEN_TOLD: Final = frozenset({"done", "accepted", "dead_lettered"})
"""As telemetry says the same of an end."""
Ends: TypeAlias = Mapping[str, tuple[EventRow, ...]]
"""By operation id, what telemetry tells of its ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopsGracefully:
    """After each `stop` nothing that was begun is cut off, nothing new is taken, and the process ends in its grace."""

    NAME: ClassVar[str] = "stops_gracefully"
    LEDGER_PROVES: ClassVar[bool] = False

    process: str = ""
    """`gateway`, `gateway.1`; left out: each that the scenario stops."""
    within_s: float | None = None
    """It ends so soon; left out: within its grace."""
    cut_off_at_most: int = 0
    """So many operations that were under way may be cut off."""
    late_by_s: float = 0.25
    """What was asked this close to the stop, before or after, may be served or not."""

    def __post_init__(self) -> None:
        require(self.within_s is None or self.within_s > 0, f"stops_gracefully within must be above 0: {self.within_s}")
        some = self.cut_off_at_most
        require(some >= 0, f"stops_gracefully cut_off_at_most must not be negative, got {some}")
        require(self.late_by_s >= 0, f"stops_gracefully late_by must not be negative, got {self.late_by_s}")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """From what callers were answered, what the vendors got, and when the process was gone."""
        wording = Wording(self, "what was begun is finished, nothing new is taken, and it ends in time")
        stops = [each for each in evidence.endings if not self.process or means(self.process, each.process)]
        if not stops:
            return wording.inconclusive(f"{self.process or 'the target'} was never stopped: nothing was tried")
        ends = evidence.events_by_kind.get(Kind.OPERATION_FINISHED, Rows.none(EventRow)).by("operation_id")
        begun = [(stop, each) for stop in stops for each in self._under_way(evidence, stop, ends)]
        cut_off = [found for stop, each in begun if (found := _cut_off(ends, stop, each, evidence.pause_s)) is not None]
        wrong = [found for stop in stops for found in self._wrong(evidence, stop)]
        if wrong or len(cut_off) > self.cut_off_at_most:
            said = [counted(len(cut_off), "operation") + f" of {len(begun)} under way cut off"] if cut_off else []
            return wording.failed("; ".join([*said, *(each.what for each in wrong[:3])]), [*cut_off, *wrong])
        unseen = [each for each in stops if each.ended_s is None]
        if unseen:
            return wording.inconclusive(f"{unseen[0].process} was not seen to end")
        if len(begun) < MINIMUM_OPERATIONS:
            return wording.too_few(len(begun), MINIMUM_OPERATIONS, "operations under way when it was stopped")
        longest_s = max((each.ended_s or 0.0) - each.asked_s for each in stops)
        finished = f"{len(begun) - len(cut_off)} of {len(begun)} operations under way finished"
        return wording.passed(f"{counted(len(stops), 'stop')}; {finished}, gone after {seconds(longest_s)} at most")

    def _under_way(self, evidence: Evidence, stop: Ending, ends: Ends) -> Iterator[OperationRow]:
        """Those of which an ask had come to it for a while, and was not answered yet; of a process that nobody asks,
        those that had been taken on for a while, and were still open."""
        if stop.process in evidence.unasked:
            yield from _taken_on_before(evidence, stop.asked_s, stop.asked_s - self.late_by_s)
            return
        latest = stop.asked_s - self.late_by_s
        near = evidence.operations.where(pl.col("sent_s") < latest, pl.col("finished_s") > stop.asked_s)
        for each in near:
            ask = _ask_at(each, stop.asked_s, evidence.pause_s)
            is_its = not each.replicas or each.replicas[ask.number] == stop.process
            is_open = ask.sent_s < latest and ask.over_s > stop.asked_s
            if is_its and is_open and not _ended_otherwise(ends, each, ask.sent_s, stop.asked_s):
                yield each

    def _wrong(self, evidence: Evidence, stop: Ending) -> Iterator[Violation]:
        if stop.was_killed:
            yield Violation(stop.asked_s, "", f"{stop.process} did not end by itself, and was killed")
        limit_s = stop.grace_s if self.within_s is None else self.within_s
        if stop.ended_s is not None and stop.ended_s - stop.asked_s > limit_s + self.late_by_s:
            took_s = stop.ended_s - stop.asked_s
            yield Violation(stop.asked_s, "", f"{stop.process} ended after {seconds(took_s)}, not {seconds(limit_s)}")
        if stop.process in evidence.unasked:
            return
        since_s, until_s = stop.asked_s + self.late_by_s, _back_s(evidence, stop)
        yield from _taken_on(evidence, stop, since_s, until_s)
        if not evidence.processes:
            yield from _sent_for(evidence, since_s, until_s)


def _taken_on_before(evidence: Evidence, asked_s: float, latest_s: float) -> Iterator[OperationRow]:
    """What was answered by then, to be finished later, and had no end when the process was stopped."""
    for each in evidence.operations.where(pl.col("finished_s") < latest_s, pl.col("states") != ""):
        ends = [seen.at_s for seen in each.states_seen if seen.means in (Outcome.DONE, Outcome.REFUSED)]
        if each.states_seen and min(ends, default=float("inf")) > asked_s:
            yield each


def _asks(operation: OperationRow) -> list[float]:
    return [operation.sent_s, *(json.loads(operation.again_at) if operation.again_at else [])]


class _Ask(NamedTuple):
    number: int
    sent_s: float
    over_s: float
    """When it was answered, or given up."""
    after: str
    """Of the last one nothing; else why the same was asked for again: `refused`, or `unknown`."""


def _ask_at(operation: OperationRow, at_s: float, pause_s: Mapping[str, float]) -> _Ask:
    """Of its asks the last one before that instant."""
    asks = _asks(operation)
    number = max(index for index, sent_s in enumerate(asks) if sent_s <= at_s)
    if number + 1 == len(asks):
        return _Ask(number, asks[number], operation.finished_s, "")
    again_s = asks[number + 1]
    why = Outcome.REFUSED if again_s == operation.after_refusal_s else Outcome.UNKNOWN
    return _Ask(number, asks[number], again_s - pause_s.get(operation.group, 0.0), why)


def _cut_off(ends: Ends, stop: Ending, operation: OperationRow, pause_s: Mapping[str, float]) -> Violation | None:
    """It got no answer; or it had to ask again, and nothing tells of an end after which that was to be expected."""
    if operation.states_seen and operation.finished_s < stop.asked_s:
        if operation.outcome != Outcome.ACCEPTED:
            return None
        what = f"taken on {seconds(stop.asked_s - operation.finished_s)} before {stop.process} was stopped, and left"
        return Violation(operation.finished_s, operation.operation_id, what)
    ask = _ask_at(operation, stop.asked_s, pause_s)
    if ask.after == Outcome.REFUSED or (not ask.after and operation.status):
        return None
    if ask.after and _ended_otherwise(ends, operation, ask.sent_s, ask.over_s + CLOCKS_S):
        return None
    what = f"asked {seconds(stop.asked_s - ask.sent_s)} before {stop.process} was stopped, and not answered"
    return Violation(ask.sent_s, operation.operation_id, what)


def _ended_otherwise(ends: Ends, operation: OperationRow, since_s: float, until_s: float) -> bool:
    """Telemetry tells that it ended then, neither done nor taken on: who was told so asks again."""
    told = ends.get(operation.operation_id, ())
    return any(since_s <= each.at_s <= until_s and each.outcome not in TAKEN_TOLD for each in told)


def _back_s(evidence: Evidence, stop: Ending) -> float:
    """When it was started again, or the run was over."""
    starts = (each for each in evidence.deeds if each.text.startswith("start ") and each.at_s > stop.asked_s)
    back = [each.at_s for each in starts if means(each.process, stop.process)]
    return min(back, default=float("inf"))


def _taken_on(evidence: Evidence, stop: Ending, since_s: float, until_s: float) -> Iterator[Violation]:
    """Asked for when it was to take nothing, and done."""
    last = pl.concat_list(pl.col("sent_s"), _again()).list.max()
    for each in evidence.operations.where(last >= since_s, last < until_s, pl.col("finished_s") < until_s):
        is_its = not each.replicas or each.replicas[-1] == stop.process
        if is_its and each.outcome in TAKEN:
            what = f"{stop.process} took it on {seconds(_asks(each)[-1] - stop.asked_s)} after it was stopped"
            yield Violation(_asks(each)[-1], each.operation_id, what)


def _sent_for(evidence: Evidence, since_s: float, until_s: float) -> Iterator[Violation]:
    """A request for what was first asked for when nobody was to take it."""
    new = evidence.operations.where(pl.col("sent_s") >= since_s, pl.col("sent_s") < until_s)
    sent = evidence.requests.within(since_s, until_s).among(new.frame, "operation_id")
    for each in sent:
        yield Violation(each.at_s, each.operation_id, f"sent to {each.vendor} for what was asked after the stop")


def _again() -> pl.Expr:
    return pl.col("again_at").replace("", "[]").str.json_decode(pl.List(pl.Float64()))
