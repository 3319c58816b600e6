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


def test_elsewhere_a_line_is_said_now_and_then() -> None:
    seen, clock = io.StringIO(), [0.0]
    with bar(Console(file=seen, width=120), "auditing", 40, now=lambda: clock[0]) as step:
        for number in range(25):
            clock[0] = float(number)
            step(f"part-{number} on healthy")
    assert seen.getvalue().splitlines() == [
        "auditing: 11 of 40, part-10 on healthy",
        "auditing: 21 of 40, part-20 on healthy",
    ]


def test_nothing_is_said_there_by_who_says_each_end_himself() -> None:
    seen = io.StringIO()
    with bar(Console(file=seen), "running", 2, in_lines=False, now=lambda: 1e9) as step:
        step("healthy")
    assert (seen.getvalue(), shown(is_terminal=False)) == ("", "")
