"""The sample shop passes in virtual time on each framework that it is written for, as its page says."""

import importlib.util
import shutil
from pathlib import Path

import pytest

from brownout_harness.running.execute import judged
from brownout_harness.running.orders import checked_scenario
from brownout_harness.virtual.runner import run_virtual
from brownout_reports.run_folder import Status
from tests.support.absent import unpublished

FOLDER = Path(__file__).parents[2] / "docs" / "samples" / "asgi_shop"


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how stripe calls httpx
@pytest.mark.parametrize(
    ("framework", "where"),
    [
        ("aiohttp", "on_aiohttp:make_app()"),
        ("fastapi", "shop:app"),
        ("starlette", "on_starlette:app"),
        ("quart", "on_quart:app"),
    ],
)
def test_the_shop_charges_each_order_once_though_answers_are_lost(tmp_path: Path, framework: str, where: str) -> None:
    if importlib.util.find_spec(framework) is None:
        unpublished(f"{framework} is not installed: pip install {framework}")
    folder = shutil.copytree(FOLDER, tmp_path / "shop")
    path = folder / "stripe-lost-answers.yaml"
    text = (
        path.read_text(encoding="utf-8").replace("rate: 50/s", "rate: 12/s").replace("asgi: shop:app", f"asgi: {where}")
    )
    path.write_text(text, encoding="utf-8")
    scenario = checked_scenario(str(path), "virtual", None)
    inputs = run_virtual(scenario)
    judgement = judged(scenario, inputs)
    assert judgement.status is Status.PASSED, judgement.reasons
    assert inputs.fault_counts["losing.1"].struck > 30
