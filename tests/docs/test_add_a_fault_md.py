"""The recipe for a fault works as it is printed: one module and one line of the table."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from brownout_simulators.faults import FAULTS, FaultError, kinds
from tests.simulators.driving import Driver

RECIPE = Path(__file__).parents[2] / "docs" / "add-a-fault.md"


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recipe's module, and its line in the table."""
    text = RECIPE.read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    name, kind = re.findall(r'^"(\w+)": (\w+),$', text, re.MULTILINE)[0]
    module: Any = ModuleType("redirect")
    monkeypatch.setitem(sys.modules, "redirect", module)  # dataclasses look for their module
    exec(compile(code, str(RECIPE), "exec"), module.__dict__)  # noqa: S102
    monkeypatch.setattr(kinds, "FAULTS", {**FAULTS, name: getattr(module, kind)})


@pytest.mark.usefixtures("known")
def test_the_fault_of_the_recipe_strikes_and_is_booked() -> None:
    till = Driver({"match": "POST /v1/charges", "redirect": {"to": "http://127.0.0.1:1/"}})
    answer = till.send()
    assert (answer.status, answer.headers["location"]) == (307, "http://127.0.0.1:1/")
    assert "till-request" not in answer.headers
    assert (till.effects(), till.requests()[0]["faults"], till.struck()) == ([], ["r0"], 1)


@pytest.mark.usefixtures("known")
def test_the_fault_of_the_recipe_is_checked_and_written_as_any_other() -> None:
    rule = kinds.rule_from_json({"id": "r", "vendor": "till", "redirect": {"to": "/"}})
    assert rule.fault.layer == "vendor"
    assert kinds.rule_to_json(rule)["redirect"] == {"to": "/"}
    with pytest.raises(FaultError, match=r"redirect.status: 301, 302, 307 or 308, got 200"):
        kinds.rule_from_json({"id": "r", "vendor": "till", "redirect": {"to": "/", "status": 200}})


def test_the_recipe_is_under_a_page() -> None:
    assert len(RECIPE.read_text(encoding="utf-8").splitlines()) <= 70
