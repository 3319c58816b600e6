"""Checks a JSON value against a schema of an OpenAPI 3 document: as much of the language as vendors' documents use."""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

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


def has_document(name: str) -> bool:
    """Whether that API description is on this machine."""
    return _path(name).is_file()


def _path(name: str) -> Path:
    return Path(os.environ.get("BROWNOUT_SPECS") or ROOT.parent / "shared" / "specs") / name


def document(name: str) -> dict[str, Any]:
    """A vendor's own API description; the test is skipped, saying so, where there is none."""
    path = _path(name)
    if not path.is_file():
        absent(f"no {name}: point BROWNOUT_SPECS at a folder with the vendors' API descriptions")
    return _read(path)


@cache
def _read(path: Path) -> dict[str, Any]:
    """Once in a process: the largest take a third of a second."""
    text = path.read_text()
    content: dict[str, Any] = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=_Loader)  # noqa: S506
    return content


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def mismatches(
    spec: dict[str, Any],
    schema: dict[str, Any],
    value: Any,
    where: str = "",
    *,
    nulls: bool = False,
    optional: bool = False,
) -> list[str]:
    """What is wrong with `value`, one line each. An object must have all the properties that are named, and no other.

    With `nulls`, null is fine everywhere: some documents' own examples show it where their schemas forbid it. With
    `optional`, the properties that a schema does not require may be missing.
    """
    schema = _resolved(spec, schema)
    if isinstance(schema.get("type"), list):  # OpenAPI 3.1: null is a type among others
        kinds = [kind for kind in schema["type"] if kind != "null"]
        schema = {**schema, "type": kinds[0], "nullable": "null" in schema["type"]}
    choices = schema.get("oneOf") or schema.get("anyOf")
    if choices and not (value is None and schema.get("nullable")):
        return min((mismatches(spec, each, value, where, nulls=nulls, optional=optional) for each in choices), key=len)
    if value is None:
        # A schema without a type (an enumeration behind a reference) says nothing about null.
        return [] if nulls or schema.get("nullable") or "type" not in schema else [f"{where}: null"]
    found = _scalar_mismatches(schema, value, where)
    if isinstance(value, list) and "items" in schema:
        for place, item in enumerate(value):
            found += mismatches(spec, schema["items"], item, f"{where}[{place}]", nulls=nulls, optional=optional)
    if isinstance(value, dict) and "properties" in schema:
        named = schema["properties"]
        wanted = schema.get("required", ()) if optional else named
        found += [f"{where}: {name} is missing" for name in wanted if name not in value]
        found += [f"{where}: {name} is not in the description" for name in value if name not in named]
        for name in set(named) & set(value):
            found += mismatches(spec, named[name], value[name], f"{where}.{name}", nulls=nulls, optional=optional)
    return found


def _resolved(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        target: Any = spec
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    parts = [_resolved(spec, part) for part in schema.get("allOf", ())]
    if not parts:
        return schema
    # What all of the parts say, as one schema; the schema's own word about null stays.
    whole = {name: value for part in parts for name, value in part.items()}
    whole["properties"] = {name: value for part in parts for name, value in part.get("properties", {}).items()}
    whole["required"] = [name for part in parts for name in part.get("required", ())]
    return {**whole, **{name: value for name, value in schema.items() if name != "allOf"}}


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
