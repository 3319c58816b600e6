"""`brownout load`: a scenario at another rate, by several workers, with its verdict; what cannot be is one line."""

import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from brownout_reports.run_folder import Status, Verdict
from tests.support.commands import brownout, brownout_here
from tests.support.patient_runs import patiently
from tests.support.shop_scenario import write_shop


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--rate", "300"), "--rate: 300 has no unit: write 300/s or 300/m"),
        (("--for", "1 day"), "--for: '1 day' is not a duration: write 250ms, 30s, 1.5m or 1h"),
        (("--for", "2s"), "--for 2s is too short: all phases but steady take 2s"),
        (("--for", "7h"), "phases: last 25200s in all; at most 21600s"),
        (("--workers", "65"), "less than or equal to 64"),
    ],
)
def test_what_cannot_be_is_one_line_before_anything_starts(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    ended = brownout_here("load", str(write_shop(tmp_path)), *options, cwd=tmp_path)
    assert ended.exit_code == 2
    assert said in ended.error
    assert not (tmp_path / "runs").exists()


@pytest.mark.real
def test_two_workers_make_the_load_at_the_rate_that_was_said(tmp_path: Path) -> None:
    write_shop(tmp_path)

    def run(number: int) -> Verdict:
        options = ["--rate", "40/s", "--for", "3s", "--workers", "2", "--soak", "--out", f"run-{number}", "--json"]
        told = json.loads(brownout("load", "shop.yaml", *options, cwd=tmp_path).output)
        return Verdict.model_validate({name: told[name] for name in Verdict.model_fields})

    verdict = patiently(run)
    assert verdict.verdict is Status.PASSED, verdict.reasons
    assert verdict.command == "brownout load shop.yaml --seed 3 --workers 2 --soak --rate 40/s --for 3s"
    assert "40/s in place of 20/s: every rate of the scenario is multiplied by 2" in verdict.notes
    assert "steady lasts 1s in place of 2s" in verdict.notes
    assert Counter(note.partition(":")[0] for note in verdict.notes)["load.2"] >= 1
    assert verdict.duration_s >= 3.0
    assert any(note.startswith("nothing is demanded of memory") for note in verdict.notes)
    held = {each.process: each for each in verdict.held}
    assert held.keys() >= {"target", "simulator-stripe", "load", "load.1", "load.2", "redis"}
    assert all(min(each.resident_bytes) > 0 and min(each.descriptors) > 0 for each in held.values())  # type: ignore[type-var, operator]
    folder = max(tmp_path.glob("run-*"))
    operations = pl.read_parquet(folder / "operations.parquet")
    assert operations["operation_id"].n_unique() == operations.height
    assert 3 * 40 * 0.6 < operations.height < 3 * 40 * 1.4
    assert "for: 1s" in (folder / "scenario.yaml").read_text()
    report = (folder / "report.html").read_text()
    assert "memory, MB" in report
    assert "open descriptors" in report
