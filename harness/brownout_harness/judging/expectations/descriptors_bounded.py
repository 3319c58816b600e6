"""The target's processes have so many files and sockets open, and do not open more and more of them."""

from dataclasses import dataclass
from typing import ClassVar, Final

from brownout_harness.judging.evidence import WHOLE_RUN, Evidence
from brownout_harness.judging.expectations.base import require
from brownout_harness.judging.expectations.held import Bounds, Measure, judge_held
from brownout_reports.run_folder import ExpectationResult

DESCRIPTORS: Final = Measure("descriptors", "open descriptors", 1, 0, lambda sample: sample.descriptors)


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptorsBounded:
    """Each process of the target has at most so many descriptors open, and at most so many more a minute."""

    NAME: ClassVar[str] = "descriptors_bounded"
    LEDGER_PROVES: ClassVar[bool] = False
    NEEDS_MEMORY: ClassVar[bool] = True

    process: str = ""
    """`gateway.1`; left out: each."""
    during: str = WHOLE_RUN
    """A phase; left out: the whole run. What a pool opens until it is full counts as growth."""
    at_most: int | None = None
    """Files, sockets and pipes that are open, with all that the process has started."""
    grows_at_most: float | None = None
    """So many a minute."""

    def __post_init__(self) -> None:
        bounds = [each for each in (self.at_most, self.grows_at_most) if each is not None]
        require(bool(bounds), "descriptors_bounded needs at_most, grows_at_most, or both")
        require(all(each > 0 for each in bounds), "descriptors_bounded at_most and grows_at_most must be above 0")

    def judge(self, evidence: Evidence) -> ExpectationResult:
        bounds = Bounds(self.at_most, self.grows_at_most)
        return judge_held(self, evidence, DESCRIPTORS, bounds, process=self.process, during=self.during)
