"""What an answer names of the operation's effects: the places that the operation declares, and nothing else of it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from brownout_scenarios.live_keys import looks_live

LONGEST: Final = 500
"""Characters, as JSON, of what is kept of one place: an id or an amount is far shorter."""
NOT_KEPT: Final = "(not kept)"
"""In the place of what is too long, or looks like a live credential: it is no field of an effect."""


def named_in(answer: Any, paths: Iterable[str]) -> str:
    """An object as JSON, by the path; a path that leads to nothing is left out. Empty where nothing is named."""
    found = {path: _kept(value) for path in paths if (value := value_at(answer, path)) is not None}
    return json.dumps(found, sort_keys=True) if found else ""


def value_at(value: Any, path: str) -> Any:
    """What stands at a dotted path, numbers counting a list's items from 0; None for nothing."""
    for name in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _kept(value: Any) -> Any:
    text = json.dumps(value)
    return NOT_KEPT if len(text) > LONGEST or looks_live(text) else value
