"""Patterns over what a caller sends: found, or refused before they could take long."""

import time

import pytest

from brownout_simulators.patterns import TEXT_LIMIT, Pattern


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"Order (\S+)", "Your Order op-7, thanks", "op-7,"),
        (r"Order\s{0,3}#?([\w-]+)", "Order #op-7.", "op-7"),
        (r"(?:order|parcel) (op-\d+)", "parcel op-12", "op-12"),
        (r"^(\w+)", "op7 is here", "op7"),
        (r"(\d+)?x", "x", ""),
        (r"Order (\S+)", "nothing", ""),
    ],
)
def test_the_first_group_is_what_is_found(pattern: str, text: str, found: str) -> None:
    assert Pattern(pattern).first(text) == found


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"(a+)+b", "repeats what repeats"),
        (r"(a*)*", "repeats what repeats"),
        (r"(a{1,9}){1,9}b", "repeats what repeats"),
        (r"(?:a|aa)+(b)", "repeats a choice"),
        (r"(.*)(.*)x", "give its repeats a bound"),
        (r"\s*x\s*(\S+)", "give its repeats a bound"),
        (r"(a)\1", "looks around or back"),
        (r"(?=x)(a)", "looks around or back"),
        (r"Order \S+", "has no group"),
        (r"Order (", "is no pattern"),
        (r"(a{99999999999})", "is no pattern"),
        ("(x)" * 100, "at most 200 characters"),
    ],
)
def test_what_could_take_long_or_finds_nothing_is_refused_with_the_cure(pattern: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Pattern(pattern)


def test_the_worst_that_is_taken_is_quick_on_the_longest_text() -> None:
    worst = Pattern(r"a*a{0,20}(b)")
    began = time.process_time()
    assert worst.first("a" * TEXT_LIMIT * 2) == ""
    assert time.process_time() - began < 5.0
