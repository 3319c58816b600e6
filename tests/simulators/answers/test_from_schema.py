"""JSON by its schema: always valid, always the same for the same key, whatever the schema is."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.answers.from_schema import LARGEST, value_for
from tests.simulators.answers.json_schema import faults_of
from tests.support.examples import examples

TREE: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
    "required": ["name", "next"],
    "additionalProperties": False,
}
SCHEMAS: list[dict[str, Any]] = [
    {"type": "string", "minLength": 30},
    {"type": "string", "maxLength": 3},
    {"type": "string", "minLength": 5, "maxLength": 5},
    {"type": "string", "enum": ["a", "b"]},
    {"type": "string", "pattern": r"^[A-Z]{2}\d{3}$"},
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "email"},
    {"type": "string", "format": "uuid"},
    {"const": 7},
    {"type": "integer"},
    {"type": "integer", "minimum": 5, "maximum": 5},
    {"type": "integer", "exclusiveMinimum": 5, "exclusiveMaximum": 7},
    {"type": "integer", "maximum": -300},
    {"type": "integer", "minimum": 1_000_000},
    {"type": "integer", "minimum": 10, "multipleOf": 7},
    {"type": "number", "minimum": 0.1, "maximum": 0.2},
    {"type": "number", "exclusiveMinimum": 0, "maximum": 0.001},
    {"type": "number", "multipleOf": 0.25},
    {"type": "boolean"},
    {"type": "null"},
    {"type": ["string", "null"]},
    {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 6},
    {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
    {"type": "array", "items": {"type": "boolean"}, "maxItems": 0},
    {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True},
    {"anyOf": [{"type": "integer", "minimum": 3}, {"type": "string"}]},
    {"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
               {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b"]}]},
    {"$defs": {"one": {"type": "object", "properties": {"x": {"$ref": "#/$defs/two"}}, "required": ["x"]},
               "two": {"type": "integer", "minimum": 2}}, "$ref": "#/$defs/one"},
    {"$defs": {"a/b~c": {"type": "integer"}}, "$ref": "#/$defs/a~1b~0c"},
    TREE,
]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: orjson.dumps(schema).decode()[:60])
def test_a_value_is_valid_and_the_same_for_the_same_key(schema: dict[str, Any]) -> None:
    for number in range(30):
        key = b"%d" % number
        made = value_for(schema, key)
        assert faults_of(schema, made, schema) == []
        assert made == value_for(schema, key)


def test_values_differ_from_key_to_key() -> None:
    assert len({value_for({"type": "string"}, b"%d" % number) for number in range(50)}) > 40


def test_optional_properties_are_there_at_times_and_order_is_the_schemas() -> None:
    schema = {"type": "object", "properties": {name: {"type": "integer"} for name in "zyx"}, "required": ["y"]}
    seen = {tuple(value_for(schema, b"%d" % number)) for number in range(60)}
    assert ("z", "y", "x") in seen
    assert len(seen) > 2
    assert all("y" in names for names in seen)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"self": {"$ref": "#"}}, "required": ["self"]},
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}]},
        {"anyOf": [{"$ref": "#"}]},
        {"type": "array", "items": {"type": "array", "items": {"const": 1}, "minItems": 9_999}, "minItems": 9_999},
        {"type": "string", "minLength": 10**9},
        {"type": "array", "minItems": 10**9},
        {"type": "integer", "minimum": 5, "maximum": 4},
    ],
)  # fmt: skip
def test_what_cannot_be_met_is_met_as_far_as_it_can(schema: dict[str, Any]) -> None:
    made = orjson.dumps(value_for(schema, b"key"))
    assert len(made) < 20 * LARGEST


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KEYWORDS = st.sampled_from(
    ["type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "properties", "required", "items", "prefixItems",
     "minItems", "maxItems", "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum",
     "multipleOf", "nullable", "uniqueItems"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["object", "array", "string", "integer", "number", "STRING", "null", "#", "#/x", "date-time", "("]
)


@given(
    st.dictionaries(KEYWORDS, st.recursive(JSON | WORDS, lambda inner: st.dictionaries(KEYWORDS, inner, max_size=3)))
)
@examples(60)
def test_no_schema_breaks_it(schema: dict[str, Any]) -> None:
    orjson.dumps(value_for(schema, b"key"), default=str, option=orjson.OPT_NON_STR_KEYS)
