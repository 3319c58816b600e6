"""Whoever follows the tutorial, and nothing else, comes from nothing to red to green."""

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.support.commands import Ended, brownout_here
from tests.support.written import FENCED

PAGE = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = FENCED.findall(PAGE)
ELSEWHERE = re.compile(r"--mode real|^brownout gate ")
"""Takes a minute; and the gate is run as it stands there in `test_commands.py`."""
SHOWN = re.compile(r"^([✓✗?]) (.+?)  +(\S.*)$", re.MULTILINE)


class Reader:
    """Does what the page says, block by block, and keeps what was answered to the last command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ended: list[Ended] = []
        self.compared = 0

    def read(self, language: str, text: str) -> None:
        if language == "python":
            self.write_code(text)
        elif language == "sh":
            for line in text.splitlines():
                if line.startswith("brownout ") and not ELSEWHERE.search(line):
                    self.ended.append(brownout_here(*shlex.split(line)[1:], cwd=self.folder))
        elif language == "yaml":
            self.write_target(text)
        else:
            self.compare(text)

    def write_code(self, text: str) -> None:
        path = self.folder / "shop.py"
        if not path.exists():
            path.write_text(text)
            return
        changed = text.strip()
        (old,) = [line.strip() for line in path.read_text().splitlines() if line.strip() == changed.replace(KEY, "")]
        path.write_text(path.read_text().replace(old, changed))

    def write_target(self, text: str) -> None:
        path = self.folder / "scenarios" / "stripe-lost-answers.yaml"
        path.write_text(re.sub(r"^target:\n(?:  .*\n)+", text, path.read_text(), flags=re.MULTILINE))
        self.ended.append(brownout_here("check", str(path), cwd=self.folder))
        assert "runs in virtual and real mode" in self.ended[-1].output

    def compare(self, text: str) -> None:
        if text.startswith(("✓", "✗")):
            newest = max((self.folder / "runs").glob("*/verdict.json"), key=lambda path: path.stat().st_mtime_ns)
            told = {each["title"]: each["observed"] for each in json.loads(newest.read_text())["expectations"]}
            for _, title, observed in SHOWN.findall(text):
                assert told[title] == observed
                self.compared += 1
            return
        assert [line for line in text.splitlines() if line not in self.ended[-1].output.splitlines()] == []
        self.compared += 1


KEY = ', {"idempotency_key": order.order_id}'


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how stripe calls httpx
def test_the_page_leads_from_nothing_to_red_to_green(tmp_path: Path) -> None:
    pytest.importorskip("fastapi")
    reader = Reader(tmp_path)
    for language, text in BLOCKS:
        reader.read(language, text)
    assert [ended.errors for ended in reader.ended] == [""] * len(reader.ended)
    # doctor, init, red, show, show, green, check
    assert [ended.exit_code for ended in reader.ended] == [0, 0, 1, 0, 0, 0, 0]
    assert reader.compared == 5
