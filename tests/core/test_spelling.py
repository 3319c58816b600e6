"""What somebody probably meant."""

from brownout_core.spelling import nearest


def test_the_nearest_name_is_proposed_or_all_are_listed() -> None:
    assert nearest("braker", ["breaker", "retry"]) == "; did you mean breaker?"
    assert nearest("xyz", ["breaker", "retry"]) == "; there are breaker, retry"
