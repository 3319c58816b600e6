"""The declared language as it is read: what it says, and where it says what cannot be."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.answers.pace import Pace
from brownout_simulators.answers.reading import read_answering
from brownout_simulators.answers.rules import Step, ToCall
from tests.support.examples import examples

PROFILES = {"quick/2026": Pace(first_s=0.6)}


def _read(**given: Any) -> Any:
    return read_answering(given, finishes=("content_filter",), blocks=("SAFETY",), profiles=PROFILES)


@pytest.mark.parametrize(
    ("step", "read"),
    [
        ({"say": "hi"}, Step(kind="say", text="hi")),
        ({"echo": True}, Step(kind="echo")),
        ({"empty": True}, Step(kind="empty")),
        ({"prose": True, "tokens": 300}, Step(tokens=300)),
        ({"say": "hi", "finish": "length", "think": 120}, Step(kind="say", text="hi", finish="length", think=120)),
        ({"say": "hi", "finish": "content_filter"}, Step(kind="say", text="hi", finish="content_filter")),
        ({"json": {"a": 1}}, Step(kind="json", value={"a": 1})),
        ({"json": True}, Step(kind="json")),
        ({"refuse": "no"}, Step(kind="refuse", text="no")),
        ({"block": "SAFETY"}, Step(kind="block", text="SAFETY")),
        ({"call": "look_up"}, Step(kind="call", calls=(ToCall("look_up"),))),
        (
            {"call": [{"name": "a", "arguments": {"x": 1}}, {"name": "b", "arguments": "{broken"}]},
            Step(kind="call", calls=(ToCall("a", {"x": 1}), ToCall("b", "{broken"))),
        ),
    ],
)
def test_each_kind_of_answer_is_read(step: dict[str, Any], read: Step) -> None:
    assert _read(answers=[step]).rules[0].steps == (read,)


def test_a_script_a_condition_a_pace_and_what_is_recorded() -> None:
    when = {"model": "gpt*", "says": r"order (\w+)", "turn": 1}
    answering = _read(
        answers=[{"when": when, "script": [{"call": "look_up"}, {"say": "{0}: {1}"}]}],
        pace="quick/2026",
        record="prompts",
    )
    rule = answering.rules[0]
    assert (rule.when.model, rule.when.turn, rule.when.says.groups) == ("gpt*", 1, 1)
    assert [step.kind for step in rule.steps] == ["call", "say"]
    assert answering.pace == PROFILES["quick/2026"]
    assert answering.records_prompts
    assert not _read().records_prompts
    assert _read(models=["what others read"]).rules == ()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"answers": {}}, "answers: a list"),
        ({"answers": [7]}, r"answers\[0\]: a mapping"),
        ({"answers": [{"say": "a"}, {}]}, r"answers\[1\]: exactly one of"),
        ({"answers": [{"say": "a", "echo": True}]}, r"answers\[0\]: exactly one of"),
        ({"answers": [{"sya": "a"}]}, r"answers\[0\].sya: no such key; did you mean say"),
        ({"answers": [{"say": 7}]}, r"answers\[0\].say: a text"),
        ({"answers": [{"say": "\ud800"}]}, r"answers\[0\].say: half a surrogate"),
        ({"answers": [{"say": "{1}"}]}, r"answers\[0\].say: \{1\} names a group, and there is no `says`"),
        (
            {"answers": [{"when": {"says": "(a)"}, "say": "{2}"}]},
            r"answers\[0\].say: \{2\} names a group, and `says` has 1",
        ),
        ({"answers": [{"call": {"name": "f", "arguments": {"a": ["{1}"]}}}]}, r"answers\[0\].call.arguments: \{1\}"),
        ({"answers": [{"when": {"says": "("}, "say": "a"}]}, r"answers\[0\].when.says: '\(' is no pattern"),
        ({"answers": [{"when": {"says": "(a+)+"}, "say": "a"}]}, r"answers\[0\].when.says: .* could take long"),
        ({"answers": [{"when": {"user": "x"}, "say": "a"}]}, r"answers\[0\].when.user: no such key"),
        ({"answers": [{"when": {"turn": 0}, "say": "a"}]}, r"answers\[0\].when.turn: a whole number from 1"),
        ({"answers": [{"script": [], "say": "a"}]}, r"answers\[0\]: a script stands alone, not beside say"),
        ({"answers": [{"script": []}]}, r"answers\[0\].script: a list of 1 to 100"),
        ({"answers": [{"script": [{"script": []}]}]}, r"answers\[0\].script\[0\].script: no such key"),
        ({"answers": [{"echo": False}]}, r"answers\[0\].echo: true, got False"),
        ({"answers": [{"json": "text"}]}, r"answers\[0\].json: a mapping or a list"),
        ({"answers": [{"call": []}]}, r"answers\[0\].call: 1 to 100 calls"),
        ({"answers": [{"call": {"arguments": {}}}]}, r"answers\[0\].call: name and arguments"),
        ({"answers": [{"call": {"name": "f", "arguments": 7}}]}, r"answers\[0\].call.arguments: a mapping, or a text"),
        ({"answers": [{"block": "SAFTY"}]}, r"answers\[0\].block: one of SAFETY, got 'SAFTY'; did you mean SAFETY"),
        ({"answers": [{"say": "a", "finish": "size"}]}, r"answers\[0\].finish: one of length, content_filter"),
        ({"answers": [{"say": "a", "tokens": 0}]}, r"answers\[0\].tokens: a whole number from 1"),
        ({"answers": [{"say": "a", "think": True}]}, r"answers\[0\].think: a whole number from 0"),
        ({"record": "all"}, "record: prompts"),
        ({"record": ["prompts"]}, "record: prompts"),
        ({"pace": "slow"}, "pace: no profile slow"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        _read(**given)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["when", "script", "say", "echo", "call", "json", "refuse", "block", "finish", "tokens",
                         "model", "says", "turn", "name", "arguments"])  # fmt: skip


@given(st.lists(st.dictionaries(NAMES, JSON | st.dictionaries(NAMES, JSON, max_size=3), max_size=3), max_size=3))
@examples(100)
def test_anything_is_read_or_refused(rules: list[Any]) -> None:
    try:
        _read(answers=rules)
    except ValueError as error:
        message = str(error)
    else:
        message = "answers["
    assert message.startswith("answers[")
