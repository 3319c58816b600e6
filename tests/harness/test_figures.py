"""Figures stand between their marks."""

import pytest

from brownout_harness.figures import replaced


def test_they_are_written_anew_and_nothing_else_changes() -> None:
    page = "before\n<a>\n\nold\n\n<b>\nafter\n"
    once = replaced(page, "<a>", "<b>", "new\n\n")
    assert once == "before\n<a>\n\nnew\n\n<b>\nafter\n"
    assert replaced(once, "<a>", "<b>", "new") == once


@pytest.mark.parametrize("page", ["", "<a>", "<b> and then <a>"])
def test_a_page_without_a_place_is_left_alone(page: str) -> None:
    with pytest.raises(ValueError, match="no place"):
        replaced(page, "<a>", "<b>", "new")
