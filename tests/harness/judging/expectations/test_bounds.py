"""Bounds: a number, or so many times the same in another phase."""

from collections.abc import Callable

import pytest

from brownout_harness.judging.expectations.bounds import Bound, Limit, RateBound, Relative, relatives_in
from brownout_harness.judging.expectations.requests import Requests

TWICE = Relative(times=2, of="steady")


def test_a_bound_has_an_upper_side_a_lower_one_or_both() -> None:
    assert Bound(at_most=5, at_least=TWICE).limits() == (Limit(True, 5), Limit(False, TWICE))
    assert Bound(at_least=1).limits() == (Limit(False, 1),)
    assert RateBound(at_most_per_s=5.0).limits() == (Limit(True, 5.0),)


def test_a_bare_comparison_bounds_from_above() -> None:
    assert TWICE.limits() == (Limit(True, TWICE),)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (Bound, "needs at_most, at_least, or times and of"),
        (RateBound, "needs at_most, at_least, or times and of"),
        (lambda: Bound(at_most=-1), "at_most must not be negative, got -1"),
        (lambda: Bound(at_least=0), "at_least must be above 0"),
        (lambda: Bound(at_most=2, at_least=3), "at_least 3 is more than at_most 2"),
        (lambda: Relative(times=0, of="steady"), "times must be above 0, got 0"),
        (lambda: Relative(times=1, of=""), "of must name a phase"),
    ],
)
def test_a_bound_that_cannot_be_is_refused(made: Callable[[], object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        made()


def test_comparisons_are_found_wherever_they_are() -> None:
    demand = Requests(vendor="stripe", count=Bound(at_most=TWICE, at_least=Relative(times=0.5, of="outage")))
    assert [each.of for each in relatives_in(demand)] == ["steady", "outage"]
    assert list(relatives_in(Requests(vendor="stripe", count=TWICE))) == [TWICE]
    assert list(relatives_in(Requests(vendor="stripe", count=Bound(at_most=1)))) == []
