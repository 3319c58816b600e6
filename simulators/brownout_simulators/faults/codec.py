"""Frozen dataclasses from JSON and back, strictly: an unknown key, a wrong type or an impossible value is an error
that names the place.
"""

import dataclasses
import math
import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from brownout_simulators.faults.fault import FaultError
from brownout_simulators.spelling import named, shown

D = TypeVar("D")

WHOLE_LIMIT: Final = 2**63
"""JSON has whole numbers of any length; no field has."""


@cache
def fields_of(kind: Any) -> Mapping[str, Any]:
    """The fields of a dataclass by name, with their resolved types."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def key_of(name: str) -> str:
    """How JSON has a field: one called `from_`, which is no name in Python without the line, is `from`."""
    return name.removesuffix("_")


def decode(kind: type[D], data: object, where: str) -> D:
    """`data` as a `kind`. Raises `FaultError` that begins with `where`."""
    if not isinstance(data, Mapping):
        raise FaultError(f"{where}: an object is needed, got {shown(data)}")
    known: Mapping[str, Any] = fields_of(kind)  # type: ignore[arg-type]
    names = {key_of(name): name for name in known}
    given = {key_of(str(key)): value for key, value in data.items()}
    unknown = [key for key in given if key not in names]
    if unknown:
        raise FaultError(f"{where}.{named(unknown[0])}: no such field; there are {', '.join(names) or 'none'}")
    values = {names[key]: value_of(known[names[key]], value, f"{where}.{key}") for key, value in given.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise FaultError(f"{where}: {str(error).partition(') ')[2] or error}") from None


def value_of(wanted: Any, value: object, where: str) -> Any:
    """`value` as what a field of this type holds. Raises `FaultError` that begins with `where`."""
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in get_args(wanted):
            return None
        choices = [one for one in get_args(wanted) if one is not type(None)]
        return value_of(next((one for one in choices if type(value) is one), choices[0]), value, where)
    if origin is Literal:
        if value not in get_args(wanted):
            raise FaultError(f"{where}: one of {', '.join(map(str, get_args(wanted)))}, got {shown(value)}")
        return value
    if origin is tuple or origin is Mapping:
        return _list(get_args(wanted)[0], value, where) if origin is tuple else _texts(value, where)
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        return decode(wanted, value, where)
    return _scalar(wanted, value, where)


def _list(wanted: Any, value: object, where: str) -> tuple[Any, ...]:
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise FaultError(f"{where}: a list is needed, got {shown(value)}")
    return tuple(value_of(wanted, one, f"{where}[{place}]") for place, one in enumerate(value))


def _texts(value: object, where: str) -> dict[str, str]:
    """Texts by name: the only mapping that a field can hold."""
    if not isinstance(value, Mapping):
        raise FaultError(f"{where}: an object is needed, got {shown(value)}")
    texts = {}
    for name, text in value.items():
        if not isinstance(name, str) or not isinstance(text, str):
            raise FaultError(f"{where}: texts by name are needed, got {shown(name)}: {shown(text)}")
        texts[name] = text
    return texts


def _scalar(wanted: type, value: object, where: str) -> Any:
    if wanted is bool:
        if isinstance(value, bool):
            return value
        raise FaultError(f"{where}: true or false, got {shown(value)}")
    if wanted is float and isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, where)
    if wanted is int and isinstance(value, int) and not isinstance(value, bool) and abs(value) < WHOLE_LIMIT:
        return value
    if wanted is str and isinstance(value, str):
        return value
    raise FaultError(f"{where}: a {_NAMES.get(wanted, wanted.__name__)} is needed, got {shown(value)}")


def _number(value: float, where: str) -> float:
    try:
        number = float(value)
    except OverflowError:  # JSON has integers of any length
        number = math.nan
    if math.isnan(number):
        raise FaultError(f"{where}: a number is needed, got {shown(value)}")
    return number


_NAMES = {float: "number", int: "whole number", str: "text"}


def encode(value: Any) -> dict[str, Any]:
    """The dataclass as JSON, without the fields that have their default values."""
    written = {}
    for field in dataclasses.fields(value):
        one = getattr(value, field.name)
        default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        if one == default:
            continue
        if dataclasses.is_dataclass(one):
            one = encode(one)
        elif isinstance(one, tuple):
            one = list(one)
        elif one == math.inf:
            continue
        written[key_of(field.name)] = one
    return written
