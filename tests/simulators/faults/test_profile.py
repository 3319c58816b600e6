"""Latency as it was recorded: each call takes what its own route took."""

import json
from pathlib import Path
from typing import Any

import pytest

from brownout_simulators.faults import rule_from_json
from brownout_simulators.faults.fault import FaultError
from brownout_simulators.faults.latency import Latency
from brownout_simulators.faults.profile import read_profile
from tests.simulators.driving import Driver

ROWS: list[dict[str, Any]] = [
    {"vendor": "till", "route": "POST /v1/charges", "latency_ms": [300.0, 100.0]},
    {"vendor": "till", "route": "* /*", "latency_ms": [9000.0]},
    {"vendor": "other", "route": "POST /v1/charges", "latency_ms": [7000.0]},
    {"host": "localhost:9000", "route": "* /*", "latency_ms": [5.0]},
]


def write(folder: Path, rows: Any, form: int = 1) -> str:
    place = folder / "recorded.json"
    place.write_text(json.dumps({"brownout_profile": form, "routes": rows}))
    return str(place)


def test_a_rule_takes_its_vendors_routes_and_no_others(tmp_path: Path) -> None:
    rule = rule_from_json({"id": "r", "vendor": "till", "latency": {"profile": write(tmp_path, ROWS)}})
    assert isinstance(rule.fault, Latency)
    assert [(one.route, one.values_s) for one in rule.fault.routes] == [("POST /v1/charges", (0.1, 0.3))]


def test_a_call_takes_what_its_route_took_and_one_of_no_recorded_route_is_not_struck() -> None:
    usual = Driver()
    usual.send()
    route = usual.requests()[0]["route"]
    on_it = Driver({"latency": {"routes": [{"route": route, "values_s": [0.5]}]}})
    on_it.send()
    elsewhere = Driver({"latency": {"routes": [{"route": "POST /nowhere", "values_s": [0.5]}]}})
    elsewhere.send()
    assert (on_it.struck(), elsewhere.struck()) == (1, 0)
    assert on_it.requests()[0]["asked_delay_s"] == 0.5


@pytest.mark.parametrize(
    ("rows", "form", "why"),
    [
        (ROWS[2:], 1, "nothing of till was answered on a route of its own in it; there is localhost:9000, other"),
        (ROWS, 2, "of another form"),
        (7, 1, "damaged"),
        ([{"vendor": "till", "route": "GET /x", "latency_ms": ["slow"]}], 1, "damaged"),
    ],
)
def test_what_is_no_recording_of_it_is_refused(tmp_path: Path, rows: Any, form: int, why: str) -> None:
    with pytest.raises(FaultError, match=f"latency.profile: .*{why}"):
        read_profile(write(tmp_path, rows, form), "till")
    (tmp_path / "x").write_text("0.3\n")
    with pytest.raises(FaultError, match="no recording"):
        read_profile(str(tmp_path / "x"), "till")


def test_it_is_one_way_among_the_others() -> None:
    with pytest.raises(FaultError, match=r"exactly one of fixed, .*, profile, routes"):
        Latency(profile="a.json", fixed_s=1.0)
