"""A JSON value that is valid for a JSON Schema: the same key gives the same value.

As much of the language as vendors let callers ask for: types, enumerations, bounds, lengths, patterns of the simpler
kind, formats, objects, arrays, alternatives, references. What cannot be met (a bound that excludes all, an object that
must contain itself) is met as far as it can.
"""

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

from brownout_simulators.answers.from_pattern import text_for
from brownout_simulators.answers.prose import WORDS

DEEPEST: Final = 24
"""Below, a value is as small as its schema lets it be."""
LARGEST: Final = 20_000
"""Values in all; those beyond are null."""
LONGEST: Final = 20_000
"""Characters of one text."""
_FORMATS: Final[Mapping[str, str]] = {
    "date-time": r"20[12]\d-0[1-9]-[12]\dT[01]\d:[0-5]\d:[0-5]\dZ",
    "date": r"20[12]\d-0[1-9]-[12]\d",
    "time": r"[01]\d:[0-5]\d:[0-5]\dZ",
    "duration": r"PT[1-9]\dM",
    "email": r"[a-z]{6}@example\.(com|org|net)",
    "hostname": r"[a-z]{6}\.example\.(com|org|net)",
    "uri": r"https://[a-z]{6}\.example\.(com|org|net)/[a-z]{4}",
    "ipv4": r"192\.0\.2\.[1-9]\d",
    "ipv6": r"2001:db8::[1-9a-f]{4}",
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
}


def value_for(schema: Mapping[str, Any], key: bytes) -> Any:
    """A value that the schema allows."""
    return _Maker(schema, random.Random(key)).of(schema, 0)


class _Maker:
    def __init__(self, root: Mapping[str, Any], draws: random.Random) -> None:
        self._root = root
        self._draws = draws
        self._made = 0

    def of(self, schema: Any, depth: int) -> Any:  # noqa: PLR0911  one line for each type
        self._made += 1
        if not isinstance(schema, Mapping) or self._made > LARGEST or depth > 2 * DEEPEST:
            return None
        schema = self._plain(schema, depth)
        if "const" in schema:
            return schema["const"]
        options = schema.get("enum")
        if isinstance(options, Sequence) and options:
            return self._draws.choice(options)
        kind = self._kind(schema, depth)
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, depth)
        if kind in {"integer", "number"}:
            return self._number(schema, is_whole=kind == "integer")
        if kind == "boolean":
            return self._draws.random() < 0.5
        return self._text(schema) if kind == "string" else None

    def _plain(self, schema: Mapping[str, Any], depth: int) -> Mapping[str, Any]:
        """With references followed, one of the alternatives taken, and all that must hold at once put together."""
        for _ in range(DEEPEST):
            if isinstance(schema.get("$ref"), str):
                rest = {name: value for name, value in schema.items() if name != "$ref"}
                schema = {**self._referred(schema["$ref"]), **rest}
            elif isinstance(schema.get("allOf"), Sequence) and schema["allOf"]:
                rest = {name: value for name, value in schema.items() if name != "allOf"}
                schema = _together([rest, *(self._followed(part) for part in schema["allOf"])])
            elif options := schema.get("anyOf") or schema.get("oneOf"):
                rest = {name: value for name, value in schema.items() if name not in {"anyOf", "oneOf"}}
                schema = _together([rest, self._one_of(options, depth)])
            else:
                break
        return schema

    def _one_of(self, options: Any, depth: int) -> Mapping[str, Any]:
        found = [each for each in options if isinstance(each, Mapping)] if isinstance(options, Sequence) else []
        if not found:
            return {}
        if depth >= DEEPEST:  # the one that leads no deeper, where there is one
            found = [each for each in found if not self._leads_on(each)] or found
        return self._followed(self._draws.choice(found))

    def _leads_on(self, schema: Mapping[str, Any]) -> bool:
        kinds = self._followed(schema).get("type")
        return "$ref" in schema or kinds in {"object", "array"} or "anyOf" in schema

    def _followed(self, schema: Any) -> Mapping[str, Any]:
        if not isinstance(schema, Mapping):
            return {}
        return self._referred(schema["$ref"]) if isinstance(schema.get("$ref"), str) else schema

    def _referred(self, pointer: str) -> Mapping[str, Any]:
        found: Any = self._root
        for part in pointer.lstrip("#").split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, Mapping) else None
        return found if isinstance(found, Mapping) else {}

    def _kind(self, schema: Mapping[str, Any], depth: int) -> str:
        kinds = schema.get("type")
        if isinstance(kinds, Sequence) and not isinstance(kinds, str):
            names = [str(each).lower() for each in kinds]
            shallow = [name for name in names if name not in {"object", "array"}]
            return self._draws.choice((shallow if depth >= DEEPEST else names) or names or ["null"])
        if isinstance(kinds, str):
            nullable = schema.get("nullable") is True and (depth >= DEEPEST or self._draws.random() < 0.1)
            return "null" if nullable else kinds.lower()
        for kind, marks in (("object", ("properties", "required")), ("array", ("items", "prefixItems"))):
            if any(mark in schema for mark in marks):
                return kind
        return "string"

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        named = schema.get("properties")
        properties = named if isinstance(named, Mapping) else {}
        asked = schema.get("required")
        required = [str(name) for name in asked] if isinstance(asked, Sequence) and not isinstance(asked, str) else []
        chosen = [
            name
            for name in dict.fromkeys([*properties, *required])
            if name in required or (depth < DEEPEST and self._draws.random() < 0.8)
        ]
        return {str(name): self.of(properties.get(name, {"type": "string"}), depth + 1) for name in chosen}

    def _array(self, schema: Mapping[str, Any], depth: int) -> list[Any]:
        least, most = _whole(schema.get("minItems"), 0), _whole(schema.get("maxItems"), LARGEST)
        prefix = schema.get("prefixItems")
        firsts = list(prefix) if isinstance(prefix, Sequence) else []
        size = least if depth >= DEEPEST else max(least, len(firsts), self._draws.randint(1, 3))
        size = min(size, most, LARGEST)
        items = schema.get("items", {"type": "string"})
        made = [self.of(firsts[place] if place < len(firsts) else items, depth + 1) for place in range(size)]
        return _different(made, least) if schema.get("uniqueItems") is True else made

    def _number(self, schema: Mapping[str, Any], *, is_whole: bool) -> float:
        low, high = _bounds(schema)
        given = schema.get("multipleOf")
        step: float = given if _is_number(given) and given is not None and given > 0 else 1 if is_whole else 0.01
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if first * step <= _below(schema, low):
            first += 1
        if last * step >= _above(schema, high):
            last -= 1
        if first > last and not is_whole and "multipleOf" not in schema:
            return (low + high) / 2  # nothing so round lies between them
        number = self._draws.randint(first, max(first, last)) * step
        if not is_whole and isinstance(number, float):
            number = round(number, 10)
        return int(number) if is_whole else number

    def _text(self, schema: Mapping[str, Any]) -> str:
        pattern = schema.get("pattern") or _FORMATS.get(str(schema.get("format", "")))
        if isinstance(pattern, str):
            made = text_for(pattern, self._draws)
            if made is not None:
                return made
        least, most = _whole(schema.get("minLength"), 0), _whole(schema.get("maxLength"), LONGEST)
        text = " ".join(self._draws.choices(WORDS, k=self._draws.randint(1, 4)))
        while len(text) < min(least, LONGEST):
            text += f" {self._draws.choice(WORDS)}"
        return text if len(text) <= most else text[:most].rstrip().ljust(min(least, LONGEST), "x")


