"""What the vendors tell the target is taken by it, in the end."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, Final, NamedTuple

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.base import Violation, Wording, counted, require
from brownout_reports.rows import DeliveryRow
from brownout_reports.run_folder import ExpectationResult
from brownout_reports.tables import Rows

GONE: Final = 410
MINIMUM_ATTEMPTS: Final = 10
"""So many answers of 5xx, and no other, are no passing trouble."""


class _Story(NamedTuple):
    """All attempts to deliver one notice to one receiver."""

    attempts: tuple[DeliveryRow, ...]

    @property
    def last(self) -> DeliveryRow:
        return self.attempts[-1]

    @property
    def is_taken(self) -> bool:
        return any(200 <= each.status < 300 for each in self.attempts)

    @property
    def is_refused(self) -> bool:
        """For good: by a 4xx to the vendor's last attempt, or once by 410."""
        last = self.last
        return not self.is_taken and (last.status == GONE or (last.is_last and 400 <= last.status < 500))

    @property
    def is_lost(self) -> bool:
        """The vendor has given up, and the target had never said no."""
        return self.last.is_last and not self.is_taken and not self.is_refused

    @property
    def is_open(self) -> bool:
        return not (self.is_taken or self.is_refused or self.is_lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesTaken:
    """Each notice that a vendor sent to a receiver of the scenario's `notices`, and that no fault forged, was answered
    2xx, or refused for good."""

    NAME: ClassVar[str] = "notices_taken"
    LEDGER_PROVES: ClassVar[bool] = True
    NEEDS_NOTICES: ClassVar[bool] = True

    vendor: str = ""
    """Default: every vendor with a receiver."""
    refused_at_most: int | None = None
    """So many genuine notices may be refused for good; left out: they are told and not judged."""

    def __post_init__(self) -> None:
        require(
            self.refused_at_most is None or self.refused_at_most >= 0,
            f"notices_taken refused_at_most must not be negative, got {self.refused_at_most}",
        )

    def judge(self, evidence: Evidence) -> ExpectationResult:
        """Deliveries and answers stand in the vendors' own books. A forged notice is there to be refused."""
        most = "" if self.refused_at_most is None else f", at most {self.refused_at_most} of them the latter"
        wording = Wording(self, f"each notice taken, or refused for good{most}")
        vendors = [self.vendor] if self.vendor else list(evidence.notified_by)
        stories = [story for vendor in vendors for story in _stories(evidence, vendor)]
        if not stories:
            return wording.inconclusive("no notice was sent")
        taken = [each for each in stories if each.is_taken]
        refused = [each for each in stories if each.is_refused]
        open_ = [each for each in stories if each.is_open]
        wrong = [each for each in stories if each.is_lost]
        answers = [each.status for story in stories for each in story.attempts]
        if len(answers) >= MINIMUM_ATTEMPTS and min(answers) >= 500:
            wrong = stories  # it takes none: whether the vendor still tries does not matter
        observed = _observed(stories, wrong)
        if wrong:
            return wording.failed(observed, map(_lost, wrong))
        if self.refused_at_most is not None and len(refused) > self.refused_at_most:
            return wording.failed(observed, map(_lost, refused))
        if not taken:
            return wording.inconclusive(f"{observed}; it took none: correct notices.to, or its signing secret")
        if open_:
            cure = "shrink the vendor's schedule with notices.time_scale"
            return wording.inconclusive(f"{observed}; of {len(open_)} the vendor still tries again: {cure}")
        return wording.passed(observed)


def _stories(evidence: Evidence, vendor: str) -> Iterator[_Story]:
    rows = evidence.deliveries_of.get(vendor, Rows.none(DeliveryRow))
    genuine = sorted((each for each in rows if not each.is_forged), key=lambda each: (each.delivery, each.attempt))
    for _, attempts in groupby(genuine, key=lambda each: each.delivery):
        yield _Story(tuple(attempts))


def _observed(stories: list[_Story], wrong: list[_Story]) -> str:
    """`40 notices: 37 taken, 2 refused for good, 1 never taken`."""
    counts = {
        "taken": sum(each.is_taken for each in stories),
        "refused for good": sum(each.is_refused for each in stories),
        "never taken": sum(each.is_lost for each in stories),
        "still tried": sum(each.is_open for each in stories),
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    every = f"; answered {_statuses(wrong)} to every attempt" if len(wrong) == len(stories) else ""
    return f"{counted(len(stories), 'notice')}: {told}{every}"


def _statuses(stories: list[_Story]) -> str:
    statuses = sorted({each.status for story in stories for each in story.attempts})
    return ", ".join(str(status) if status else "nothing" for status in statuses)


def _lost(story: _Story) -> Violation:
    last, tries = story.last, counted(len(story.attempts), "attempt")
    return Violation(last.finished_s, last.operation_id, f"{last.vendor} {last.type}: {_statuses([story])} to {tries}")
