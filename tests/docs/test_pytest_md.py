"""The examples of `docs/pytest.md` run, as they stand there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from brownout import Account

PAGE = (Path(__file__).parents[2] / "docs" / "pytest.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.real
def test_its_examples_pass(tmp_path: Path) -> None:
    assert len(EXAMPLES) == 4
    for number, example in enumerate(EXAMPLES):
        (tmp_path / f"test_example_{number}.py").write_text(example)
    plugins = ["-p", "no:brownout", "-p", "brownout_harness.pytest_plugin", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", str(tmp_path), *plugins]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "3 passed" in done.stdout, done.stdout


@pytest.mark.real
def test_without_what_it_says_one_may_not_leave_out_it_is_red(tmp_path: Path) -> None:
    (tmp_path / "test_red.py").write_text(EXAMPLES[0].replace("max_network_retries=2", "max_network_retries=0"))
    plugins = ["-p", "no:brownout", "-p", "brownout_harness.pytest_plugin", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", str(tmp_path), *plugins]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 failed" in done.stdout


def test_everything_that_an_account_has_is_on_the_page() -> None:
    public = {name for name in vars(Account) if not name.startswith("_")} - {"books", "check", "close", "problems"}
    assert [name for name in sorted(public) if f"`{name}" not in PAGE and f" {name}(" not in PAGE] == []
