"""Requests are read as Protocol Buffers' JSON is, and what does not fit is told with its place."""

from typing import Any

import pytest

from brownout_simulators.vendors.gemini.messages import ENUMS, MESSAGES
from brownout_simulators.vendors.gemini.reading import Unreadable, bytes_of, read, snake


def test_names_in_both_spellings_numbers_as_texts_and_single_objects_for_lists() -> None:
    given = {
        "contents": {"parts": {"text": "x"}},
        "system_instruction": {"parts": [{"text": "y"}]},
        "generation_config": {"max_output_tokens": "5", "topK": 3, "temperature": "0.5", "seed": None},
        "safetySettings": [{"category": "harm_category_harassment", "threshold": 4}],
    }
    assert read("GenerateContentRequest", given) == {
        "contents": [{"parts": [{"text": "x"}]}],
        "systemInstruction": {"parts": [{"text": "y"}]},
        "generationConfig": {"maxOutputTokens": 5, "topK": 3.0, "temperature": 0.5},
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    }


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"x": 1}, 'Invalid JSON payload received. Unknown name "x": Cannot find field.'),
        ({"generationConfig": {"topZ": 1}}, "Unknown name \"topZ\" at 'generation_config': Cannot find field."),
        ({"contents": [{"parts": [{"txt": "a"}]}]}, "Unknown name \"txt\" at 'contents[0].parts[0]': Cannot find"),
        ({"generationConfig": {"temperature": "hot"}},
         "Invalid value at 'generation_config.temperature' (TYPE_FLOAT), \"hot\""),
        ({"generationConfig": {"maxOutputTokens": 2**31}}, "'generation_config.max_output_tokens' (TYPE_INT32)"),
        ({"generationConfig": {"maxOutputTokens": 1.5}}, "(TYPE_INT32), 1.5"),
        ({"generationConfig": {"responseLogprobs": "yes"}}, "(TYPE_BOOL), \"yes\""),
        ({"contents": ["hello"]},
         "'contents[0]' (type.googleapis.com/google.ai.generativelanguage.v1beta.Content), \"hello\""),
        ({"contents": [{"parts": [{"text": 5}]}]}, "'contents[0].parts[0].text' (TYPE_STRING), 5"),
        ({"contents": [{"parts": [{"inlineData": {"data": "*"}}]}]}, "inline_data.data' (TYPE_BYTES), \"*\""),
        ({"safetySettings": [{"category": "RUDE"}]},
         "'safety_settings[0].category' (type.googleapis.com/google.ai.generativelanguage.v1beta.HarmCategory), \"RUD"),
        ({"labels": [1]}, "'labels' (Map), [1]"),
        # What SDKs' users meet who hand a JSON schema to the field for the API's own.
        ({"tools": [{"functionDeclarations": [{"parameters": {"$schema": "x"}}]}]},
         "Unknown name \"$schema\" at 'tools[0].function_declarations[0].parameters': Cannot find field."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_place(given: dict[str, Any], words: str) -> None:
    with pytest.raises(Unreadable) as found:
        read("GenerateContentRequest", given)
    assert words in str(found.value)


def test_several_are_told_at_once_but_not_without_end() -> None:
    with pytest.raises(Unreadable) as found:
        read("GenerateContentRequest", {f"x{number}": 1 for number in range(500)})
    assert len(found.value.violations) == 20


def test_nesting_has_an_end() -> None:
    schema: dict[str, Any] = {"type": "STRING"}
    for _ in range(300):
        schema = {"type": "ARRAY", "items": schema}
    with pytest.raises(Unreadable, match="too deep"):
        read("GenerateContentRequest", {"generationConfig": {"responseSchema": schema}})


def test_the_table_names_only_kinds_that_there_are() -> None:
    known = {"string", "bytes", "bool", "int32", "int64", "float", "object", "value", *MESSAGES}
    for fields in MESSAGES.values():
        for kind in fields.values():
            *shapes, last = kind.split()
            assert last in (ENUMS if "enum" in shapes else known), kind


def test_snake_and_base64() -> None:
    assert snake("maxOutputTokens") == "max_output_tokens"
    assert bytes_of("-_8") == bytes_of("+/8=") == b"\xfb\xff"
