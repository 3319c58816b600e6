"""The files of measurements and of incidents that a scenario names, kept with a run so that it can be made again."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.schema import Scenario
from brownout_simulators.faults import FaultError
from brownout_simulators.faults.measurements import content_of, kept_form


def files_named_by(scenario: Scenario) -> dict[str, str]:
    """By name, a text from which the same is read. What lies elsewhere than beside the scenario is named by a path that
    means the same from anywhere, or not: it is not kept.

    Raises:
        ScenarioError: a file is gone meanwhile.
    """
    if scenario.path is None:
        return {}
    folder = scenario.path.resolve().parent
    named = [*_named(scenario.document), *_incidents(scenario)]
    try:
        return {name: _kept(folder / name, told) for name, told in sorted(named, key=_name)}
    except FaultError as gone:
        raise ScenarioError([str(gone)]) from None


def _name(named: tuple[str, Any]) -> str:
    return named[0]


def _named(part: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every file of measurements, with what is said of it."""
    if isinstance(part, list | tuple):
        for each in part:
            yield from _named(each)
    if not isinstance(part, Mapping):
        return
    for key, value in part.items():
        told = {"file": value} if key == "profile" else value if key == "empirical" else None
        name = told.get("file") if isinstance(told, Mapping) else None
        if isinstance(name, str) and Path(name).name == name:
            yield name, dict(told or {}, key=key)
        yield from _named(value)


def _incidents(scenario: Scenario) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every file of a recorded incident."""
    for phase in scenario.phases:
        if phase.incident is not None and Path(phase.incident.file).name == phase.incident.file:
            yield phase.incident.file, {"key": "incident"}


def _kept(path: Path, told: Mapping[str, Any]) -> str:
    if told["key"] in ("profile", "incident"):
        return content_of(str(path), told["key"]).decode("utf-8", "replace")
    return kept_form(str(path), column=told.get("column", ""), host=told.get("host", ""))
