"""The whole of it, on two scenarios and one module."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from brownout_harness.audit.systematic import show
from brownout_harness.audit.systematic.sources import SOURCES
from brownout_harness.audit.systematic.tally import tally
from brownout_harness.problems import BadInput
from tests.harness.audit.systematic.founds import KILLED, SURVIVED, named

BULKHEAD = "brownout_core.policies.bulkhead"
# In a process of its own, as it is meant to be: what is forked must not have used libraries that keep threads.
AUDIT = """
import sys
from pathlib import Path
from rich.console import Console
from brownout_harness.audit.systematic import show
from brownout_scenarios import library

library.names = lambda: ["places-taken", "openai-hangs"]
out, *before = map(Path, sys.argv[1:])
asked = show.Asked(sample=0.12, only=("brownout_core.policies.bulkhead",), baseline=before[0] if before else None)
sys.exit(show.audit_systematically(Console(width=160), "core", asked, out=out, workers=2))
"""


def audited(*paths: Path, code: int = 0) -> str:
    command = [sys.executable, "-c", AUDIT, *map(str, paths)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.real
def test_changes_are_found_or_not_and_a_second_time_they_are_known(tmp_path: Path) -> None:
    audited(tmp_path)
    report = tmp_path / "systematic-brownout_core.json"
    first = report.read_bytes()
    changes = json.loads(first)["changes"]
    fates = {each["change"]: (each["fate"], each["scenario"], each["by"]) for each in changes}
    full = "Bulkhead.try_enter: self._in_flight >= self._max_in_flight → self._in_flight > self._max_in_flight"
    assert fates[f"{BULKHEAD}:{full}"] == ("killed", "places-taken", "requests")
    assert {fate for fate, _, _ in fates.values()} == {"killed", "survived", "not covered"}

    # With what was found as a baseline each that was noticed costs one run, and nothing else is run.
    found, again = tmp_path / "baseline.tsv", tmp_path / "again"
    audited(again, found)
    assert (again / found.name).read_bytes() == found.read_bytes()
    assert not (again / "good-runs.json").exists()
    better = tmp_path / "better.tsv"
    better.write_text(
        found.read_text(encoding="utf-8").replace("survived\t\t", "killed\tplaces-taken\t"), encoding="utf-8"
    )
    fallen = audited(tmp_path / "fallen", better, code=1)
    assert "noticed before, and no longer" in fallen
    assert "is less than the" in fallen

    (tmp_path / "good-runs.json").write_text("no run is made any more", encoding="utf-8")
    assert f"{len(fates)} of {len(fates)} changes are known" in audited(tmp_path)
    assert report.read_bytes() == first


@pytest.mark.thorough
def test_a_sample_without_a_change_is_bad_input(tmp_path: Path) -> None:
    asked = show.Asked(sample=0.0001, only=("policies.bulkhead",))
    with pytest.raises(BadInput, match=r"no change of brownout_core is in policies.bulkhead"):
        show.audit_systematically(Console(), "core", asked, out=tmp_path)


def test_code_is_printed_as_it_stands() -> None:
    """It may hold what is markup elsewhere."""
    names = [f"part:f: {code}" for code in ("rows[i] → rows[j]", "path[/x] → path", "all[red] → all[blue]")]
    survived, killed = named(SURVIVED, names[0]), named(KILLED, names[1])
    reviewed = {killed.change: "nobody reads it", f"brownout_core.{names[2]}": "nobody reads it"}
    printed = io.StringIO()
    told = tally(SOURCES["core"], 1.0, [survived, killed], reviewed=reviewed, names=[])
    show.show(told, Console(file=printed, width=200))
    assert [name for name in names if name not in printed.getvalue()] == []
