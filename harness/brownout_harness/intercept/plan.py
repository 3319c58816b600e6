"""What the harness tells the addon before it begins: a file of JSON, whose place is in the environment."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

VARIABLE: Final = "BROWNOUT_INTERCEPT"
"""Holds the place of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """One vendor's simulator, in the place of the real one."""

    vendor: str
    url: str
    hosts: tuple[str, ...]
    """The names that lead to it; `*.twilio.com` is all below it."""
    routes: tuple[str, ...] = ()
    """`POST /v1/refunds`: by these a recording calls what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that the addon knows."""

    stood: tuple[Stood, ...]
    passed: tuple[str, ...] = ()
    """Hosts of other machines that requests may really go to."""
    rules: tuple[Mapping[str, Any], ...] = ()
    """Faults for what is passed on, as a simulator's control API takes them; `vendor` is the host, `localhost:9000`."""
    seed: int = 0
    record: str = ""
    """Where to write what was recorded; empty: nothing is."""


def write(plan: Plan, path: Path) -> None:
    """As `read` takes it."""
    path.write_text(json.dumps(asdict(plan)), encoding="utf-8")


def read(path: Path) -> Plan:
    """What was written there."""
    told = json.loads(path.read_text(encoding="utf-8"))
    stood = (Stood(**{name: _frozen(value) for name, value in each.items()}) for each in told.pop("stood"))
    return Plan(stood=tuple(stood), **{name: _frozen(value) for name, value in told.items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
