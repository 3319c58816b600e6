"""What the README shows of a run is what that run says."""

import re
from pathlib import Path

import pytest

from brownout_harness.running.execute import judged_virtually
from brownout_reports.run_folder import Status

README = Path(__file__).parents[2] / "README.md"
SHOWN = re.compile(r"^✓ (.+?)  +(\S.*)$", flags=re.MULTILINE)


@pytest.mark.thorough
def test_the_verdict_in_the_readme_is_the_verdict_of_the_run() -> None:
    shown = SHOWN.findall(README.read_text(encoding="utf-8"))
    assert len(shown) >= 5
    judgement = judged_virtually("stripe-brownout", seed=7)
    assert judgement.status is Status.PASSED
    told = {result.title: result.observed for result in judgement.results}
    for title, observed in shown:
        assert told.get(title) == observed, f"{title}: the run says {told.get(title)!r}"
