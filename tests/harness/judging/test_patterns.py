"""Values compared as texts, with a star for what nobody knows beforehand."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.judging.patterns import escaped, fits, same, shown, text_of
from tests.support.examples import examples

JSON: Any = st.recursive(
    st.text() | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("wanted", "held", "is_fit"),
    [
        (1200, 1200, True),
        (1200, "1200", True),
        ("1200", 1200, True),
        (1200, 1201, False),
        (1200, None, False),
        (None, "anything", True),
        ("Order 7*", "Order 7: sent", True),
        ("Order 7*", "Order 7", True),
        ("Order 7*", "An Order 7", False),
        ("*7*", "a\n7\nb", True),
        ("a.c", "abc", False),
        (r"5\* hotel", "5* hotel", True),
        (r"5\* hotel", "5 hotel", False),
        ({"sku": "A"}, {"sku": "A", "quantity": 2}, True),
        ({"sku": "A", "quantity": 2}, {"sku": "A"}, False),
        ({"sku": "A"}, "A", False),
        ([1, 2], [1, 2], True),
        ([1, 2], [2, 1], False),
        ([1, 2], [1], False),
        ([], None, False),
        (True, "true", True),
    ],
)
def test_what_is_held_fits_what_was_wanted(wanted: Any, held: Any, is_fit: bool) -> None:
    assert fits(wanted, held, "field") is is_fit


def test_a_code_is_the_same_in_capitals_wherever_it_stands_and_nothing_else_is() -> None:
    assert fits("usd", "USD", "currency")
    assert fits({"country": "us"}, {"country": "US"}, "site")
    assert same("USD", "usd", "currency")
    assert not fits("ch_a", "CH_A", "id")
    assert not same("ch_a", "CH_A", "id")


def test_nothing_is_the_same_as_nothing() -> None:
    assert not same(None, None, "id")


@given(JSON)
@examples(200)
def test_an_escaped_value_fits_itself_and_is_shown_as_it_was(value: Any) -> None:
    assert fits(escaped(value), value, "field")
    assert shown(escaped(value)) == value


@given(st.text(alphabet="ab*\\"), st.text(alphabet="ab*\\"))
@examples(300)
def test_an_escaped_text_fits_nothing_else(value: str, other: str) -> None:
    assert fits(escaped(value), other, "field") is (value == other)


def test_texts_stay_as_they_are() -> None:
    assert (text_of("a"), text_of(1), text_of({"b": 1, "a": 2})) == ("a", "1", '{"a": 2, "b": 1}')
