"""docs/faults.md has a row for every fault and every action, and each line of YAML on it can be written."""

import json
import re
from pathlib import Path

import pytest

from brownout_harness.faults import KINDS
from brownout_harness.faults.links import LINKS
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.load import load_text
from brownout_scenarios.phases import VERBS
from brownout_scenarios.vocabulary import RULE_OWN
from brownout_simulators.faults.codec import fields_of
from brownout_simulators.faults.rule import Rule

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROWS = [line.split(" | ") for line in TEXT.splitlines() if line.startswith("| `")]
WRITTEN = [cell.strip("`") for row in ROWS for cell in row if cell.startswith("`{") and cell.endswith("}`")]

SCENARIO = """\
name: one-fault
about: One line of the page.
workload:
  arrivals: {rate: 4/s}
  operations: [{name: pay}]
phases:
  - {name: steady, for: 60s}
  - name: outage
    for: 60s
    FIELD: [LINE]
expect: [no_secrets]
"""
RECORDED = {"brownout_profile": 1, "routes": [{"vendor": "stripe", "route": "GET /v1/balance", "latency_ms": [3.0]}]}
ACTION = re.compile(r"\{(at: \d+s, )?(" + "|".join(VERBS) + r"):")


def rows_of(heading: str) -> list[str]:
    """What the rows below a heading are called."""
    below = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)`", below, flags=re.MULTILINE)


def test_every_kind_inside_a_vendor_has_a_row() -> None:
    inside = [name for name, kind in KINDS.items() if kind.layer == "vendor"]
    assert set(rows_of("Inside the vendor")) == set(inside)


def test_every_fault_of_a_link_has_a_row() -> None:
    assert set(rows_of("On the wire")) == set(LINKS)


def test_every_action_has_a_row() -> None:
    assert set(rows_of("In the machine")) == set(VERBS)


def test_whatever_says_whom_a_fault_strikes_has_a_row() -> None:
    selecting = {name for name in fields_of(Rule) if name not in RULE_OWN} - {"sequence_per"}
    assert set(rows_of("Whom, and when")) == selecting | {"window", "vendors"}


def test_every_row_says_how_it_is_written_and_what_it_looks_like() -> None:
    assert [row[0] for row in ROWS if not any("{" in cell for cell in row)] == []
    assert [row[0] for row in ROWS if not row[-1].strip(" |")] == []
    assert [link for link in re.findall(r"\]\((http[^)]*)\)", TEXT) if not link.startswith("https://")] == []


@pytest.mark.parametrize("line", WRITTEN)
def test_every_line_of_yaml_is_one_that_a_scenario_takes(line: str, tmp_path: Path) -> None:
    field = "actions" if ACTION.match(line) else "faults"
    file = tmp_path / "one.yaml"
    (tmp_path / "measured.csv").write_text("took_ms\n120\n340\n")
    (tmp_path / "measured.json").write_text(json.dumps(RECORDED))
    scenario = load_text(SCENARIO.replace("FIELD", field).replace("LINE", line), vocabulary(), path=file)
    assert len(scenario.placed_faults()) + len(scenario.actions()) >= 1
