"""Data in the words of a scenario file."""

from brownout_scenarios.wording import written


def test_data_is_put_into_the_words_of_the_file() -> None:
    assert written(
        {"a_s": 0.25, "b_per_s": 40.0, "on": True, "n": 3, "names": ["x", "y"], "in": {"c_s": 2}, "is_": "x"}
    ) == ("a 250ms, b 40/s, on true, n 3, names [x, y], in {c 2s}, is x")
