"""What is tried for real: `smoke.yaml`, beside this file."""

from functools import cache
from pathlib import Path

import yaml


def parts() -> list[str]:
    """Known-bad parts, each on a scenario: `MUTANT/SCENARIO`."""
    return _listed()["parts"]


def scenarios() -> list[str]:
    """Of the library."""
    return _listed()["scenarios"]


@cache
def _listed() -> dict[str, list[str]]:
    listed: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return listed
