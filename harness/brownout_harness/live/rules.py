"""A rule in force, in a scenario's words: `{"latency": {"fixed_s": 2}}` is `latency: {fixed: 2s}`."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_harness.problems import NotJudged
from brownout_harness.words.fault import Unwritten, read_fault
from brownout_scenarios import units
from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors import load_vendor

_OWN: Final = ("id", "drawn_as", "vendor", "window")
"""Of a rule; in a scenario the id is its place, its draws go by that, and the window counts from its phase."""


def as_written(vendor: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    """The scenario's entry, without a window. It was read back, and is the same rule.

    Raises:
        NotJudged: no entry of a scenario means this rule.
    """
    rest = {name: value for name, value in rule.items() if name not in _OWN}
    entry = {"vendor": vendor, **{_key(name, value): _written(name, value) for name, value in rest.items()}}
    try:
        read = read_fault(load_vendor(vendor), {name: value for name, value in entry.items() if name != "vendor"})
    except Unwritten as wrong:
        raise NotJudged(f"{rule['id']} at {vendor} cannot be written in a scenario: {wrong}") from None
    own = {"id": rule["id"], "vendor": vendor}
    if rule_from_json({**read.rule, **own}) != rule_from_json({**rest, **own}):
        raise NotJudged(f"{rule['id']} at {vendor} would be another fault in a scenario: {entry}")
    return entry


def _written(name: str, value: Any) -> Any:
    if name == "match" and isinstance(value, Mapping):
        return _match(value)
    if isinstance(value, Mapping):
        return {_key(key, item): _written(key, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_written(name, item) for item in value]
    if _is_number(value) and name.endswith("_per_s"):
        return units.rate(value)
    if _is_number(value) and name.endswith("_s"):
        return units.duration(value)
    return units.share(value) if name == "share" else value


def _key(name: str, value: Any) -> str:
    """Without its unit, where it has one; what is told by a caller's own name, such as a header, is told as it is."""
    first = value[0] if isinstance(value, list | tuple) and value else value
    if not _is_number(first):
        return name
    return name.removesuffix("_per_s") if name.endswith("_per_s") else name.removesuffix("_s")


def _match(match: Mapping[str, str]) -> Any:
    """As a line, where a line can say it."""
    if match.keys() <= {"method", "path"} and match.get("path", "/").startswith("/"):
        return " ".join(match[name] for name in ("method", "path") if name in match)
    return dict(match)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
