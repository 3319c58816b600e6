"""Data in seconds back into the words of a scenario file: for reports, errors and the reference."""

from collections.abc import Mapping
from typing import Any

from brownout_scenarios import units


def written(value: Any, name: str = "") -> str:
    """Data in seconds, in the words of the YAML file: `p50 400ms, p99 4s`."""
    if isinstance(value, Mapping):
        parts = [f"{_key(key)} {written(item, key)}".rstrip() for key, item in value.items()]
        return ", ".join(parts) if not name else "{" + ", ".join(parts) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(item, name) for item in value) + "]"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if name.endswith("_per_s"):
            return units.rate(value)
        return units.duration(value) if name.endswith("_s") else f"{value:.9g}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _key(name: str) -> str:
    return name.removesuffix("_per_s") if name.endswith("_per_s") else name.removesuffix("_s").removesuffix("_")
