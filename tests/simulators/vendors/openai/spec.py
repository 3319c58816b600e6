"""What is wrong with a value by the vendor's own API description: types, enumerations, what is required, alternatives.

As strict as the description: a property that it does not name is a fault, too. But for one thing: `usage` is null until
there is one, in the vendor's own examples.
"""

from functools import cache
from typing import Any

from tests.support.openapi import document

_TYPES: dict[str, Any] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "number": (int, float),
    "integer": int,
}  # fmt: skip


@cache
def _schemas() -> dict[str, Any]:
    found: dict[str, Any] = document("openai.json")["components"]["schemas"]
    return found


def faults(name: str, value: Any) -> list[str]:
    """One line each; the test is skipped where there is no description."""
    return _faults({"$ref": f"#/components/schemas/{name}"}, value, name)


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = _schemas()[schema["$ref"].rsplit("/", 1)[1]]
    return schema


def _flat(schema: dict[str, Any]) -> dict[str, Any]:
    """With `allOf` put together."""
    schema = _resolved(schema)
    if "allOf" not in schema:
        return schema
    whole: dict[str, Any] = {name: each for name, each in schema.items() if name != "allOf"}
    for part in map(_flat, schema["allOf"]):
        properties = {**whole.get("properties", {}), **part.get("properties", {})}
        required = [*whole.get("required", []), *part.get("required", [])]
        whole = {**part, **whole, "properties": properties, "required": required}
    return whole


def _faults(schema: dict[str, Any], value: Any, where: str) -> list[str]:  # noqa: PLR0911  a line for each word
    schema = _flat(schema)
    if value is None and schema.get("nullable"):
        return []
    for word in ("anyOf", "oneOf"):
        if word in schema:
            tried = [_faults(each, value, where) for each in schema[word]]
            if all(tried):
                return [f"{where}: none of {len(tried)} alternatives", *min(tried, key=len)]
            return []
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        return [f"{where}: {'/'.join(kinds)} wanted, {value!r} found"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: {value!r} is none of {schema['enum'][:8]}"]
    if isinstance(value, list) and "items" in schema:
        return [
            line for place, each in enumerate(value) for line in _faults(schema["items"], each, f"{where}[{place}]")
        ]
    if not isinstance(value, dict) or not schema.get("properties"):
        return []
    named = schema["properties"]
    found = [f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value]
    if not schema.get("additionalProperties"):
        found += [f"{where}: {name} is not in the description" for name in value if name not in named]
    judged = [name for name in named if name in value and not (name == "usage" and value[name] is None)]
    return found + [line for name in judged for line in _faults(named[name], value[name], f"{where}.{name}")]


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
