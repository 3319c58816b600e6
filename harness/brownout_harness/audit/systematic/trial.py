"""One scenario, run in this process with whatever has been put into it: what the verdict is, and what the run left."""

from typing import NamedTuple


class Heard(NamedTuple):
    """What one run came to. Plain data: it crosses from a process that imports everything anew."""

    scenario: str
    status: str
    """passed, failed, inconclusive; or `none`: it came to no verdict."""
    by: str
    """The first expectation that failed; of a run without a verdict the kind of error."""
    observed: str
    left: str
    """A digest of all that the run handed to the judge: equal where nothing that was looked at was different."""

    @property
    def is_noticed(self) -> bool:
        """Red, or nothing to judge."""
        return self.status in {"failed", "none"}


def try_out(scenario: str) -> Heard:
    """The same code, scenario and seed: the same answer."""
    from brownout_harness.running.execute import judged, run_virtually_for
    from brownout_reports.run_folder import Status

    try:
        checked, inputs = run_virtually_for(scenario)
        judgement = judged(checked, inputs)
    except Exception as error:  # noqa: BLE001
        return Heard(scenario, "none", type(error).__name__, _short(str(error)), "")
    failed = [each for each in judgement.results if each.status is Status.FAILED]
    if failed:
        return Heard(scenario, "failed", failed[0].name, _short(failed[0].observed), "")
    return Heard(scenario, judgement.status.value, "", _short("; ".join(judgement.reasons[:1])), inputs.digest()[:16])


def _short(text: str) -> str:
    return " ".join(text.split())[:200]
