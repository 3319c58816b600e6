"""`brownout compare`, typed."""

import json
import shutil
from pathlib import Path

import pytest

from brownout_reports.run_folder import RunFolder
from tests.support.commands import Ended, brownout_here

Shops = dict[str, RunFolder]


def compare(folder: Path, *arguments: str) -> Ended:
    return brownout_here("compare", *arguments, cwd=folder)


def test_two_runs_are_compared_and_a_page_is_written(shops: Shops, tmp_path: Path) -> None:
    names = [str(shops[name].path) for name in ("usual", "no-retries")]
    ended = compare(tmp_path, *names)
    assert ended.exit_code == 0, ended.errors
    assert "A  passed shop (virtual, seed 3)" in ended.output
    assert "! A and B ran different versions of the scenario: what differs is policies" in ended.output
    assert "operations went differently in B than in A" in ended.output
    (page,) = (tmp_path / "runs").iterdir()
    assert page.name.endswith("-comparison.html")
    assert f"page   runs/{page.name}" in ended.output
    assert page.read_text().startswith("<!doctype html>")


def test_json_is_all_there_is_and_no_page_unless_it_is_asked_for(shops: Shops, tmp_path: Path) -> None:
    ended = compare(tmp_path, str(shops["usual"].path), str(shops["other-seed"].path), "--json")
    assert ended.exit_code == 0, ended.errors
    assert json.loads(ended.output)["remarks"] == ["A and B differ in the seed: 3, 4"]
    assert not list(tmp_path.iterdir())


def test_an_inconclusive_run_is_said_and_is_the_exit_code(shops: Shops, tmp_path: Path) -> None:
    unsure = tmp_path / "unsure"
    shutil.copytree(shops["again"].path, unsure)
    verdict = json.loads((unsure / "verdict.json").read_text()) | {"verdict": "inconclusive", "reasons": ["late"]}
    (unsure / "verdict.json").write_text(json.dumps(verdict))
    ended = compare(tmp_path, str(shops["usual"].path), "unsure", "--json")
    assert ended.exit_code == 3
    told = json.loads(ended.output)
    assert (told["is_sound"], told["unsound"]) == (False, ["B is inconclusive: late"])


def test_a_damaged_run_is_bad_input_and_nothing_is_written(shops: Shops, tmp_path: Path) -> None:
    usual = str(shops["usual"].path)
    for file, said in (
        ("ledger.parquet", "cannot be read"),
        ("evidence.json", "not evidence"),
        ("verdict.json", "not a"),
    ):
        broken = tmp_path / file.partition(".")[0]
        shutil.copytree(shops["again"].path, broken)
        (broken / file).write_text("{}")
        ended = compare(tmp_path, usual, broken.name, "--out", "page.html")
        assert (ended.exit_code, said in ended.error) == (2, True), ended.error
        assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["usual"], "name 2 to 8 run folders"),
        (["usual", "nowhere"], "there is no such folder"),
        (["usual", "again", "--out", "taken.txt"], "name a file that ends in .html"),
        (["usual", "again", "--out", "taken.txt/page.html"], "name a file that can be written"),
    ],
)
def test_bad_input_is_one_line(shops: Shops, tmp_path: Path, arguments: list[str], told: str) -> None:
    (tmp_path / "taken.txt").write_text("mine")
    ended = compare(tmp_path, *(str(shops[each].path) if each in shops else each for each in arguments))
    assert (ended.exit_code, told in ended.error) == (2, True), ended.errors
    assert (tmp_path / "taken.txt").read_text() == "mine"
