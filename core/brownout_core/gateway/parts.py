"""Your own parts in the gateway: `BROWNOUT_GATEWAY_PARTS=module:attribute` names what returns `Replacements`.

Whatever runs with them says so: in its log, and in each `started` event.
"""

from dataclasses import replace
from importlib.metadata import EntryPoint
from typing import Final

from brownout_core.compose import Replacements
from brownout_core.errors import ConfigError

PARTS: Final = "BROWNOUT_GATEWAY_PARTS"


def load_parts(name: str) -> Replacements:
    """What the callable of that name returns, called anew; where the name is empty, nothing is replaced.

    `name` is as in an entry point: `shop.parts:replacements`, `shop.parts:CHOSEN.replacements`. Raises `ConfigError`.
    """
    if not name:
        return Replacements()
    entry = EntryPoint(name="parts", value=name, group="")
    if entry.pattern.match(name) is None or not entry.attr:
        raise ConfigError(f"{PARTS}: {name!r} names no attribute: write module:attribute")
    try:
        make = entry.load()
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"{PARTS}: {name!r} cannot be loaded: {error}") from error
    made = make() if callable(make) else make
    if not isinstance(made, Replacements):
        raise ConfigError(f"{PARTS}: {name!r} must be a callable that returns Replacements, not {type(made).__name__}")
    return replace(made, name=name)
