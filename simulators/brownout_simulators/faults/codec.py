"""Frozen dataclasses from JSON and back, strictly: an unknown key, a wrong type or an impossible value is an error
that names the place.
"""

import dataclasses
import math
import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from brownout_simulators.faults.fault import FaultError

D = TypeVar("D")


@cache
def fields_of(kind: Any) -> Mapping[str, Any]:
    """The fields of a dataclass by name, with their resolved types."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def decode(kind: type[D], data: object, where: str) -> D:
    """`data` as a `kind`. Raises `FaultError` that begins with `where`."""
    if not isinstance(data, Mapping):
        raise FaultError(f"{where}: an object is needed, got {data!r}")
    known: Mapping[str, Any] = fields_of(kind)  # type: ignore[arg-type]
    unknown = [str(key) for key in data if key not in known]
    if unknown:
        raise FaultError(f"{where}.{unknown[0]}: no such field; there are {', '.join(known) or 'none'}")
    values = {name: _value(known[name], value, f"{where}.{name}") for name, value in data.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise FaultError(f"{where}: {str(error).partition(') ')[2] or error}") from None


def _value(wanted: Any, value: object, where: str) -> Any:
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in get_args(wanted):
            return None
        return _value(next(one for one in get_args(wanted) if one is not type(None)), value, where)
    if origin is Literal:
        if value not in get_args(wanted):
            raise FaultError(f"{where}: one of {', '.join(map(str, get_args(wanted)))}, got {value!r}")
        return value
    if origin is tuple:
        if isinstance(value, str) or not isinstance(value, list | tuple):
            raise FaultError(f"{where}: a list is needed, got {value!r}")
        return tuple(_value(get_args(wanted)[0], one, f"{where}[{place}]") for place, one in enumerate(value))
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        return decode(wanted, value, where)
    return _scalar(wanted, value, where)


def _scalar(wanted: type, value: object, where: str) -> Any:
    if wanted is bool:
        if isinstance(value, bool):
            return value
        raise FaultError(f"{where}: true or false, got {value!r}")
    if wanted is float and isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value):
        return float(value)
    if wanted is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if wanted is str and isinstance(value, str):
        return value
    raise FaultError(f"{where}: a {_NAMES.get(wanted, wanted.__name__)} is needed, got {value!r}")


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
        written[field.name] = one
    return written
