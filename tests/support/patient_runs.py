"""Real runs on a machine that may be too busy for them."""

from collections.abc import Callable
from typing import Final

from brownout_harness.judging.evidence import GapKind
from brownout_harness.judging.judge import GAP_WORDS
from brownout_reports.run_folder import Status, Verdict

TRIES: Final = 3
BUSY: Final = (GAP_WORDS[GapKind.FELL_BEHIND], GAP_WORDS[GapKind.STALLED])


def patiently(run: Callable[[int], Verdict]) -> Verdict:
    """The verdict of a run that the harness kept pace with. Where it did not, it says nothing of the target, and is
    made again; `run` gets the number of the try."""
    for number in range(TRIES):
        verdict = run(number)
        if not _was_too_busy(verdict):
            break
    return verdict


def _was_too_busy(verdict: Verdict) -> bool:
    return verdict.verdict is Status.INCONCLUSIVE and any(reason.startswith(BUSY) for reason in verdict.reasons)
