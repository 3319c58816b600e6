"""Somebody's first files."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.beginning.first_files import ENVIRONMENT, WORKFLOWS, Application, first_files, write_all
from brownout_harness.problems import BadInput
from brownout_harness.running.orders import runnable
from brownout_simulators.vendors import VENDORS
from tests.support.examples import examples

SHOP = Application(
    vendors=["stripe"],
    command="node server.js --port $PORT",
    asked="POST /checkout",
    body='{"amount": "{{amount}}"}',
    id_at="body:order_id",
)


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("how", [{"command": "node server.js"}, {"command": "", "asgi": "shop:app"}])
def test_what_is_written_for_any_vendor_can_be_run(vendor: str, how: dict[str, str], tmp_path: Path) -> None:
    files = first_files(replace(SHOP, vendors=[vendor], **how))
    write_all(tmp_path, files)
    scenario, modes = runnable(str(tmp_path / "scenarios" / f"{vendor}-lost-answers.yaml"))
    assert modes == (("real",) if how["command"] else ("virtual",))
    assert scenario.target_folder == tmp_path.resolve(), "the application, not the scenarios"
    assert scenario.name == f"{vendor}-lost-answers"


@examples(30)
@given(
    words=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1), min_size=1, max_size=3),
    path=st.from_regex(r"/[a-z/-]{0,12}", fullmatch=True),
)
def test_whatever_the_owner_says_is_said_in_the_scenario_or_refused(words: list[str], path: str) -> None:
    import shlex

    of = replace(SHOP, command=shlex.join(words), asked=f"PUT {path}", body='{"a": {"b": [1, "x: y"]}}')
    told: Any = yaml.safe_load(next(iter(first_files(of).values())))
    assert told["target"]["command"] == [word.replace("$PORT", "{{port}}") for word in words]
    (operation,) = told["workload"]["operations"]
    assert (operation["method"], operation["path"], operation["body"]) == ("PUT", path, {"a": {"b": [1, "x: y"]}})


def test_the_environment_is_where_up_serves() -> None:
    text = first_files(replace(SHOP, vendors=["stripe", "twilio"]))[ENVIRONMENT]
    assert "STRIPE_API_BASE=http://127.0.0.1:12111\n" in text
    assert "TWILIO_API_BASE=http://127.0.0.1:12112\n" in text


@pytest.mark.parametrize("ci", WORKFLOWS)
def test_the_workflow_runs_the_gate_in_the_mode_that_the_application_can_be_run_in(ci: str) -> None:
    for_real = first_files(replace(SHOP, ci=ci))[WORKFLOWS[ci]]
    virtual = first_files(replace(SHOP, ci=ci, command="", asgi="shop:app"))[WORKFLOWS[ci]]
    assert "brownout gate scenarios/ --mode real" in for_real
    assert "brownout gate scenarios/" in virtual
    assert "--mode" not in virtual
    assert yaml.safe_load(for_real)
    assert "@" not in for_real.replace("@v", "")
    assert not set(first_files(replace(SHOP, ci="none"))) & set(WORKFLOWS.values())


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"vendors": []}, "name at least one"),
        ({"vendors": ["strpe"]}, "stripe"),
        ({"asked": "checkout"}, "write a method and a path"),
        ({"id_at": "order_id"}, "write body:FIELD or header:NAME"),
        ({"body": "{"}, "--body: no JSON"),
        ({"leaves": "stripe.charges"}, "stripe has stripe.charge"),
        ({"asgi": "shop:app"}, "one of the two"),
        ({"command": ""}, "one of the two"),
    ],
)
def test_what_cannot_be_a_scenario_is_one_line(said: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        first_files(replace(SHOP, **said))


def test_nothing_is_overwritten_and_then_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / ENVIRONMENT).write_text("mine")
    with pytest.raises(BadInput, match=r"\.env\.brownout: there already"):
        write_all(tmp_path, first_files(SHOP))
    assert [each.name for each in tmp_path.iterdir()] == [ENVIRONMENT.name]
    assert (tmp_path / ENVIRONMENT).read_text() == "mine"
