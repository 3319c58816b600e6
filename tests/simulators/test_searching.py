"""A caller's regular expressions: the same answers as Python's engine, and never its hours."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators import searching
from brownout_simulators.searching import Budget, Search, TooLong
from tests.support.examples import examples

LONG = "a" * 3_000
PIECES = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "\\w", "\\b", "^", "$", "\\n", "(?:ab)", "B"])


def joined(parts: list[str]) -> str:
    return "".join(parts)


EXPRESSIONS = st.recursive(
    PIECES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(joined),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"])).map(
            lambda p: f"(?:{p[0]}){p[1]}"
        ),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: f"({'|'.join(some)}|)"),
        inner.map(lambda one: f"(?i:{one})"),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS, st.text(alphabet="abAB \n", max_size=8), st.sampled_from([0, re.IGNORECASE, re.DOTALL]))
@examples(300)
def test_all_ways_at_once_come_to_what_one_after_the_other_does(text: str, value: str, flags: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "FEW_WAYS", -1)
        assert Search(text, flags).finds(value) == (re.search(text, value, flags) is not None)


@pytest.mark.parametrize("text", ["(a+)+$", "(a|aa)+$", "(a*)*b", "^(a|a)*?$", ".*a.*a.*a.*a.*b", "(?:a?){60}a{60}b"])
def test_what_would_take_python_hours_is_answered_at_once(text: str) -> None:
    """`(a+)+$` doubles with each letter: 26 of them took 3.8 s."""
    assert not Search(text).finds("a" * 100 + "!")
    if text in {"(a+)+$", "(a|aa)+$", "^(a|a)*?$"}:
        assert Search(text).finds("a" * 100)


@pytest.mark.parametrize("text", [r"(a+)+\1$", "(?=(a+)+$)", "((a{1,50}){50}){50}", "(a+)++b"])
def test_what_cannot_be_bounded_is_not_begun(text: str) -> None:
    with pytest.raises(TooLong):
        Search(text).finds(LONG)


def test_a_text_may_be_too_long_for_a_large_expression() -> None:
    large = Search("(?:a?){1000}b")
    assert not large.finds("a" * 100)
    with pytest.raises(TooLong):
        large.finds("a" * 10_000)


def test_several_texts_may_share_what_there_is() -> None:
    search, budget = Search("(a+)+b"), Budget(10_000)
    assert not search.finds(LONG[:100], budget)
    taken = 10_000 - budget.left
    assert 100 < taken < 5_000
    budget.left = taken
    assert not search.finds(LONG[:100], budget)
    with pytest.raises(TooLong):
        search.finds(LONG[:100], budget)


def test_what_is_cheap_may_look_around_and_back() -> None:
    assert Search(r"^(?!x)(\w)\1").finds("aab")
    assert not Search(r"^(?!x)(\w)\1").finds("xxb")


@pytest.mark.parametrize("text", ["(", "a**", "[b-a]", "(?P<x", "x{2,1}", "(" * 2_000])
def test_what_is_no_expression_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Search(text)
