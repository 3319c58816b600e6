"""Data in the words of a scenario file."""

import pytest

from brownout_scenarios.wording import of_error, written


def test_data_is_put_into_the_words_of_the_file() -> None:
    assert written(
        {"a_s": 0.25, "b_per_s": 40.0, "on": True, "n": 3, "names": ["x", "y"], "in": {"c_s": 2}, "is_": "x"}
    ) == ("a 250ms, b 40/s, on true, n 3, names [x, y], in {c 2s}, is x")


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("respond.retry_after_s: at least 0, got -5.0", "retry_after", "at least 0s, got -5s"),
        ("retry_after_s must be in [0.001, 86400], got 0.0", "retry_after", "must be in [1ms, 86400s], got 0s"),
        ("respond retry_after must be above 0, got 0.0", "retry_after", "must be above 0, got 0.0"),
        ("respond: exactly one of values_s and file", "", "exactly one of values and file"),
        ("refill_per_s must be in (0, 10], got 0.0", "", "refill must be in (0/s, 10/s], got 0/s"),
        ("respond needs exactly one of a, b", "", "needs exactly one of a, b"),
    ],
)
def test_what_a_record_says_is_put_into_the_words_of_the_file_at_its_key(text: str, key: str, said: str) -> None:
    at = ("faults", 0, "respond")
    assert of_error(text, at, {"retry_after": "-5s"}) == ((*at, key) if key else at, said)
