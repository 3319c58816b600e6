"""Each sample with a mistake is failed in the words that one would use for it, and passes without the mistake."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from brownout_harness.running.execute import execute
from brownout_harness.running.orders import Order, prepare
from brownout_reports.run_folder import Status, Verdict
from brownout_scenarios.target import Command
from tests.support.patient_runs import patiently

FOLDER = Path(__file__).parents[2] / "docs" / "samples" / "wrong"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
STAND_FOR_ALL = {"trusts_an_unreadable_200", "loses_the_queue_on_sigterm"}
"""An answer, and an end. Each is ten seconds of somebody's waiting, twice."""
TOLD = dict(
    re.findall(r"^\| `(\w+)` \|.*\| (.+) \|$", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
)


def test_every_mistake_is_told_and_has_its_corrected_twin() -> None:
    assert sorted(TOLD) == NAMES
    assert len(NAMES) == 14
    shops = {path.stem for path in FOLDER.glob("*.py")}
    assert shops == {"shop", *NAMES, *(f"{name}_corrected" for name in NAMES)}


def _order(name: str, out: Path) -> Order:
    (order,) = prepare([str(FOLDER / f"{name}.yaml")], mode="real", time="T", out=out)
    return order


def _corrected(order: Order, name: str) -> Order:
    """The same scenario, with the corrected shop."""
    target = order.scenario.target
    assert target is not None
    assert target.command == ("{{python}}", f"{name}.py")
    other = replace(target, command=Command(("{{python}}", f"{name}_corrected.py")))
    return replace(order, scenario=replace(order.scenario, target=other))


def _said(verdict: Verdict) -> str:
    failed = [result for result in verdict.expectations if result.status is Status.FAILED]
    return " ".join(f"{each.observed} {' '.join(case.what for case in each.cases)}" for each in failed)


@pytest.mark.real
@pytest.mark.parametrize(
    "name", [name if name in STAND_FOR_ALL else pytest.param(name, marks=pytest.mark.slow) for name in NAMES]
)
def test_the_mistake_is_called_by_its_name(name: str, tmp_path: Path) -> None:
    verdict = patiently(lambda number: execute(_order(name, tmp_path / f"run-{number}")).verdict)
    assert verdict.verdict is Status.FAILED, verdict.reasons
    for words in TOLD[name].split(", "):
        assert words in _said(verdict)


@pytest.mark.real
@pytest.mark.parametrize(
    "name", [name if name in STAND_FOR_ALL else pytest.param(name, marks=pytest.mark.slow) for name in NAMES]
)
def test_without_the_mistake_it_passes(name: str, tmp_path: Path) -> None:
    verdict = patiently(lambda number: execute(_corrected(_order(name, tmp_path / f"run-{number}"), name)).verdict)
    observed = [f"{each.title}: {each.observed}" for each in verdict.expectations if each.status is not Status.PASSED]
    assert verdict.verdict is Status.PASSED, [*verdict.reasons, *observed]
