"""Reads a request's JSON as the API's front end does: by the table of messages, with its words for what does not fit.

Names may be written in camelCase or snake_case, one object may stand where a list of them belongs, a number may be a
text, `null` is as if it were not there (the JSON mapping of Protocol Buffers, and what Google's own curl samples send).
What comes out has camelCase names and the right types.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

from brownout_simulators.vendors.gemini.messages import ENUMS, MESSAGES

DEEPEST: Final = 100
"""Levels of messages within each other; Protocol Buffers' own bound."""
MOST_VIOLATIONS: Final = 20
_PACKAGE: Final = "type.googleapis.com/google.ai.generativelanguage.v1beta."
_UPPER: Final = re.compile(r"(?<!^)[A-Z]")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_INT32: Final = range(-(2**31), 2**31)
_SHOWN: Final = 200
_TOO_DEEP: Final = "Message too deep. Max recursion depth reached for key"


class Violation(NamedTuple):
    """One thing that is wrong: where, as a path of proto names, and what."""

    field: str
    description: str


class Unreadable(Exception):
    """The request does not fit its message."""

    def __init__(self, violations: list[Violation]) -> None:
        super().__init__("\n".join(each.description for each in violations))
        self.violations = violations


def snake(name: str) -> str:
    """`maxOutputTokens` to `max_output_tokens`."""
    return _UPPER.sub(lambda upper: f"_{upper[0].lower()}", name)


Where = tuple["Where", str | int] | tuple[()]
"""A place in a request, as the place around it and one step; written out only where something is wrong there. A number
is a place in a list."""

_NAMES: Final[Mapping[str, Mapping[str, tuple[str, str, Sequence[str]]]]] = {
    message: {
        written: (name, f".{snake(name)}", kind.split(" "))
        for name, kind in fields.items()
        for written in (name, snake(name))
    }
    for message, fields in MESSAGES.items()
}
"""By message and the name as it is written: its camelCase name, its proto name behind a dot, its kind word by word."""


def read(message: str, data: Any) -> dict[str, Any]:
    """The message in `data`, with camelCase names. Raises `Unreadable`."""
    reader = _Reader()
    if not isinstance(data, dict):
        raise Unreadable(
            [Violation("", 'Invalid JSON payload received. Unknown name "": Root element must be a message.')]
        )
    found = reader.message(message, data, (), 0)
    if reader.violations:
        raise Unreadable(reader.violations)
    return found


def _written(where: Where) -> str:
    steps: list[str] = []
    while where:
        where, step = where
        steps.append(step if isinstance(step, str) else f"[{step}]")
    return "".join(reversed(steps)).removeprefix(".")


