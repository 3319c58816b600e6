"""Everything that can be expected, and every reason not to judge, is explained."""

import importlib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from brownout_harness.judging.evidence import INCOMPLETE_LEDGER, GapKind
from brownout_harness.judging.expectations import EXPECTATIONS
from brownout_harness.judging.expectations.latency import MINIMUM_FOR
from brownout_scenarios.grammar import key_of

DOCS = Path(__file__).parents[2] / "docs"
EXPECTED = (DOCS / "expectations.md").read_text(encoding="utf-8")
VERDICTS = (DOCS / "verdicts.md").read_text(encoding="utf-8")


FOR_SEVERAL = {"group": "\n## One group of users\n"}
"""Parameters that mean the same of every expectation that has them, and the section that says what."""


def section(name: str) -> str:
    return EXPECTED.split(f"\n## `{name}`\n", 1)[1].split("\n## ", 1)[0]


def row(name: str) -> list[str]:
    line = next(line for line in EXPECTED.splitlines() if line.startswith(f"| [`{name}`](#{name})"))
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("name", EXPECTATIONS)
def test_every_expectation_has_its_section_with_every_parameter(name: str) -> None:
    kind: Any = EXPECTATIONS[name]
    keys = [key_of(each.name) for each in fields(kind) if each.name not in FOR_SEVERAL]
    assert [key for key in keys if f"`{key}`" not in section(name) and f"{key}:" not in section(name)] == []


@pytest.mark.parametrize(("key", "heading"), FOR_SEVERAL.items())
def test_what_means_the_same_for_several_is_explained_once(key: str, heading: str) -> None:
    assert f"`{key}: " in EXPECTED.split(heading, 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize("name", EXPECTATIONS)
def test_the_table_says_what_the_code_does(name: str) -> None:
    _, _, needs, proven = row(name)
    assert proven == ("yes" if EXPECTATIONS[name].LEDGER_PROVES else "no")
    module = importlib.import_module(EXPECTATIONS[name].__module__)
    minimum = next(
        (value for key, value in vars(module).items() if key.startswith("MINIMUM_O") or key == "MINIMUM_ANSWERS"), None
    )
    assert minimum is None or str(minimum) in needs


def test_the_samples_of_each_quantile_are_told() -> None:
    assert all(f"{count} (p{q * 100:g})" in row("latency")[2] for q, count in MINIMUM_FOR.items())


def test_every_gap_is_explained_and_what_it_does_to_proof() -> None:
    for kind in GapKind:
        line = next(line for line in VERDICTS.splitlines() if line.startswith(f"| `{kind}` |"))
        assert line.endswith("| no |" if kind in INCOMPLETE_LEDGER else "| yes |")
