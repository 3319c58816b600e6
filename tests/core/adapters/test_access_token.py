"""When a token serves, when it is time for another one, and what a refusal of it says."""

from brownout_core.adapters.access_token import REFRESH_AT, AccessToken


def test_it_is_renewed_before_it_ends_and_serves_until_then() -> None:
    held = AccessToken()
    assert (held.valid(0.0), held.usable(0.0)) == ("", "")
    held.store("one", 10.0, 100.0)
    early, late = 100.0 + REFRESH_AT * 10.0 - 0.1, 100.0 + REFRESH_AT * 10.0
    assert (held.valid(early), held.valid(late)) == ("one", "")
    assert (held.usable(late), held.usable(110.0)) == ("one", "")


def test_only_the_token_that_was_refused_is_dropped() -> None:
    held = AccessToken()
    held.store("two", 10.0, 0.0)
    held.drop("one")
    assert held.valid(0.0) == "two"
    held.drop("two")
    assert (held.valid(0.0), held.usable(0.0)) == ("", "")
