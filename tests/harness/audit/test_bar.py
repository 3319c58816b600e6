"""What is seen of a long audit while it runs."""

import io

from rich.console import Console

from brownout_harness.audit.bar import bar


def shown(*, is_terminal: bool, total: int | None = 2) -> str:
    seen = io.StringIO()
    with bar(Console(file=seen, width=120, force_terminal=is_terminal), "changing", total) as step:
        step("killed: rows[i] → rows[/x]")
    return seen.getvalue()


def test_it_counts_and_says_what_ended_even_where_that_looks_like_markup() -> None:
    told = shown(is_terminal=True)
    assert "changing" in told
    assert "1/2" in told
    assert "killed: rows[i] → rows[/x]" in told


def test_where_nobody_knows_how_many_there_will_be_they_are_counted() -> None:
    assert "1/?" in shown(is_terminal=True, total=None)


def test_nothing_is_drawn_elsewhere_than_on_a_terminal() -> None:
    assert shown(is_terminal=False).strip() == ""
