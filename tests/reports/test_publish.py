"""Everything that a run leaves, in one folder."""

from pathlib import Path

from brownout_reports.publish import publish
from brownout_reports.run_folder import read
from tests.support.verdicts import a_run


def test_a_run_leaves_its_summary_and_its_test_results_beside_its_tables(tmp_path: Path) -> None:
    run = a_run(tmp_path / "one")
    path = publish(run, files={"report.html": "<!doctype html>"})
    assert {"junit.xml", "summary.md", "report.html", "verdict.json"} <= {each.name for each in path.iterdir()}
    assert read(path).verdict == run.verdict


def test_the_same_run_leaves_the_same_bytes(tmp_path: Path) -> None:
    folders = [publish(a_run(tmp_path / name)) for name in ("a", "b")]
    for first in sorted(folders[0].iterdir()):
        if first.is_file():
            assert first.read_bytes() == (folders[1] / first.name).read_bytes(), first.name
