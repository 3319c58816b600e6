"""What stands in a body, as Vault's framework reads it: texts and numbers for each other, and a 400 for the rest."""

from typing import Any
from urllib.parse import parse_qsl

from brownout_simulators.call import Call
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.vault.durations import seconds_of
from brownout_simulators.vendors.vault.errors import answer, refuse

TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})
MOST = 2**31 - 1


def text(call: Call, name: str, default: str = "") -> str:
    """A text; a number is one, too."""
    value = call.data.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise refuse("field", f"error converting input for field \"{name}\": expected type 'string'")
    return str(value)


def number(call: Call, name: str, default: int = 0) -> int:
    """A whole number, also as a text."""
    return whole(call.data.get(name), name, default)


def whole(value: Any, name: str, default: int = 0) -> int:
    """The same of a value."""
    if value is None or value == "":
        return default
    try:
        found = int(value) if not isinstance(value, bool | float) or float(value).is_integer() else None
    except (ValueError, TypeError, OverflowError):
        found = None
    if found is None or isinstance(value, bool) or abs(found) > MOST:
        raise refuse("field", f"error converting input for field \"{name}\": expected type 'int'")
    return found


def flag(call: Call, name: str, *, default: bool = False) -> bool:
    """A boolean, also as a text."""
    value = call.data.get(name)
    if value is None or value == "":
        return default
    if isinstance(value, bool):
        return value
    if isinstance(value, int | str) and str(value) in TRUE | FALSE:
        return str(value) in TRUE
    raise refuse("field", f"error converting input for field \"{name}\": expected type 'bool'")


def duration(call: Call, name: str) -> float:
    """Seconds; 0 where nothing is said."""
    try:
        return seconds_of(call.data.get(name), name)
    except ValueError as error:
        raise refuse("field", error) from None


def texts(call: Call, name: str) -> list[str] | None:
    """A list of texts, also as one with commas; None where nothing is said."""
    value = call.data.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        return [each.strip() for each in value.split(",") if each.strip()]
    if isinstance(value, list) and all(isinstance(each, str) for each in value) and len(value) <= 1_000:
        return value
    raise refuse("field", f"error converting input for field \"{name}\": expected type '[]string'")


def pairs(call: Call, name: str) -> dict[str, str] | None:
    """An object of texts; None where nothing is said."""
    value = call.data.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise refuse("field", f"error converting input for field \"{name}\": expected type 'map[string]string'")
    return {key: each if isinstance(each, str) else _plain(each) for key, each in value.items()}


def _plain(value: Any) -> str:
    return {True: "1", False: "0", None: ""}.get(value, str(value)) if not isinstance(value, dict | list) else ""


def query_of(call: Call) -> dict[str, str]:
    """The query; of several of one name the first counts."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(call.query, keep_blank_values=True):
        found.setdefault(name, value)
    return found


def query_flag(call: Call, name: str) -> bool:
    """A switch of the query, as Go reads booleans: what is none is a 400 without words."""
    value = query_of(call).get(name)
    if value is None or value in FALSE:
        return False
    if value in TRUE:
        return True
    raise Refused(answer(400))
