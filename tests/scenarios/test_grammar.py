"""Dataclasses turned into what may be written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

import pytest
from pydantic import TypeAdapter, ValidationError

from brownout_scenarios import grammar
from brownout_scenarios.grammar import Grammar


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """Always the same."""

    fixed_s: float
    """How long."""


@dataclass(frozen=True, kw_only=True)
class Between:
    low_s: float
    high_s: float

    def __post_init__(self) -> None:
        if self.low_s > self.high_s:
            raise ValueError("low is above high")


@dataclass(frozen=True, kw_only=True)
class Everything:
    wait_s: float
    rate_per_s: float = 1.0
    ratio: float = 0.5
    times: int = 1
    word: str = ""
    on: bool = False
    colour: Colour = Colour.RED
    mode: Literal["a", "b"] = "a"
    maybe_s: float | None = None
    steps_s: tuple[float, ...] = ()
    pair: tuple[int, int] = (1, 2)
    names: Mapping[str, float] = field(default_factory=dict)
    shape: Fixed | Between | None = None
    delay_s: float | Between = 0.0
    inner: Fixed = Fixed(fixed_s=1.0)
    vendor: str = ""
    some: frozenset[int] = frozenset()


def read(source: type, written: Any, **words: Any) -> Any:
    return TypeAdapter(Grammar(**words).result_of(source)).validate_python(written)


@pytest.mark.parametrize(
    ("field_name", "key"),
    [("open_for_s", "open_for"), ("rate_per_s", "rate"), ("for_s", "for"), ("burst", "burst"), ("is_", "is")],
)
def test_the_unit_is_no_part_of_the_key(field_name: str, key: str) -> None:
    assert grammar.key_of(field_name) == key


def test_every_kind_of_field_can_be_written() -> None:
    written = {
        "wait": "250ms",
        "rate": "600/m",
        "ratio": "20%",
        "times": 3,
        "word": "x",
        "on": True,
        "colour": "blue",
        "mode": "b",
        "maybe": "1s",
        "steps": ["1s", "2s"],
        "pair": [3, 4],
        "names": {"a": 1, "b": "50%"},
        "shape": {"low": "1s", "high": "2s"},
        "delay": {"low": "0ms", "high": "5ms"},
        "inner": {"fixed": "2s"},
        "some": [1, 2],
    }
    assert read(Everything, written) == Everything(
        wait_s=0.25,
        rate_per_s=10.0,
        ratio=0.2,
        times=3,
        word="x",
        on=True,
        colour=Colour.BLUE,
        mode="b",
        maybe_s=1.0,
        steps_s=(1.0, 2.0),
        pair=(3, 4),
        names={"a": 1.0, "b": 0.5},
        shape=Between(low_s=1.0, high_s=2.0),
        delay_s=Between(low_s=0.0, high_s=0.005),
        inner=Fixed(fixed_s=2.0),
        some=frozenset({1, 2}),
    )


def test_what_is_left_out_has_the_dataclasss_own_default() -> None:
    assert read(Everything, {"wait": "1s"}) == Everything(wait_s=1.0)


def test_a_union_of_records_is_chosen_by_its_keys_and_scalars_stay_possible() -> None:
    assert read(Everything, {"wait": "1s", "shape": {"fixed": "1s"}}).shape == Fixed(fixed_s=1.0)
    assert read(Everything, {"wait": "1s", "delay": "3s"}).delay_s == 3.0
    assert read(Everything, {"wait": "1s", "shape": None}).shape is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"wait": 1},
        {"wait": "1s", "times": 1.5},
        {"wait": "1s", "times": "3"},
        {"wait": "1s", "on": "yes"},
        {"wait": "1s", "word": 3},
        {"wait": "1s", "colour": "green"},
        {"wait": "1s", "pair": [1]},
        {"wait": "1s", "shape": {"low": "2s", "high": "1s"}},
        {"wait": "1s", "wait_s": 1.0},
        {"wait": "1s", "rate_per_s": 1.0},
        {},
        [],
        "text",
    ],
)
def test_what_does_not_fit_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        read(Everything, wrong)


def test_a_dataclasss_own_check_is_reported_where_it_was_written() -> None:
    with pytest.raises(ValidationError, match="low is above high") as caught:
        read(Everything, {"wait": "1s", "shape": {"low": "2s", "high": "1s"}})
    assert caught.value.errors()[0]["loc"][:1] == ("shape",)


def test_a_name_must_be_a_known_one() -> None:
    with pytest.raises(ValidationError, match=r"no vendor named 'strpe' \(did you mean stripe\?\)"):
        read(Everything, {"wait": "1s", "vendor": "strpe"}, names={"vendor": ["stripe", "twilio"]})


def test_a_partial_record_gives_what_was_written_and_needs_nothing() -> None:
    hint = Grammar().result_of(Everything, partial=True)
    written = TypeAdapter(hint).validate_python({"ratio": "10%", "inner": {"fixed": "1s"}})
    assert written == {"ratio": 0.1, "inner": {"fixed_s": 1.0}}
    assert TypeAdapter(hint).validate_python({}) == {}


def test_plain_data_is_in_the_dataclasss_own_names_without_defaults() -> None:
    made = Everything(wait_s=1.0, colour=Colour.BLUE, steps_s=(1.0,), shape=Fixed(fixed_s=2.0), some=frozenset({2, 1}))
    assert grammar.plain(made) == {
        "wait_s": 1.0,
        "colour": "blue",
        "steps_s": [1.0],
        "shape": {"fixed_s": 2.0},
        "some": [1, 2],
    }


def test_the_text_under_a_field_becomes_its_description() -> None:
    assert grammar.field_docs(Fixed) == {"fixed_s": "How long."}
    schema = Grammar().model(Fixed).model_json_schema()
    assert schema["properties"]["fixed"]["description"] == "How long."


def test_a_model_is_made_once() -> None:
    made = Grammar()
    assert made.model(Fixed) is made.model(Fixed)
    assert made.model(Fixed) is not made.model(Fixed, partial=True)


def test_what_is_no_dataclass_is_refused() -> None:
    with pytest.raises(TypeError, match="not a dataclass"):
        Grammar().model(int)
