"""What is wrong with a value by a JSON Schema: written apart from what makes values, to judge it."""

import re
from typing import Any

_TYPES: dict[str, Any] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "number": int | float,
    "integer": int,
}  # fmt: skip
_FORMATS = {
    "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "email": r"\S+@\S+\.\S+",
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
}


def faults_of(schema: dict[str, Any], value: Any, root: dict[str, Any]) -> list[str]:
    """One line for each."""
    if "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].split("/")[1:]:
            target = target[part.replace("~1", "/").replace("~0", "~")]
        return faults_of(target, value, root)
    found = [fault for part in schema.get("allOf", []) for fault in faults_of(part, value, root)]
    if "anyOf" in schema and not any(not faults_of(each, value, root) for each in schema["anyOf"]):
        found.append(f"{value!r}: none of the alternatives")
    if "const" in schema and value != schema["const"]:
        found.append(f"{value!r}: not the constant")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{value!r}: not in the enumeration")
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, _TYPES[kind]) and (kind == "boolean" or value not in (True, False) or
                         type(value) is not bool) for kind in kinds):  # fmt: skip
        found.append(f"{value!r}: not {kinds}")
    return found + _bounds(schema, value) + _inside(schema, value, root)


def _bounds(schema: dict[str, Any], value: Any) -> list[str]:
    found = []
    if isinstance(value, int | float) and not isinstance(value, bool):
        step = schema.get("multipleOf")
        checks = [value >= schema.get("minimum", value), value <= schema.get("maximum", value),
                  "exclusiveMinimum" not in schema or value > schema["exclusiveMinimum"],
                  "exclusiveMaximum" not in schema or value < schema["exclusiveMaximum"],
                  step is None or abs(value / step - round(value / step)) < 1e-9]  # fmt: skip
        found += [f"{value}: bound {place}" for place, holds in enumerate(checks) if not holds]
    if isinstance(value, str):
        fits = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        pattern = schema.get("pattern") or _FORMATS.get(schema.get("format", ""), "")
        found += [] if fits and re.search(pattern, value) else [f"{value!r}: length or pattern"]
    if isinstance(value, list):
        fits = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
        fits = fits and not (schema.get("uniqueItems") and len(value) != len({repr(each) for each in value}))
        found += [] if fits else [f"{value!r}: length or repetition"]
    return found


def _inside(schema: dict[str, Any], value: Any, root: dict[str, Any]) -> list[str]:
    if isinstance(value, list):
        firsts = schema.get("prefixItems", [])
        parts = [(firsts[n] if n < len(firsts) else schema.get("items", {}), each) for n, each in enumerate(value)]
    elif isinstance(value, dict):
        named = schema.get("properties", {})
        missing = [f"{name} is missing" for name in schema.get("required", []) if name not in value]
        if missing:
            return missing
        if schema.get("additionalProperties") is False and set(value) - set(named):
            return [f"{sorted(set(value) - set(named))} are not in the schema"]
        parts = [(named.get(name, {}), each) for name, each in value.items()]
    else:
        return []
    return [fault for part, each in parts for fault in faults_of(part, each, root)]
