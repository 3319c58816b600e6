"""What was taken on comes to an end, and stays as it ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require, seconds
from brownout_reports.fields import StateSeen
from brownout_reports.rows import OperationRow, Outcome
from brownout_reports.run_folder import ExpectationResult

MINIMUM_OPERATIONS: Final = 10
ENDS: Final = frozenset({Outcome.DONE, Outcome.REFUSED})


class _Story(NamedTuple):
    """What was seen of one operation's state."""

    operation: OperationRow
    within_s: float
    end: StateSeen | None
    """The first end that was seen."""
    moved: StateSeen | None
    """What was seen after it and is another end, or none."""
    was_read: bool
    """At all."""
    was_read_last: bool
    """By the last look."""

    @property
    def is_late(self) -> bool:
        """No end within the time that it had."""
        return self.end is None or self.end.at_s - self.operation.finished_s > self.within_s


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedLater:
    """Each operation that was taken on and has an `until` stays in the end that it has reached; and, where that is
    demanded, reaches one in time."""

    NAME: ClassVar[str] = "finished_later"
    LEDGER_PROVES: ClassVar[bool] = False
    NEEDS_UNTIL: ClassVar[bool] = True

    operation: str = ""
    """Default: every operation with an `until`."""
    group: str = ""
    """Only what this group of users asked for; left out: every group's."""
    open_at_most: int | None = None
    """So many may have no end within their `until.within`; left out: they are told and not judged."""

    def __post_init__(self) -> None:
        require(
            self.open_at_most is None or self.open_at_most >= 0,
            f"finished_later open_at_most must not be negative, got {self.open_at_most}",
        )

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """An end that moved back is the target's word against its own word. Silence about a state proves nothing."""
        most = "" if self.open_at_most is None else f", at most {self.open_at_most} without an end in time"
        wording = Wording(self, f"what has ended stays as it ended{most}")
        stories = self._stories(evidence)
        moved = [each for each in stories if each.moved is not None]
        late = [each for each in stories if each.is_late]
        observed = _observed(stories, late, moved)
        if moved:
            return wording.failed(observed, map(_moved, moved))
        if doubt := self._doubt(evidence, stories):
            return wording.inconclusive(doubt)
        if self.open_at_most is not None and len(late) > self.open_at_most:
            return wording.failed(observed, map(_late, late))
        if unread := sum(each.end is not None and not each.was_read_last for each in stories):
            return wording.inconclusive(f"{observed}; of {unread} nobody knows the state at the end: it was not read")
        if len(evidence.operations) < MINIMUM_OPERATIONS:
            return wording.too_few(len(evidence.operations), MINIMUM_OPERATIONS, "operations")
        return wording.passed(observed)

    def _doubt(self, evidence: Evidence, stories: list[_Story]) -> str:
        """Why nothing can be said; empty where something can."""
        if self.operation and self.operation not in evidence.finish_within_s:
            return f"nobody asks for the state of {self.operation}: it has no until"
        if not stories:
            return "nothing was taken on to be finished later"
        return _never_read(stories)

    def proves(self, evidence: Evidence) -> bool:
        """What moved back did, whatever the load was; what was late may have been so by the machine's fault."""
        return any(each.moved is not None for each in self._stories(evidence))

    def _stories(self, evidence: Evidence) -> list[_Story]:
        names = [self.operation] if self.operation else list(evidence.finish_within_s)
        followed = evidence.operations_named(names).where(pl.col("states") != "")
        return [_story(each, evidence.finish_within_s.get(each.name, 0.0)) for each in followed]


def _story(operation: OperationRow, within_s: float) -> _Story:
    seen = operation.states_seen
    read = [each for each in seen if each.means != Outcome.UNKNOWN]
    end = next((each for each in read if each.means in ENDS), None)
    after = [] if end is None else read[read.index(end) + 1 :]
    moved = next((each for each in after if end is not None and each.means != end.means), None)
    return _Story(operation, within_s, end, moved, bool(read), bool(seen) and seen[-1].means != Outcome.UNKNOWN)


def _observed(stories: list[_Story], late: list[_Story], moved: list[_Story]) -> str:
    counts = {outcome: sum(each.end is not None and each.end.means == outcome for each in stories) for outcome in ENDS}
    told = f"{len(stories)} taken on: {counts[Outcome.DONE]} ended done, {counts[Outcome.REFUSED]} refused"
    parts = [told]
    if late:
        parts.append(f"{len(late)} had no end in time, such as {_late(late[0]).operation_id}: {_late(late[0]).what}")
    if moved:
        parts.append(f"{counted(len(moved), 'end')} moved back")
    return "; ".join(parts)


def _never_read(stories: Iterable[_Story]) -> str:
    """Operations none of whose states was ever read: the scenario looks in the wrong place, or nobody shows them."""
    by_name: dict[str, list[_Story]] = {}
    for each in stories:
        by_name.setdefault(each.operation.name, []).append(each)
    for name, some in sorted(by_name.items()):
        if not any(each.was_read for each in some):
            return f"no state of {name} could be read ({some[0].operation.detail}): correct its until"
    return ""


def _moved(story: _Story) -> Violation:
    end, moved = story.end, story.moved
    assert end is not None and moved is not None  # noqa: S101, PT018 - the caller looked
    what = f"was {end.state} at {seconds(end.at_s)}, is {moved.state} at {seconds(moved.at_s)}"
    return Violation(moved.at_s, story.operation.operation_id, what)


def _late(story: _Story) -> Violation:
    operation, within = story.operation, seconds(story.within_s)
    if story.end is not None:
        what = f"{story.end.state} only {seconds(story.end.at_s - operation.finished_s)} after it was taken on"
    else:
        read = [each for each in operation.states_seen if each.means != Outcome.UNKNOWN]
        what = f"still {read[-1].state} after {within}" if read else operation.detail
    return Violation(operation.finished_s + story.within_s, operation.operation_id, what)
