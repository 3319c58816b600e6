"""Checks a JSON value against a schema of an OpenAPI 3 document: as much of the language as vendors' documents use."""

import json
import os
import re
from pathlib import Path
from typing import Any

from tests.support.absent import absent

ROOT = Path(__file__).parents[2]
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def document(name: str) -> dict[str, Any]:
    """A vendor's own API description; the test is skipped, saying so, where there is none."""
    folder = Path(os.environ.get("BROWNOUT_SPECS") or ROOT.parent / "shared" / "specs")
    path = folder / name
    if not path.is_file():
        absent(f"no {name}: point BROWNOUT_SPECS at a folder with the vendors' API descriptions")
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def mismatches(
    spec: dict[str, Any], schema: dict[str, Any], value: Any, where: str = "", *, nulls: bool = False
) -> list[str]:
    """What is wrong with `value`, one line each. An object must have all the properties that are named, and no other.

    With `nulls`, null is fine everywhere: some documents' own examples show it where their schemas forbid it.
    """
    schema = _resolved(spec, schema)
    if value is None:
        # A schema without a type (an enumeration behind a reference) says nothing about null.
        return [] if nulls or schema.get("nullable") or "type" not in schema else [f"{where}: null"]
    found = _scalar_mismatches(schema, value, where)
    if isinstance(value, list) and "items" in schema:
        for place, item in enumerate(value):
            found += mismatches(spec, schema["items"], item, f"{where}[{place}]", nulls=nulls)
    if isinstance(value, dict) and "properties" in schema:
        named = schema["properties"]
        found += [f"{where}: {name} is missing" for name in named if name not in value]
        found += [f"{where}: {name} is not in the description" for name in value if name not in named]
        for name in set(named) & set(value):
            found += mismatches(spec, named[name], value[name], f"{where}.{name}", nulls=nulls)
    return found


def _resolved(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        target: Any = spec
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema


def _scalar_mismatches(schema: dict[str, Any], value: Any, where: str) -> list[str]:
    kind = schema.get("type")
    if kind in _TYPES and (not isinstance(value, _TYPES[kind]) or (kind != "boolean" and isinstance(value, bool))):
        return [f"{where}: {kind} wanted, {value!r} found"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value!r} is none of {schema['enum']}")
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        found.append(f"{where}: {value!r} does not match {schema['pattern']}")
    return found
