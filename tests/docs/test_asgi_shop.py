"""The sample shop on FastAPI passes in virtual time, as its page says."""

import importlib.util
from pathlib import Path

import pytest

from brownout_harness.running.execute import judged
from brownout_harness.running.orders import checked_scenario
from brownout_harness.virtual.runner import run_virtual
from brownout_reports.run_folder import Status
from tests.support.absent import unpublished

FOLDER = Path(__file__).parents[2] / "docs" / "samples" / "asgi_shop"


@pytest.mark.thorough
def test_the_shop_charges_each_order_once_though_answers_are_lost() -> None:
    if importlib.util.find_spec("fastapi") is None:
        unpublished("fastapi is not installed: pip install fastapi")
    scenario = checked_scenario(str(FOLDER / "stripe-lost-answers.yaml"), "virtual", None)
    inputs = run_virtual(scenario)
    judgement = judged(scenario, inputs)
    assert judgement.status is Status.PASSED, judgement.reasons
    assert inputs.fault_counts["losing.1"].struck > 200
