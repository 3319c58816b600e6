"""How a control request is read."""

import pytest

from brownout_simulators.hosts.control_words import LARGEST, Bad, asked, number, whole


def test_what_is_left_out_is_none_or_the_default() -> None:
    assert (number({}, "n"), whole({}, "n"), asked({}, "n", 7)) == (None, None, 7)
    assert (number({"n": 2}, "n"), whole({"n": 2}, "n"), asked({"n": "2"}, "n", 7)) == (2.0, 2, 2)


@pytest.mark.parametrize("value", [True, "2", [], 2 * LARGEST, float("nan")])
def test_what_is_no_number_is_refused_by_its_name(value: object) -> None:
    with pytest.raises(Bad, match="n: a number is needed"):
        number({"n": value}, "n")


@pytest.mark.parametrize("value", [True, "2", 2.5])
def test_what_is_no_whole_number_is_refused_by_its_name(value: object) -> None:
    with pytest.raises(Bad, match="n: a whole number is needed"):
        whole({"n": value}, "n")


def test_a_query_that_is_no_number_is_refused_by_its_name() -> None:
    with pytest.raises(Bad, match="n: a whole number is needed"):
        asked({"n": "x"}, "n", 7)
