"""What a control request may say, and how it is read; a word that cannot be is refused with its name."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from brownout_simulators.simulator import Simulator
from brownout_simulators.spelling import shown

LARGEST: Final = 1e15
"""Of any number here: beyond, a second is lost in rounding."""

Answer = tuple[int, Any]
Query = Mapping[str, str]
Handler = Callable[[Simulator[Any], str, Query, dict[str, Any]], Answer]


class Bad(ValueError):
    """A request that cannot be; the message goes to the caller."""


def number(data: Mapping[str, Any], name: str) -> float | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise Bad(f"{name}: a number is needed, got {shown(value)}")
    return float(value)


def asked(query: Query, name: str, default: int) -> int:
    text = query.get(name, str(default))
    try:
        return int(text)
    except ValueError:
        raise Bad(f"{name}: a whole number is needed, got {text[:40]!r}") from None


def whole(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise Bad(f"{name}: a whole number is needed, got {shown(value)}")
    return value
