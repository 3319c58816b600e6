"""`$filter`: read into a condition on an entity. What is not known is refused, never ignored.

    number eq 'SO-1001' and (status eq 'Draft' or status eq 'Open')
    quantity ge 2    plannedStart lt 2026-11-20T00:00:00Z    number in ('1','2')    startswith(displayName,'Ada')

`or` joins conditions on one property only (Microsoft Learn, "Use filter expressions in OData URIs").
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from brownout_simulators.vendors.erp.instants import normal_instant
from brownout_simulators.vendors.erp.schema import DATE, GUID, INSTANT, NUMBER, TEXT, WHOLE, Kind

LONGEST: Final = 8_000
DEEPEST: Final = 32
"""Brackets within brackets."""

Condition = Callable[[Mapping[str, Any]], bool]


class BadFilter(ValueError):
    """It cannot be understood; the message says where."""


class UnknownProperty(ValueError):
    """It names a property that the entity does not have."""


class Filter(NamedTuple):
    """A condition, and what must be equal for it to hold: by this entities are looked up."""

    holds: Condition
    equal: Mapping[str, Any]
    properties: frozenset[str]


_TOKENS: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')"
    r"|(?P<guid>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})"
    r"|(?P<instant>\d{4}-\d\d-\d\d(?:T[0-9:.]+(?:Z|[+-]\d\d:\d\d))?)"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<mark>[(),]))"
)
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": lambda value, other: bool(value == other),
    "ne": lambda value, other: bool(value != other),
    "gt": lambda value, other: value is not None and other is not None and value > other,
    "ge": lambda value, other: value is not None and other is not None and value >= other,
    "lt": lambda value, other: value is not None and other is not None and value < other,
    "le": lambda value, other: value is not None and other is not None and value <= other,
}
_TEXT_FUNCTIONS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": lambda text, part: part in text,
}


def read_filter(text: str, kind: Kind) -> Filter:
    """Raises `BadFilter` and `UnknownProperty`."""
    if len(text) > LONGEST:
        raise BadFilter(f"a filter has at most {LONGEST} characters")
    reader = _Reader(text, kind)
    found = reader.disjunction(0)
    reader.end()
    return found


class _Reader:
    def __init__(self, text: str, kind: Kind) -> None:
        self._kind = kind
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        place = 0
        while text[place:].strip():
            match = _TOKENS.match(text, place)
            if match is None:
                raise BadFilter(f"syntax error at position {place}")
            self._tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            place = match.end()

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise BadFilter(f"syntax error at {self._tokens[self._at][1]!r}")

    def disjunction(self, depth: int) -> Filter:
        parts = [self._conjunction(depth)]
        while self._took("word", "or"):
            parts.append(self._conjunction(depth))
        if len(parts) == 1:
            return parts[0]
        properties = frozenset[str]().union(*(part.properties for part in parts))
        if len(properties) > 1:
            raise BadFilter("or joins conditions on one property only")
        conditions = [part.holds for part in parts]
        return Filter(lambda values: any(one(values) for one in conditions), {}, properties)

    def _conjunction(self, depth: int) -> Filter:
        parts = [self._term(depth)]
        while self._took("word", "and"):
            parts.append(self._term(depth))
        if len(parts) == 1:
            return parts[0]
        conditions = [part.holds for part in parts]
        equal: dict[str, Any] = {}
        for part in parts:
            equal |= part.equal
        properties = frozenset[str]().union(*(part.properties for part in parts))
        return Filter(lambda values: all(one(values) for one in conditions), equal, properties)

    def _term(self, depth: int) -> Filter:
        if depth > DEEPEST:
            raise BadFilter("too many brackets")
        if self._took("mark", "("):
            found = self.disjunction(depth + 1)
            self._need("mark", ")")
            return found
        name = self._next("word")
        if name in _TEXT_FUNCTIONS and self._took("mark", "("):
            return self._function(name)
        if self._took("mark", "("):
            raise BadFilter(f"{name!r} is no function that is known here")
        return self._comparison(name)

    def _function(self, function: str) -> Filter:
        name = self._next("word")
        if self._type_of(name) != TEXT:
            raise BadFilter(f"{function} is for texts")
        self._need("mark", ",")
        part = self._literal(name)
        self._need("mark", ")")
        test = _TEXT_FUNCTIONS[function]
        return Filter(
            lambda values: isinstance(values.get(name), str) and test(values[name], str(part)), {}, frozenset({name})
        )

    def _comparison(self, name: str) -> Filter:
        self._type_of(name)
        operator = self._next("word")
        if operator == "in":
            choices = self._choices(name)
            return Filter(lambda values: values.get(name) in choices, {}, frozenset({name}))
        compare = _COMPARE.get(operator)
        if compare is None:
            raise BadFilter(f"{operator!r} is no operator that is known here")
        other = self._literal(name)
        equal = {name: other} if operator == "eq" and other is not None else {}
        return Filter(lambda values: compare(values.get(name), other), equal, frozenset({name}))

    def _choices(self, name: str) -> list[Any]:
        self._need("mark", "(")
        choices = [self._literal(name)]
        while self._took("mark", ","):
            choices.append(self._literal(name))
        self._need("mark", ")")
        return choices

    def _type_of(self, name: str) -> str:
        field = self._kind.fields.get(name)
        if field is None:
            raise UnknownProperty(name)
        return field.type

    def _literal(self, name: str) -> Any:
        """A value of the property's type."""
        type_ = self._type_of(name)
        if self._at >= len(self._tokens):
            raise BadFilter("a value is missing")
        found, text = self._tokens[self._at]
        self._at += 1
        if (found, text) == ("word", "null"):
            return None
        value = _value(found, text, type_)
        if value is None:
            raise BadFilter(f"{text!r} is no {type_}")
        return value

    def _took(self, kind: str, text: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == (kind, text):
            self._at += 1
            return True
        return False

    def _need(self, kind: str, text: str) -> None:
        if not self._took(kind, text):
            raise BadFilter(f"{text!r} is missing")

    def _next(self, kind: str) -> str:
        if self._at >= len(self._tokens) or self._tokens[self._at][0] != kind:
            raise BadFilter("syntax error: a property or an operator is missing")
        self._at += 1
        return self._tokens[self._at - 1][1]


def _value(found: str, text: str, type_: str) -> Any:
    """The token as a value of the type; None where it is none."""
    plain = text[1:-1].replace("''", "'") if found == "text" else text
    if type_ == TEXT:
        return plain if found == "text" else None
    if type_ == GUID:
        # Some clients quote a GUID, as OData v2 had them.
        return plain.lower() if found == "guid" or (found == "text" and len(plain) == 36) else None
    if type_ in {NUMBER, WHOLE}:
        return float(text) if found == "number" else None
    if found != "instant":
        return None
    return text[:10] if type_ == DATE else _instant(text) if type_ == INSTANT else None


def _instant(text: str) -> str | None:
    try:
        return normal_instant(text)
    except ValueError:
        return None
