"""What parameters may be: a check for each name, and the vendor's words for what is wrong with a value."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from brownout_simulators.spelling import shown
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.openai.errors import refuse

Check = Callable[[Any, str], object]
"""(value, its name) -> nothing; raises `Refused`."""

_NAMES: Final = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}


def checked(data: Mapping[str, Any], table: Mapping[str, Check], required: tuple[str, ...] = ()) -> None:
    """All parameters at once. null counts as not given; unknown names are refused."""
    for name in required:
        if data.get(name) is None:
            raise missing(name)
    for name, value in data.items():
        check = table.get(name)
        if check is None:
            raise refuse(f"Unknown parameter: '{name[:100]}'.", param=name[:100], code="unknown_parameter")
        if value is not None:
            check(value, name)


def missing(name: str) -> Refused:
    """A parameter that must be there."""
    return refuse(f"Missing required parameter: '{name}'.", param=name, code="missing_required_parameter")


def _mistyped(expected: str, value: Any, name: str) -> Refused:
    got = _NAMES.get(type(value)) or ("an integer" if isinstance(value, int) else "a decimal")
    message = f"Invalid type for '{name}': expected {expected}, but got {got} instead."
    return refuse(message, param=name, code="invalid_type")


def anything(value: Any, name: str) -> None:
    """Whatever it is, it is not looked at."""


def text(value: Any, name: str) -> None:
    """A string. What was read as JSON or as UTF-8 has no half of a surrogate pair in it."""
    if not isinstance(value, str):
        raise _mistyped("a string", value, name)


def text_up_to(longest: int) -> Check:
    """A string of so many characters."""

    def check(value: Any, name: str) -> None:
        text(value, name)
        if len(value) > longest:
            message = f"Invalid '{name}': string too long. Expected at most {longest}, but got {len(value)} characters."
            raise refuse(message, param=name, code="string_above_max_length")

    return check


def flag(value: Any, name: str) -> None:
    """true or false."""
    if not isinstance(value, bool):
        raise _mistyped("a boolean", value, name)


def whole(low: int, high: int = 2**31) -> Check:
    """An integer within bounds."""

    def check(value: Any, name: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise _mistyped("an integer", value, name)
        if not low <= value <= high:
            side, bound, code = ("minimum", low, "below_min") if value < low else ("maximum", high, "above_max")
            sign = ">=" if value < low else "<="
            message = f"Invalid '{name}': integer past its {side}. Expected a value {sign} {bound}, got {shown(value)}."
            raise refuse(message, param=name, code=f"integer_{code}_value")

    return check


def decimal(low: float, high: float) -> Check:
    """A number within bounds."""

    def check(value: Any, name: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise _mistyped("a decimal", value, name)
        if not low <= value <= high:
            side, bound, code = ("minimum", low, "below_min") if value < low else ("maximum", high, "above_max")
            sign = ">=" if value < low else "<="
            message = f"Invalid '{name}': decimal past its {side}. Expected a value {sign} {bound}, got {shown(value)}."
            raise refuse(message, param=name, code=f"decimal_{code}_value")

    return check


def one_of(*known: str) -> Check:
    """One of these words."""

    def check(value: Any, name: str) -> None:
        text(value, name)
        if value not in known:
            values = ", ".join(f"'{each}'" for each in known)
            message = f"Invalid value: '{value[:100]}'. Supported values are: {values}."
            raise refuse(message, param=name, code="invalid_value")

    return check


def mapping(value: Any, name: str) -> None:
    """An object."""
    if not isinstance(value, dict):
        raise _mistyped("an object", value, name)


def array(item: Check = anything, least: int = 0, most: int = 2**31) -> Check:
    """An array of so many, each of which is checked as `name[3]`."""

    def check(value: Any, name: str) -> None:
        if not isinstance(value, list):
            raise _mistyped("an array", value, name)
        if not least <= len(value) <= most:
            side, bound = ("short", f"at least {least}") if len(value) < least else ("long", f"at most {most}")
            code = "empty_array" if not value else f"array_{'below_min' if side == 'short' else 'above_max'}_length"
            message = f"Invalid '{name}': array too {side}. Expected {bound}, but got {len(value)} instead."
            raise refuse(message, param=name, code=code)
        for place, each in enumerate(value):
            item(each, f"{name}[{place}]")

    return check


def either(*checks: tuple[type | tuple[type, ...], Check], expected: str) -> Check:
    """By the value's type, one check or the other."""

    def check(value: Any, name: str) -> None:
        for kind, each in checks:
            if isinstance(value, kind):
                each(value, name)
                return
        raise _mistyped(expected, value, name)

    return check


def metadata(value: Any, name: str) -> None:
    """At most 16 pairs of texts: keys of 64 characters, values of 512."""
    mapping(value, name)
    if len(value) > 16:
        message = f"Invalid '{name}': too many properties. Expected at most 16, but got {len(value)}."
        raise refuse(message, param=name, code="object_above_max_properties")
    for key, each in value.items():
        text_up_to(64)(key, name)
        text_up_to(512)(each, f"{name}.{key}")


def schema(value: Any, name: str) -> None:
    """`{name, schema, strict}` of a JSON schema format."""
    mapping(value, name)
    checked_part(value, name, {"name": text_up_to(64), "schema": mapping}, required=("name",))


def checked_part(value: Mapping[str, Any], name: str, table: Mapping[str, Check], required: tuple[str, ...]) -> None:
    """Some of an object's members; others may be there."""
    for part in required:
        if value.get(part) is None:
            raise missing(f"{name}.{part}")
    for part, check in table.items():
        if value.get(part) is not None:
            check(value[part], f"{name}.{part}")
