"""Moments in the books, as records."""

from typing import Any

import pytest

from brownout_scenarios.moments import Moment, RequestLine


def test_a_moment_says_in_words_what_it_waits_for() -> None:
    assert Moment(vendor="stripe", moment="committed").text == "* committed at stripe, number 1"
    third = Moment(vendor="stripe", match=RequestLine("POST *"), moment="received", nth=3)
    assert third.text == "POST * received at stripe, number 3"
    assert Moment(moment="store.write", nth=2).text == "store.write number 2"


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"moment": "received"}, "vendor: say in whose books something is received"),
        ({"moment": "received", "vendor": "stripe", "nth": 0}, "nth: 0 is outside 1 to"),
        ({"moment": "store.write", "vendor": "stripe"}, "leave vendor and match out"),
        ({"moment": "store.write", "match": "*"}, "leave vendor and match out"),
    ],
)
def test_a_moment_that_cannot_come_says_why(parts: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Moment(**parts)
