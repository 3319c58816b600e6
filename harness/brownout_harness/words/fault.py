"""One fault by itself, written as in a scenario, for one vendor: the same grammar, the same checks, the same errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from brownout_harness.faults import KINDS
from brownout_harness.words.striking import check_rule
from brownout_scenarios import errors, wording
from brownout_scenarios.grammar import plain
from brownout_scenarios.limits import Limits, as_sent
from brownout_scenarios.phases import Fault, Window
from brownout_scenarios.vocabulary import Nothing, Vocabulary
from brownout_scenarios.workload import Json
from brownout_simulators.faults import FaultError, rule_from_json
from brownout_simulators.faults.measurements import read_measurements
from brownout_simulators.faults.profile import read_profile
from brownout_simulators.faults.rule import Rule
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors import VENDORS, load_vendor

_ELSEWHERE: Final = {
    "window": "a fault by itself has no phase to count from: remove it when it is to end",
    "vendors": "the fault is for the vendor that it is asked of: leave it out",
    "vendor": "the fault is for the vendor that it is asked of: leave it out",
}


class Unwritten(ValueError):
    """What was written is no fault, or one that can strike nothing. One line, which begins with the place."""


@dataclass(frozen=True, kw_only=True)
class _Fault:
    fault: Fault


@dataclass(frozen=True, kw_only=True)
class _Window:
    window: Window


@dataclass(frozen=True, kw_only=True)
class _Limits:
    limits: Limits


@cache
def _words(vendors: tuple[str, ...] = tuple(VENDORS)) -> Vocabulary:
    """As many of the words as a fault needs: without policies and expectations, and the libraries that those take."""
    return Vocabulary(vendors=vendors, faults=KINDS, rule=Rule, policies=Nothing, expectations={})


def read_fault(vendor: Vendor[Any], written: Mapping[str, Any]) -> Fault:
    """The fault of a scenario's entry, without its `vendor`; its `rule` is what the vendor's simulator takes.

    Raises `Unwritten`.
    """
    for key, why in _ELSEWHERE.items():
        if key in written:
            raise Unwritten(f"{key}: {why}")
    fault: Fault = _read(_Fault, "fault", {"vendor": vendor.name, **written}).fault
    given = fault.rule[fault.kind]
    try:
        parameters = prepare_fault(fault.kind, given, None, vendor.name) if isinstance(given, Mapping) else given
    except ValueError as wrong:
        place, text = wording.of_error(str(wrong), (fault.kind,), given)
        raise Unwritten(f"{errors.dotted(place)}: {text}") from None
    rule = {**fault.rule, fault.kind: parameters}
    if fault.layer != "vendor":
        raise Unwritten(f"{fault.kind}: happens outside of the vendor, where only a run can act it out")
    if why := check_rule(vendor, rule):
        raise Unwritten(why)
    return Fault(**{**_parts(fault), "rule": rule})


def read_passed(host: str, written: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rule of a scenario's entry that is for a host which is no vendor's, as a simulator's control API takes it,
    without its `id`.

    Raises `Unwritten`.
    """
    words = _words((host,))
    fault: Fault = _read(_Fault, "fault", {"vendor": host, **written}, words).fault
    return {**fault.rule, "vendor": host}


def read_rule(written: Mapping[str, Any]) -> Rule:
    """A rule, with its `id` and `vendor`, as a simulator's control API takes it: in seconds, or as in a scenario.

    Raises `ValueError`.
    """
    try:
        return rule_from_json(written)
    except FaultError:
        if not isinstance(written, Mapping) or _is_in_seconds(written):
            raise
        own = {"id": written.get("id"), "vendor": written.get("vendor")}
        if isinstance(written.get("window"), Mapping):  # counted from the schedule's start, as one in seconds is
            own["window"] = plain(_read(_Window, "window", written["window"]).window)
        vendor = load_vendor(str(own["vendor"]))
        fault = read_fault(vendor, {name: value for name, value in written.items() if name not in own})
        return rule_from_json({**fault.rule, **own})


def _is_in_seconds(written: Any) -> bool:
    """Whether some field has its unit in its name: what is wrong is then said in those words."""
    if isinstance(written, Mapping):
        return any(str(name).endswith("_s") or _is_in_seconds(value) for name, value in written.items())
    return False


def read_limits(written: Mapping[str, Any]) -> Mapping[str, Json]:
    """A vendor's limiters that are to be on, as in a scenario's `limits`; as its simulator takes them.

    Raises `Unwritten`.
    """
    return as_sent(_read(_Limits, "limits", dict(written)).limits)


def prepare_fault(kind: str, parameters: Mapping[str, Any], folder: Path | None, vendor: str = "") -> Mapping[str, Any]:
    """Read measurements in, so that a simulator needs no file; a relative path starts at the scenario's folder."""
    prepared = {name: _prepared(kind, name, value, folder) for name, value in parameters.items()}
    if file := prepared.pop("profile", ""):
        recorded = read_profile(str((folder or Path()) / file), vendor)
        prepared["routes"] = [{"route": one.route, "values_s": list(one.values_s)} for one in recorded]
    return prepared


def _prepared(kind: str, name: str, value: Any, folder: Path | None) -> Any:
    if not isinstance(value, Mapping):
        return value
    if name == "empirical" and value.get("file"):
        file, about = value["file"], {key: one for key, one in value.items() if key != "file"}
        return {"values_s": list(read_measurements(str((folder or Path()) / file), **about))}
    return prepare_fault(kind, value, folder)


def _parts(fault: Fault) -> dict[str, Any]:
    return {name: getattr(fault, name) for name in Fault.__dataclass_fields__}


def _read(source: type, key: str, written: Mapping[str, Any], words: Vocabulary | None = None) -> Any:
    model = (words or _words()).grammar.model(source)
    data = {key: dict(written)}
    try:
        return model.model_validate(data).result()
    except ValidationError as wrong:
        first = errors.of_validation(wrong, data, model)[0]
        place = errors.dotted(first.path[1:])
        raise Unwritten(f"{place}: {first.text}" if place else first.text) from None
