"""The target's processes hold so much memory, and do not hold more and more of it."""

from dataclasses import dataclass
from typing import ClassVar, Final

from brownout_harness.judging.evidence import WHOLE_RUN, Evidence
from brownout_harness.judging.expectations.base import require
from brownout_harness.judging.expectations.held import Bounds, Measure, judge_held
from brownout_reports.run_folder import ExpectationResult

MEMORY: Final = Measure("memory", "MB", 1_000_000, 1, lambda sample: sample.resident_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryBounded:
    """Each process of the target holds at most so much memory, and grows by at most so much a minute."""

    NAME: ClassVar[str] = "memory_bounded"
    LEDGER_PROVES: ClassVar[bool] = False
    NEEDS_MEMORY: ClassVar[bool] = True

    process: str = ""
    """`gateway.1`; left out: each."""
    during: str = WHOLE_RUN
    """A phase; left out: the whole run. What a process takes until it is warm counts as growth."""
    at_most_mb: float | None = None
    """Megabytes of a million bytes, resident, with all that the process has started."""
    grows_at_most_mb: float | None = None
    """So many a minute."""

    def __post_init__(self) -> None:
        bounds = [each for each in (self.at_most_mb, self.grows_at_most_mb) if each is not None]
        require(bool(bounds), "memory_bounded needs at_most_mb, grows_at_most_mb, or both")
        require(all(each > 0 for each in bounds), "memory_bounded at_most_mb and grows_at_most_mb must be above 0")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        bounds = Bounds(self.at_most_mb, self.grows_at_most_mb)
        return judge_held(self, evidence, MEMORY, bounds, process=self.process, during=self.during)