def _together(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All of these at once: properties and what is required add up, of anything else the last word counts."""
    whole: dict[str, Any] = {}
    for part in parts:
        properties = {**_mapping(whole.get("properties")), **_mapping(part.get("properties"))}
        required = [*_names(whole.get("required")), *_names(part.get("required"))]
        whole.update(part)
        whole.update({"properties": properties} if properties else {}, **({"required": required} if required else {}))
    return whole


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _names(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value: Any, otherwise: int) -> int:
    """A length that a schema gives, as a number or as a text (int64 in some vendors' JSON)."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    return int(value) if _is_number(value) and value >= 0 else otherwise


def _bounds(schema: Mapping[str, Any]) -> tuple[float, float]:
    lows = [schema[name] for name in ("minimum", "exclusiveMinimum") if _is_number(schema.get(name))]
    highs = [schema[name] for name in ("maximum", "exclusiveMaximum") if _is_number(schema.get(name))]
    low = max(lows) if lows else min(0, *highs, 0) - (100 if highs and min(highs) <= 0 else 0)
    high = min(highs) if highs else max(low, 0) + 100
    return low, high


def _below(schema: Mapping[str, Any], low: float) -> float:
    return low if schema.get("exclusiveMinimum") == low else -math.inf


def _above(schema: Mapping[str, Any], high: float) -> float:
    return high if schema.get("exclusiveMaximum") == high else math.inf


def _different(made: Sequence[Any], least: int) -> list[Any]:
    """Without repetitions, but for those that make up the least number."""
    found: list[Any] = []
    for each in made:
        if each not in found:
            found.append(each)
    return found if len(found) >= least else list(made)
