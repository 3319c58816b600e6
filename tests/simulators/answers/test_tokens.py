"""Counting tokens: the same pieces as counted, near the true number, in linear time, and never by the network."""

import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.answers.tokens import (
    CACHE_VARIABLE,
    ENCODING,
    ESTIMATE,
    counter_for,
    has_vocabulary,
    remembering,
)
from tests.support.examples import examples

ESTIMATING = counter_for({})

# ruff: noqa: RUF001  Chinese has its own commas
# What o200k_base really has, counted with js-tiktoken 1.0, which carries its vocabulary.
MEASURED = {
    "Die Würde des Menschen ist unantastbar. Sie zu achten und zu schützen ist Verpflichtung aller staatlichen Gewalt. "
    "Das Deutsche Volk bekennt sich darum zu unverletzlichen und unveräußerlichen Menschenrechten als Grundlage jeder "
    "menschlichen Gemeinschaft, des Friedens und der Gerechtigkeit in der Welt. Die nachfolgenden Grundrechte binden "
    "Gesetzgebung, vollziehende Gewalt und Rechtsprechung als unmittelbar geltendes Recht.": 89,
    "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。人人有资格享有本宣言所载的"
    "一切权利和自由，不分种族、肤色、性别、语言、宗教、政治或其他见解。": 73,
}


@pytest.mark.parametrize(("text", "true"), MEASURED.items(), ids=["German", "Chinese"])
def test_the_estimate_is_within_a_tenth(text: str, true: int) -> None:
    assert ESTIMATING.count(text) == pytest.approx(true, rel=0.1)


@given(st.text(max_size=200))
@examples(200, always=True)
def test_pieces_are_the_text_and_as_many_as_are_counted(text: str) -> None:
    pieces = ESTIMATING.split(text)
    assert "".join(pieces) == text
    assert len(pieces) == ESTIMATING.count(text)
    assert all(pieces)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("hello", 1), ("Hello, world!", 4), ("internationalization", 3), ("12345", 2), ("a\n\nb", 3), ("  x", 2)],
)
def test_how_known_texts_fall_apart(text: str, tokens: int) -> None:
    assert ESTIMATING.count(text) == tokens


def test_short_texts_are_known_again_and_counted_the_same() -> None:
    known = remembering(ESTIMATING)
    for text in ("Hello, world!", "Hello, world!", "a b " * 400):
        assert known.count(text) == ESTIMATING.count(text)
        assert list(known.split(text)) == list(ESTIMATING.split(text))
    assert known.split("Hello") is known.split("Hello")
    assert known.name == ESTIMATE


@pytest.mark.thorough
@pytest.mark.parametrize("unit", ["a", " ", "\n", "!", "é", "字", "_", "a ", "\t\r\n", "🙂"])
def test_ten_times_the_text_takes_about_ten_times_as_long(unit: str) -> None:
    def spent_s(size: int) -> float:
        begun_s = time.process_time()
        ESTIMATING.count(unit * size)
        return time.process_time() - begun_s

    spent_s(1_000)
    assert min(spent_s(200_000) for _ in range(3)) < 30 * max(0.002, min(spent_s(20_000) for _ in range(3)))


def test_without_a_vocabulary_on_this_machine_it_is_the_estimate_and_nothing_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tiktoken", None)  # importing it would fail the test
    broken = tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790"
    broken.write_bytes(b"no vocabulary")
    for environment in ({}, {CACHE_VARIABLE: ""}, {CACHE_VARIABLE: str(tmp_path)}, {CACHE_VARIABLE: "/nowhere"}):
        assert not has_vocabulary(environment)
        assert counter_for(environment).name == ESTIMATE
    assert broken.read_bytes() == b"no vocabulary"  # the library itself would delete it, and fetch another


def test_with_a_vocabulary_it_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    pytest.importorskip("tiktoken")
    if not has_vocabulary(os.environ):
        pytest.skip(f"no vocabulary of {ENCODING} in {CACHE_VARIABLE}")
    exact = counter_for(os.environ)
    assert exact.name == ENCODING
    for text, true in MEASURED.items():
        assert exact.count(text) == true
        assert "".join(exact.split(text)) == text
