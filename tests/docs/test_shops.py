"""The sample shops do what their pages say: each of their scenarios passes, and with a key per try fails."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from brownout_harness.real.runner import run_real
from brownout_harness.running.execute import judged
from brownout_harness.running.orders import checked_scenario
from brownout_reports.run_folder import Status
from tests.conformance.running import ROOT
from tests.conformance.suites import HERE
from tests.support.absent import absent, unpublished

pytestmark = pytest.mark.real

SAMPLES = ROOT / "docs" / "samples"
SWITCH = "KEY_PER_TRY"
SHOPS = ("node_shop", "fastapi_shop", "go_shop")
SCENARIOS = ("lost-answers", "turned-away", "killed")


def ready_to_start(shop: str, folder: Path) -> Path:
    """A copy of the shop with what its page says to install."""
    copy = shutil.copytree(
        SAMPLES / shop, folder / shop, ignore=shutil.ignore_patterns("node_modules", ".venv", "shop")
    )
    if shop == "node_shop":
        modules = Path(os.environ.get("BROWNOUT_NODE_MODULES") or HERE / "node_modules")
        if shutil.which("node") is None or not (modules / "express").is_dir():
            absent("no Express and SDKs for Node: have node and npm on the path, then `make sdks`")
        (copy / "node_modules").symlink_to(modules)
    elif shop == "fastapi_shop":
        python = Path(os.environ.get("BROWNOUT_SDK_PYTHON") or ROOT / ".venv-sdks" / "bin" / "python")
        if not (python.with_name("uvicorn")).is_file():
            absent("no FastAPI and SDKs for Python: `make sdks`")
        (copy / ".venv").symlink_to(python.parents[1])
    return copy


def outcome(path: Path, work: Path) -> tuple[Status, set[str]]:
    """The verdict, and the expectations that failed."""
    scenario = checked_scenario(str(path), "real", None)
    judgement = judged(scenario, run_real(scenario, work=work))
    return judgement.status, {each.name for each in judgement.results if each.status is Status.FAILED}


def shortened(path: Path) -> Path:
    """The same with shorter phases, and without what their samples are then too few for."""
    text = re.sub(r"(name: (?:steady|recovery), for:) \ds", r"\1 1s", path.read_text(encoding="utf-8"))
    text = re.sub(r"for: 6s", "for: 4s", text)
    path.write_text("\n".join(line for line in text.splitlines() if "during: steady" not in line), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("shop", "wrong"),
    [("node_shop", ""), ("node_shop", "1"), ("fastapi_shop", "")],
    ids=["node", "node-wrong", "fastapi"],
)
def test_a_lost_answer_is_no_second_charge_but_for_who_makes_a_key_per_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shop: str, wrong: str
) -> None:
    monkeypatch.setenv(SWITCH, wrong)
    path = shortened(ready_to_start(shop, tmp_path) / "lost-answers.yaml")
    expected = (Status.FAILED, {"exactly_once"}) if wrong else (Status.PASSED, set())
    assert outcome(path, tmp_path / "work") == expected


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("shop", SHOPS)
def test_each_scenario_of_each_shop_passes_as_published(tmp_path: Path, shop: str, scenario: str) -> None:
    folder = ready_to_start(shop, tmp_path)
    if shop == "go_shop":
        build(folder)
    assert outcome(folder / f"{scenario}.yaml", tmp_path / "work") == (Status.PASSED, set())


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["lost-answers", "killed"])
@pytest.mark.parametrize("shop", SHOPS)
def test_each_shop_with_a_key_per_try_charges_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shop: str, scenario: str
) -> None:
    monkeypatch.setenv(SWITCH, "1")
    folder = ready_to_start(shop, tmp_path)
    if shop == "go_shop":
        build(folder)
    assert outcome(folder / f"{scenario}.yaml", tmp_path / "work") == (Status.FAILED, {"exactly_once"})


def build(folder: Path) -> None:
    """As its page says. Its module comes from Go's proxy, or from where it was kept."""
    go = shutil.which("go")
    if go is None:
        unpublished("no Go on the path")
    built = subprocess.run([go, "build", "-o", "shop", "."], cwd=folder, capture_output=True, text=True, check=False)
    if "dial tcp" in built.stderr or "lookup" in built.stderr:
        unpublished("Go's modules are out of reach")
    assert built.returncode == 0, built.stderr


@pytest.mark.parametrize("name", ["express", "openai", "stripe", "twilio"])
def test_the_shop_on_node_asks_for_what_is_tried_here(name: str) -> None:
    asked, tried = (json.loads((folder / "package.json").read_text()) for folder in (SAMPLES / "node_shop", HERE))
    assert asked["dependencies"][name] == tried["dependencies"][name]


def test_the_shop_on_fastapi_asks_for_what_is_tried_here() -> None:
    asked = (SAMPLES / "fastapi_shop" / "requirements.txt").read_text().split()
    assert set(asked) <= set((HERE / "requirements.txt").read_text().split())
