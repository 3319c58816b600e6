"""Those of the library that have some tags."""

import pytest

from brownout_harness.problems import BadInput
from brownout_harness.running.selection import selected
from brownout_scenarios import library

pytestmark = pytest.mark.thorough  # the whole library is read


def test_without_a_tag_it_is_the_whole_library() -> None:
    found, left_out = selected(())
    assert (tuple(found), left_out) == (library.names(), ())


def test_of_several_tags_a_scenario_has_all() -> None:
    crashes, money = set(selected(("crash",))[0]), set(selected(("money",))[0])
    assert set(selected(("crash", "money"))[0]) == crashes & money != set()


def test_what_a_mode_cannot_run_is_left_out_and_named() -> None:
    found, left_out = selected(("crash",), "real")
    assert "killed-at-every-stage" in left_out
    assert "killed-at-every-stage" not in found
    assert not set(found) & set(left_out)


def test_nothing_is_no_selection() -> None:
    with pytest.raises(BadInput, match="--tag: no tag named 'crahs'"):
        selected(("crahs",))
    with pytest.raises(BadInput, match="no scenario of the library with the tags vault and money"):
        selected(("vault", "money"))
