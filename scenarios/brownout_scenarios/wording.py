"""Data in seconds back into the words of a scenario file: for reports, errors and the reference."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from brownout_scenarios import units
from brownout_scenarios.yaml_tree import Path

_FIELD: Final = re.compile(r"\b([a-z][a-z0-9_]*?)_(bytes_per_s|per_s|bytes|s)\b")
_FIGURE: Final = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w.])")


_FORMATTED: Final[Mapping[str, Callable[[float], str]]] = {
    "s": units.duration,
    "per_s": units.rate,
    "bytes": units.size,
    "bytes_per_s": units.speed,
}
"""By the unit in a field's name."""


def written(value: Any, name: str = "") -> str:
    """Data in seconds, in the words of the YAML file: `p50 400ms, p99 4s`."""
    if isinstance(value, Mapping):
        parts = [f"{_key(key)} {written(item, key)}".rstrip() for key, item in value.items()]
        return ", ".join(parts) if not name else "{" + ", ".join(parts) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(item, name) for item in value) + "]"
    if isinstance(value, int | float) and not isinstance(value, bool):
        formatted = _FORMATTED.get(units.unit_off(name)[1])
        return formatted(value) if formatted is not None else f"{value:.9g}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def of_error(text: str, path: Path, value: Any = None) -> tuple[Path, str]:
    """What a record said of its fields, in the words of the file, and where: at the field itself, if it is known.

    `path` is the record's place, `value` what is written there: `respond.retry_after_s: at least 0, got -5.0` of
    `respond` is `retry_after`, `at least 0s, got -5s`.
    """
    units_of = {unit for _, unit in _FIELD.findall(text)}
    if len(units_of) == 1:
        text = _FIGURE.sub(lambda figure: written(float(figure[0]), "_" + units_of.copy().pop()), text)
        text = re.sub(r" (?:per second|seconds)\b", "", text)  # the figures say it now
    text = _FIELD.sub(r"\1", text)
    last = str(path[-1]) if path else ""
    if last:
        text = re.sub(rf"^(?:rule rule: )?{re.escape(last)}(?:[.:] ?| (?!must\b))", "", text)
    field = re.match(r"([\w.]+)(?:: | (?=must\b|at least\b))", text)
    names = field[1].split(".") if field else []
    for name in names:
        if not (isinstance(value, Mapping) and name in value):
            return path, text
        value = value[name]
    return (*path, *names), text[field.end() :] if field else text


def _key(name: str) -> str:
    return units.unit_off(name)[0].removesuffix("_")
