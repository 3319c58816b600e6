"""Settings from a document, read strictly: pydantic checks the types, the settings' own dataclasses the ranges, and a
mistake is one line that names the place, what is wrong and what would do."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from brownout_core.errors import ConfigError
from brownout_core.spelling import nearest

T = TypeVar("T")

_WANTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "string_type": "text",
    "dataclass_type": "a mapping",
    "dict_type": "a mapping",
}


_READERS: dict[Any, TypeAdapter[Any]] = {}


def mapping_in(value: object, where: str) -> dict[str, Any]:
    """`value` if it is a mapping. Raises `ConfigError`."""
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: must be a mapping, got {value!r}")
    return {str(name): each for name, each in value.items()}


def read_strictly(kind: type[T], values: Mapping[str, Any], where: str, noun: str = "field") -> T:
    """The dataclass `kind` with these values; what is left out has its default. `where` starts every message.

    Raises:
        ConfigError: an unknown `noun` (with the nearest spelling), a wrong type, a value out of range.
    """
    _check_names(kind, values, where, noun)
    try:
        return _reader(kind).validate_json(json.dumps(values, default=_plain), strict=True)
    except ValidationError as error:
        raise ConfigError(_told(kind, error.errors(include_url=False)[0], where)) from None


def _check_names(kind: Any, values: Mapping[str, Any], where: str, noun: str) -> None:
    hints = get_type_hints(kind)
    for name, value in values.items():
        if name not in hints:
            raise ConfigError(f"{where}.{name}: no such {noun}{nearest(str(name), hints)}")
        inner = _options(hints[name])[0]
        if is_dataclass(inner) and isinstance(value, Mapping):
            _check_names(inner, value, f"{where}.{name}", "field")


def _reader(kind: type[T]) -> TypeAdapter[T]:
    """Made once per kind, for that is slow."""
    if kind not in _READERS:
        _READERS[kind] = TypeAdapter(kind)
    return _READERS[kind]


def _plain(value: Any) -> Any:
    """What JSON has no word for: a settings object that is kept as it is."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return str(value)


def _told(kind: type[Any], error: ErrorDetails, where: str) -> str:
    place = ".".join([where, *(str(step) for step in error["loc"])])
    if error["type"] == "value_error":
        return f"{place}.{error['ctx']['error']}"  # its own sentence begins with the field's name
    if error["type"] == "dataclass_type" and error["input"] is None:
        return f"{place}: cannot be switched off"
    wanted = _WANTED.get(error["type"]) or _expected(error)
    if NoneType in _options(_hint(kind, error["loc"])):
        wanted += " or null"
    return f"{place}: must be {wanted}, got {error['input']!r}"


def _expected(error: ErrorDetails) -> str:
    if error["type"] == "literal_error":
        # As the field's type spells them, without the quotes.
        return "one of " + str(error["ctx"]["expected"]).replace("'", "").replace(" or ", ", ")
    return error["msg"].removeprefix("Input should be ")


def _hint(kind: Any, location: tuple[int | str, ...]) -> Any:
    """The type of the place that an error names."""
    for step in location:
        hints = get_type_hints(_options(kind)[0])
        kind = hints.get(str(step), object)
    return kind


def _options(hint: Any) -> tuple[Any, ...]:
    """The members of `X | None`, the optional one last; any other type alone."""
    options = get_args(hint) if NoneType in get_args(hint) else (hint,)
    return tuple(sorted(options, key=lambda option: option is NoneType))