@dataclass(slots=True)
class _Reader:
    violations: list[Violation] = field(default_factory=list)

    def message(self, message: str, data: dict[str, Any], where: Where, depth: int) -> dict[str, Any]:
        names = _NAMES[message]
        if depth > DEEPEST:
            self._wrong(where, _TOO_DEEP)
            return {}
        found: dict[str, Any] = {}
        for written, value in data.items():
            known = names.get(written)
            if known is None:
                self._unknown(written, where)
            elif value is not None:
                name, step, kind = known
                if type(value) is str and kind[0] == "string":
                    found[name] = value
                else:
                    found[name] = self._value(kind, value, (where, step), depth + 1)
        return found

    def _value(self, kind: Sequence[str], value: Any, where: Where, depth: int) -> Any:
        shape = kind[0]
        if shape == "repeated":
            return self._list(kind[1:], value if isinstance(value, list) else [value], where, depth)
        if shape == "enum":
            return self._enum(kind[1], value, where)
        if shape != "map" and shape not in _NAMES:
            return self._scalar(shape, value, where, depth)
        if not isinstance(value, dict):
            return self._invalid(where, "Map" if shape == "map" else _PACKAGE + shape, value)
        if shape == "map":
            return {
                key: self._value(kind[1:], item, (where, f"[{place}].value"), depth)
                for place, (key, item) in enumerate(value.items())
            }
        return self.message(shape, value, where, depth)

    def _list(self, kind: Sequence[str], items: list[Any], where: Where, depth: int) -> list[Any]:
        shape = kind[0]
        if shape not in _NAMES:
            return [self._value(kind, item, (where, place), depth) for place, item in enumerate(items)]
        return [
            self.message(shape, item, (where, place), depth)
            if type(item) is dict
            else self._value(kind, item, (where, place), depth)
            for place, item in enumerate(items)
        ]

    def _scalar(self, kind: str, value: Any, where: Where, depth: int) -> Any:
        if kind == "value" or (kind == "object" and isinstance(value, dict)):
            if not _is_deeper(value, DEEPEST - depth):
                return value
            return self._wrong(where, _TOO_DEEP)
        type_name, convert = _SCALARS[kind]
        try:
            return convert(value)
        except (ValueError, TypeError):
            return self._invalid(where, type_name, value)

    def _enum(self, name: str, value: Any, where: Where) -> Any:
        members = ENUMS[name]
        if isinstance(value, str) and value.upper() in members:
            return value.upper()
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(members):
            return members[value]
        return self._invalid(where, _PACKAGE + name, value)

    def _invalid(self, where: Where, type_name: str, value: Any) -> None:
        self._wrong(where, f"Invalid value at '{_written(where)}' ({type_name}), {_shown(value)}")

    def _unknown(self, name: str, where: Where) -> None:
        place = f" at '{_written(where)}'" if where else ""
        text = f'Invalid JSON payload received. Unknown name "{name[:_SHOWN]}"{place}: Cannot find field.'
        self._wrong(where, text)

    def _wrong(self, where: Where, text: str) -> None:
        if len(self.violations) < MOST_VIOLATIONS:
            self.violations.append(Violation(_written(where), text))


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether a value has more levels: what is let through is written again, and no writer takes any depth."""
    if not isinstance(value, dict | list) or not value:
        return False
    return levels <= 0 or any(
        _is_deeper(each, levels - 1) for each in (value.values() if isinstance(value, dict) else value)
    )


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else _json(value)
    return f'"{text[:_SHOWN]}"' if isinstance(value, str) else text[:_SHOWN]


def _json(value: Any) -> str:
    """As JSON; of what is too deep for that, only what it begins with."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return "{" if isinstance(value, dict) else "["


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _decimal(value: Any) -> float:
    if isinstance(value, str) and not _NUMBER.fullmatch(value[:_SHOWN]):
        raise ValueError
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    return float(value)


def _whole(value: Any) -> int:
    number = _decimal(value)
    if not number.is_integer() or int(number) not in _INT32:
        raise ValueError
    return int(number)


def _long(value: Any) -> int:
    """A 64-bit number is a text in JSON; as a number it is taken, too."""
    number = int(_text(value)) if isinstance(value, str) and value.isdecimal() and len(value) < 20 else value
    if isinstance(number, bool) or not isinstance(number, int) or not -(2**63) <= number < 2**63:
        raise ValueError
    return number


def _base64(value: Any) -> str:
    """Either alphabet, with padding or without. It stays a text: most is never looked into."""
    text = _text(value)
    bytes_of(text)
    return text


def bytes_of(text: str) -> bytes:
    """What stands in base64 of either alphabet. Raises `ValueError`."""
    plain = text.translate(_TO_PLAIN)
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


_TO_PLAIN: Final = str.maketrans("-_", "+/")


def _refused(_value: Any) -> Any:
    raise TypeError


_SCALARS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "string": ("TYPE_STRING", _text),
    "bytes": ("TYPE_BYTES", _base64),
    "bool": ("TYPE_BOOL", _truth),
    "int32": ("TYPE_INT32", _whole),
    "int64": ("TYPE_INT64", _long),
    "float": ("TYPE_FLOAT", _decimal),
    "object": ("type.googleapis.com/google.protobuf.Struct", _refused),
}
