"""Changes that make no difference: somebody looked at each, and says why."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import yaml

from brownout_harness.problems import BadInput

FILE: Final = Path(__file__).with_name("reviewed.yaml")
ANY: Final = "<any>"
"""In a name: whatever stands there. For changes of one kind, all without a difference for one reason."""


def reviewed(file: Path = FILE) -> Mapping[str, str]:
    """The reason, by the change's name.

    Raises:
        BadInput: the file is not a mapping of names to reasons, or one has no reason.
    """
    told = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    if not isinstance(told, dict):
        raise BadInput(f"{file.name}: write `change: reason`, a line for each")
    for name, reason in told.items():
        if not isinstance(reason, str) or not reason.strip():
            raise BadInput(f"{file.name}: {name!r} has no reason: say why it makes no difference")
    return told


def by_change(told: Mapping[str, str], changes: Iterable[str]) -> dict[str, str]:
    """The reason of each change that is meant; a name that means none of them stays, for it is stale."""
    found: dict[str, str] = {}
    kinds = []
    for name, reason in told.items():
        if ANY in name:
            kinds.append((name, re.compile(".*".join(map(re.escape, name.split(ANY)))), reason))
        else:
            found[name] = reason
    names = tuple(changes)
    for name, kind, reason in kinds:
        meant = [each for each in names if kind.fullmatch(each)]
        for each in meant or [name]:
            found.setdefault(each, reason)
    return found
