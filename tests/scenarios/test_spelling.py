"""The nearest valid spelling."""

from brownout_scenarios.spelling import hint


def test_a_near_word_is_suggested() -> None:
    assert hint("braker", ["breaker", "retry"]) == " (did you mean breaker?)"


def test_case_does_not_matter() -> None:
    assert hint("STRIPE", ["stripe", "twilio"]) == " (did you mean stripe?)"


def test_without_a_near_word_the_known_ones_are_listed() -> None:
    assert hint("xyz", ["b", "a"]) == " (known: a, b)"


def test_a_long_list_is_never_cut() -> None:
    """The one that is wanted could be in what was cut off."""
    names = [f"name{number:02}" for number in range(30)]
    assert hint("?", names) == f" (known: {', '.join(names)})"


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert hint("a", []) == ""
