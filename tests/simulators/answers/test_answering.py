"""What is answered: by rule, by tool, by schema, in prose, and what is cut off."""

import dataclasses
from typing import Any

import orjson
import pytest

from brownout_simulators.answers import Answer, Asked, Tool, counter, digest_of, read_answering

WEATHER = Tool("weather", {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]})
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 3}}, "required": ["n"]}


def _answer(*rules: dict[str, Any], **asked: Any) -> Answer:
    fields = {"model": "m", "says": "What is new?", "key": b"key", **asked}
    return read_answering({"answers": list(rules)}).answer(Asked(**fields))


def test_without_rules_there_is_prose_that_depends_on_the_key_alone() -> None:
    one = _answer()
    assert one == _answer(says="something else")
    assert one.text != _answer(key=b"other").text
    assert (one.finish, one.tokens) == ("stop", len(one.pieces))
    assert one.tokens == counter().count(one.text)


def test_a_tool_is_called_where_one_must_be_and_not_where_it_may() -> None:
    must = _answer(tools=(WEATHER,), calls="must")
    assert (must.text, must.finish, must.calls[0].name) == ("", "call", "weather")
    assert isinstance(orjson.loads(must.calls[0].arguments)["city"], str)
    assert must.tokens == counter().count("weather") + counter().count(must.calls[0].arguments)
    assert _answer(tools=(WEATHER,)).calls == ()


def test_a_schema_is_obeyed_and_any_object_is_one() -> None:
    assert orjson.loads(_answer(schema=SCHEMA).text)["n"] >= 3
    assert isinstance(orjson.loads(_answer(schema={}).text), dict)


def test_the_first_rule_that_applies_wins() -> None:
    rules = ({"when": {"says": "old"}, "say": "one"}, {"when": {"says": "(new)"}, "say": "{1}!"}, {"say": "three"})
    assert _answer(*rules).text == "new!"
    assert _answer(*rules, says="old").text == "one"
    assert _answer(*rules, says="").text == "three"


def test_rules_of_every_kind() -> None:
    assert _answer({"echo": True}).text == "What is new?"
    assert _answer({"empty": True}) == Answer()
    assert orjson.loads(_answer({"json": {"a": [1]}}).text) == {"a": [1]}
    assert orjson.loads(_answer({"json": True}, schema=SCHEMA).text)["n"] >= 3
    assert _answer({"refuse": "I will not."}).refusal == "I will not."
    assert _answer({"block": "SAFETY"}).blocked == "SAFETY"
    assert len(_answer({"prose": True, "tokens": 300}).pieces) == 300


def test_a_call_has_the_arguments_that_were_written_or_such_as_the_tool_takes() -> None:
    rule = {"when": {"says": "(new)"}, "call": [{"name": "weather", "arguments": {"city": "{1}"}}, "weather", "nobody"]}
    calls = _answer(rule, tools=(WEATHER,)).calls
    assert [call.name for call in calls] == ["weather", "weather", "nobody"]
    assert orjson.loads(calls[0].arguments) == {"city": "new"}
    assert orjson.loads(calls[1].arguments).keys() == {"city"}
    assert calls[2].arguments == "{}"
    assert (
        _answer({"call": {"name": "weather", "arguments": "{broken"}}, tools=(WEATHER,)).calls[0].arguments == "{broken"
    )


def test_what_is_longer_than_the_limit_is_cut_and_says_so() -> None:
    whole = _answer({"say": "one two three four five"})
    cut = _answer({"say": "one two three four five"}, limit=3)
    assert (cut.text, cut.finish, cut.tokens) == ("one two three", "length", 3)
    assert _answer({"say": "one two three four five"}, limit=5) == whole
    assert len(_answer(limit=7, key=b"long").pieces) == 7
    assert _answer(limit=10**6) == _answer()


@pytest.mark.parametrize("limit", [1, 2, 5, 9])
def test_calls_that_are_cut_are_no_json_and_never_longer_than_the_limit(limit: int) -> None:
    call = {"call": {"name": "weather", "arguments": {"city": "a long name of a city", "unit": "celsius"}}}
    cut = _answer(call, tools=(WEATHER,), limit=limit)
    assert (cut.finish, cut.tokens) == ("length", limit)
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(cut.calls[0].arguments)


def test_a_rule_may_cut_by_itself() -> None:
    assert _answer({"say": "one two three four", "finish": "length"}).text == "one two"
    assert _answer({"say": "one two three four", "finish": "length", "tokens": 3}).text == "one two three"
    assert _answer({"say": "one", "finish": "other"}).finish == "other"


def test_nothing_is_said_behind_a_stop() -> None:
    stopped = _answer({"say": "one two three"}, stops=("three", "two"))
    assert (stopped.text, stopped.finish, stopped.tokens) == ("one ", "stop", counter().count("one "))
    assert _answer({"say": "one two three four"}, stops=("four",), limit=2).finish == "length"


def test_thinking_counts_and_may_leave_nothing() -> None:
    thought = _answer({"say": "one two", "think": 100})
    assert (thought.thinking, thought.tokens, thought.text) == (100, 102, "one two")
    spent = _answer({"say": "one two", "think": 100}, limit=60)
    assert (spent.thinking, spent.tokens, spent.text, spent.finish) == (60, 60, "", "length")


def test_a_digest_tells_prompts_apart_and_nothing_of_them() -> None:
    assert digest_of(b"a") == digest_of(b"a") != digest_of(b"b")
    assert len(digest_of(b"my secret")) == 24


def test_an_answering_cannot_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read_answering({}).records_prompts = True  # type: ignore[misc]


def test_a_model_that_reasons_by_itself_does_so_where_no_rule_says_how_much() -> None:
    assert _answer({"say": "one"}, thinks=64).thinking == 64
    assert _answer({"say": "one", "think": 0}, thinks=64).thinking == 0
    assert _answer(thinks=64, limit=64).finish == "length"
