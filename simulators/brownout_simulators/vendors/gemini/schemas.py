"""The API's own schemas (a part of OpenAPI's, with types in capitals) as JSON schemas."""

from collections.abc import Mapping
from typing import Any, Final

_SAME: Final = (
    "title", "description", "format", "enum", "minItems", "maxItems", "minProperties", "maxProperties", "minLength",
    "maxLength", "minimum", "maximum", "pattern", "required", "default",
)  # fmt: skip
DEEPEST: Final = 64


def json_schema(schema: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """The same as a JSON schema; `nullable` becomes a second type."""
    if depth > DEEPEST:
        return {}
    found: dict[str, Any] = {name: schema[name] for name in _SAME if name in schema}
    kind = schema.get("type", "TYPE_UNSPECIFIED").lower()
    if kind != "type_unspecified":
        found["type"] = [kind, "null"] if schema.get("nullable") else kind
    for name in ("prefixItems", "anyOf"):
        if name in schema:
            found[name] = [json_schema(each, depth + 1) for each in schema[name]]
    if "items" in schema:
        found["items"] = json_schema(schema["items"], depth + 1)
    if "properties" in schema:
        found["properties"] = {name: json_schema(each, depth + 1) for name, each in _ordered(schema)}
    if "anyOf" in found and schema.get("nullable"):
        found["anyOf"].append({"type": "null"})
        found.pop("type", None)
    return found | _referred(schema, depth)


def _referred(schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """What a schema names elsewhere, or allows besides."""
    found: dict[str, Any] = {}
    if "defs" in schema:
        found["$defs"] = {name: json_schema(each, depth + 1) for name, each in schema["defs"].items()}
    if "ref" in schema:
        found["$ref"] = schema["ref"]
    if isinstance(schema.get("additionalProperties"), bool | Mapping):
        found["additionalProperties"] = schema["additionalProperties"]
    return found


def _ordered(schema: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The properties in `propertyOrdering`, in which they are generated; those that it leaves out come last."""
    properties: Mapping[str, Mapping[str, Any]] = schema["properties"]
    order = {name: place for place, name in enumerate(schema.get("propertyOrdering", ()))}
    return sorted(properties.items(), key=lambda entry: order.get(entry[0], len(order)))


def objection_to(schema: Mapping[str, Any], where: str, depth: int = 0) -> str:
    """What is wrong with a schema in the model server's words; "" for a good one."""
    kind = schema.get("type")
    if depth > DEEPEST:
        return f"* {where}: schema is too deep\n"
    if kind == "ARRAY" and "items" not in schema and "prefixItems" not in schema:
        return f"* {where}.items: missing field.\n"
    for name in schema.get("required", ()):
        if kind == "OBJECT" and name not in schema.get("properties", {}):
            place = schema["required"].index(name)
            return f"* {where}.required[{place}]: property is not defined\n"
    below = [(f"{where}.properties[{name}]", each) for name, each in schema.get("properties", {}).items()]
    below += [(f"{where}.items", schema["items"])] if "items" in schema else []
    below += [(f"{where}.any_of[{place}]", each) for place, each in enumerate(schema.get("anyOf", ()))]
    return next((found for place, each in below if (found := objection_to(each, place, depth + 1))), "")
