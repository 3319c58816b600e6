"""The fastest answer says what the other clock shows; how slow it was, how sure that is."""

from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.load.offsets import LIMIT_S, UNKNOWN, Offset, Round, in_words, offset_of, trouble_of
from tests.support.examples import examples

DELAYS = st.floats(0.0, 0.5, allow_nan=False)


@given(st.floats(-1e4, 1e4), st.lists(st.tuples(st.floats(0, 60), DELAYS, DELAYS), min_size=1, max_size=20))
@examples(100)
def test_the_true_offset_is_within_what_is_unsure(ahead_s: float, asked: list[tuple[float, float, float]]) -> None:
    rounds = [Round(at_s, at_s + there_s + ahead_s, at_s + there_s + back_s) for at_s, there_s, back_s in asked]
    found = offset_of(rounds)
    assert abs(found.ahead_s - ahead_s) <= found.unsure_s + 1e-6
    assert found.unsure_s <= min((there_s + back_s) / 2 for _, there_s, back_s in asked) + 1e-6


def test_clocks_that_agree_at_both_ends_are_no_trouble() -> None:
    before, after = Offset(1000.0, 0.0002), Offset(1000.005, 0.0001)
    assert trouble_of(before, after) == ""
    assert in_words(before, after) == "clock +1000.000000 s, within 0.200 ms, +5.000 ms more at the end"


def test_what_is_unsure_drifts_or_says_nothing_is_trouble() -> None:
    sure = Offset(0.0, 0.0)
    assert trouble_of(sure, Offset(0.0, 2 * LIMIT_S)) == "answered so slowly that its clock is known to 40 ms only"
    assert trouble_of(sure, Offset(-2 * LIMIT_S, 0.0)) == "has a clock that drifted by 40 ms during the run"
    assert trouble_of(sure, UNKNOWN) == "did not say what time it is"
    assert trouble_of(sure, Offset(LIMIT_S, LIMIT_S)) == ""
