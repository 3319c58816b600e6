"""How a JSON value must look. Each shape says what is wrong with a value, and how OpenAPI describes it.

LINE = Record(members={"sku": Text(longest=100), "note": Text(optional=True)})
LINE.flaws({"sku": ""})  # [Flaw("/sku", "text", "must be a text of 1 to 100 characters")]
LINE.described()         # {"type": "object", "properties": {…}, "required": ["sku"]}
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, Final, Literal, NamedTuple

Schema = dict[str, Any]
NUMBER_PATTERN: Final = r"^-?[0-9]{1,15}(\.[0-9]{1,10})?$"
_NUMBERS: Final = {
    "any": NUMBER_PATTERN,
    "not negative": r"^(-(?=[0.]*$))?[0-9]{1,15}(\.[0-9]{1,10})?$",
    "positive": r"^(?=.*[1-9])[0-9]{1,15}(\.[0-9]{1,10})?$",
}
INSTANT_PATTERN: Final = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]"
    r"(:[0-5][0-9](\.[0-9]{1,6})?)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)


class Flaw(NamedTuple):
    """Something wrong with a value."""

    pointer: str
    """JSON pointer from the value that was looked at: empty for itself."""
    code: str
    detail: str

    def below(self, name: str) -> "Flaw":
        """The same, as seen from what holds the value under that name."""
        return Flaw(f"/{name}{self.pointer}", self.code, self.detail)


_TEXTS: Final = frozenset({str})
Flaws = Sequence[Flaw]
NONE: Final[Flaws] = ()
Rule = Callable[[Any], Flaws]


class Shape(ABC):
    """What a value must be; `optional` is whether what holds it can do without, null included."""

    def __init__(self, *, optional: bool = False, about: str = "") -> None:
        self.optional = optional
        self.about = about

    @abstractmethod
    def flaws(self, value: Any) -> Flaws:
        """What is wrong with a value that is not null."""

    @abstractmethod
    def schema(self) -> Schema:
        """Without what `about` says."""

    def described(self) -> Schema:
        """In the words of OpenAPI 3.1, which are those of JSON Schema 2020-12."""
        schema = self.schema()
        if self.optional and "type" in schema:
            schema["type"] = [schema["type"], "null"]
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]
        if self.about:
            schema["description"] = self.about
        return schema


class Text(Shape):
    """A text of `shortest` to `longest` characters."""

    def __init__(self, *, longest: int = 200, shortest: int = 1, optional: bool = False, about: str = "") -> None:
        super().__init__(optional=optional, about=about)
        self.longest = longest
        self.shortest = shortest

    def flaws(self, value: Any) -> Flaws:
        if isinstance(value, str) and self.shortest <= len(value) <= self.longest:
            return NONE
        return (Flaw("", "text", f"must be a text of {self.shortest} to {self.longest} characters"),)

    def schema(self) -> Schema:
        return {"type": "string", "minLength": self.shortest, "maxLength": self.longest}


class Form(Shape):
    """A text of a certain form."""

    def __init__(self, *, pattern: str, code: str, detail: str, optional: bool = False, about: str = "") -> None:
        """`pattern` is anchored at both ends, in the part of the language that Python and JSON Schema share."""
        super().__init__(optional=optional, about=about)
        self.pattern = pattern
        self._flaws = (Flaw("", code, detail),)

    @cached_property
    def _matches(self) -> Callable[[str], object]:
        return _matcher(self.pattern)

    def flaws(self, value: Any) -> Flaws:
        if isinstance(value, str) and self._matches(value):
            return NONE
        return self._flaws

    def schema(self) -> Schema:
        return {"type": "string", "pattern": self.pattern}


class Number(Shape):
    """A decimal number written as text: money and quantities are never binary floats."""

    def __init__(
        self,
        *,
        sign: Literal["any", "not negative", "positive"] = "any",
        optional: bool = False,
        about: str = "",
    ) -> None:
        super().__init__(optional=optional, about=about)
        self.sign = sign

    def flaws(self, value: Any) -> Flaws:
        if not isinstance(value, str) or not _matcher(NUMBER_PATTERN)(value):
            return (Flaw("", "decimal", "must be a decimal number as text"),)
        if self.sign == "any":
            return NONE
        number = Decimal(value)
        if number > 0 or (number == 0 and self.sign == "not negative"):
            return NONE
        return (Flaw("", "positive", "must be > 0" if self.sign == "positive" else "must be >= 0"),)

    def schema(self) -> Schema:
        return {"type": "string", "pattern": _NUMBERS[self.sign]}


class Instant(Shape):
    """A moment, RFC 3339."""

    def flaws(self, value: Any) -> Flaws:
        return (Flaw("", "instant", "must be an RFC 3339 instant"),) if moment_of(value) is None else NONE

    def schema(self) -> Schema:
        return {"type": "string", "format": "date-time", "pattern": INSTANT_PATTERN}


class Choice(Shape):
    """One of these texts."""

    def __init__(self, *, of: Sequence[str], optional: bool = False, about: str = "") -> None:
        super().__init__(optional=optional, about=about)
        self.of = of

    def flaws(self, value: Any) -> Flaws:
        # Not `in` alone: what is compared may be of any type, and 1 == True.
        if isinstance(value, str) and value in self.of:
            return NONE
        return (Flaw("", "choice", f"must be one of {', '.join(self.of)}"),)

    def schema(self) -> Schema:
        return {"type": "string", "enum": list(self.of)}


class Whole(Shape):
    """A whole number."""

    def __init__(self, *, least: int = 0, most: int | None = None, optional: bool = False, about: str = "") -> None:
        super().__init__(optional=optional, about=about)
        self.least = least
        self.most = most

    def flaws(self, value: Any) -> Flaws:
        if (
            isinstance(value, int)
            and not isinstance(value, bool)
            and value >= self.least
            and (self.most is None or value <= self.most)
        ):
            return NONE
        above = "" if self.most is None else f" and at most {self.most}"
        code = "positive" if self.least else "whole"
        return (Flaw("", code, f"must be a whole number of at least {self.least}{above}"),)

    def schema(self) -> Schema:
        above = {} if self.most is None else {"maximum": self.most}
        return {"type": "integer", "minimum": self.least, **above}


class Flag(Shape):
    """True or false."""

    def flaws(self, value: Any) -> Flaws:
        return NONE if isinstance(value, bool) else (Flaw("", "boolean", "must be true or false"),)

    def schema(self) -> Schema:
        return {"type": "boolean"}


class Pairs(Shape):
    """Texts by name."""

    def __init__(self, *, most: int = 20, optional: bool = False, about: str = "") -> None:
        super().__init__(optional=optional, about=about)
        self.most = most

    def flaws(self, value: Any) -> Flaws:
        if isinstance(value, dict) and len(value) <= self.most and _TEXTS.issuperset(map(type, value.values())):
            return NONE
        return (Flaw("", "pairs", f"must be at most {self.most} pairs of texts"),)

    def schema(self) -> Schema:
        return {"type": "object", "maxProperties": self.most, "additionalProperties": {"type": "string"}}


class Listed(Shape):
    """A list of 1 to `most` of something; `rule` looks at all of them together, where each is right."""

    def __init__(
        self,
        *,
        of: Shape,
        least: int = 1,
        most: int = 200,
        noun: str = "entries",
        rule: Rule | None = None,
        optional: bool = False,
        about: str = "",
    ) -> None:
        super().__init__(optional=optional, about=about)
        self.of = of
        self.least = least
        self.most = most
        self.noun = noun
        self.rule = rule

    def flaws(self, value: Any) -> Flaws:
        if not isinstance(value, list) or not self.least <= len(value) <= self.most:
            return (Flaw("", "length", f"must be {self.least} to {self.most} {self.noun}"),)
        found: list[Flaw] = []
        for place, each in enumerate(value):
            wrong = self.of.flaws(each)
            if wrong:
                found += [flaw.below(str(place)) for flaw in wrong]
        return found or (NONE if self.rule is None else self.rule(value))

    def schema(self) -> Schema:
        return {"type": "array", "minItems": self.least, "maxItems": self.most, "items": self.of.described()}


class Record(Shape):
    """An object with members that are known; others are ignored. `rule` looks at the whole, where each is right."""

    def __init__(
        self,
        *,
        members: Mapping[str, Shape],
        rule: Rule | None = None,
        named: str = "",
        optional: bool = False,
        about: str = "",
    ) -> None:
        """`named`: in a description, which then shows it once; else it is shown wherever it is used."""
        super().__init__(optional=optional, about=about)
        self.members = members
        self.rule = rule
        self.named = named
        self._parts = tuple((name, shape.flaws, not shape.optional) for name, shape in members.items())

    def flaws(self, value: Any) -> Flaws:
        if not isinstance(value, dict):
            return (Flaw("", "object", "must be an object"),)
        found: Flaws = NONE
        for name, flaws_of, is_required in self._parts:
            member = value.get(name)
            if member is not None:
                wrong = flaws_of(member)
                if wrong:
                    found = [*found, *(flaw.below(name) for flaw in wrong)]
            elif is_required:
                found = [*found, Flaw(f"/{name}", "required", "is required")]
        return found or (NONE if self.rule is None else self.rule(value))

    def known(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """The members that the system knows, of those that are there."""
        return {name: member for name in self.members if (member := value.get(name)) is not None}

    def schema(self) -> Schema:
        # Of one that may be null, more than the reference would have to be said.
        shared = self.named and not self.optional
        return {"$ref": f"#/components/schemas/{self.named}"} if shared else self.whole()

    def whole(self) -> Schema:
        """Itself, not a reference to it."""
        required = [name for name, shape in self.members.items() if not shape.optional]
        properties = {name: shape.described() for name, shape in self.members.items()}
        return {
            "type": "object",
            **({"properties": properties} if properties else {}),
            **({"required": required} if required else {}),
        }


def moment_of(value: Any) -> datetime | None:
    """The instant that a text names, or None."""
    if not isinstance(value, str) or not _matcher(INSTANT_PATTERN)(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None  # a 30th of February


@cache
def _matcher(pattern: str) -> Callable[[str], object]:
    # Compiled when it is first needed: all of them take longer than the rest of the package.
    return re.compile(pattern.removesuffix("$")).fullmatch
