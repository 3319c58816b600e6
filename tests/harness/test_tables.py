"""A table is readable at any width."""

import pytest
from rich.console import Console

from brownout_harness.tables import ROOM, table

COLUMNS = ("", "expectation", "expected", "observed")
ROWS = [
    ("[green]✓[/]", "nothing_lost", "each operation done, set aside or refused, as told", "1302 asked = 1302 done"),
    ("[red]✗[/]", "exactly_once: effect stripe.charge", "one per done operation", "3 charged twice\n[dim]pay-1[/]"),
]


def shown(width: int, **options: object) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(table(console, COLUMNS, ROWS, **options))  # type: ignore[arg-type]
    return capture.get()


def test_with_room_each_row_is_a_line_under_its_headings() -> None:
    lines = shown(160).splitlines()
    assert lines[0].split() == ["┃", "expectation", "┃", "expected", "┃", "observed"]
    assert lines[2].startswith("✓ │ nothing_lost  ")
    assert len(lines) == 5


def test_without_room_each_row_is_a_block_with_the_names_of_its_columns() -> None:
    assert shown(60).splitlines() == [
        "✓ nothing_lost",
        "    expected  each operation done, set aside or refused, as ",
        "              told                                          ",
        "    observed  1302 asked = 1302 done                        ",
        "✗ exactly_once: effect stripe.charge",
        "    expected  one per done operation                        ",
        "    observed  3 charged twice                               ",
        "              pay-1                                         ",
    ]


@pytest.mark.parametrize("width", [40, ROOM - 1, ROOM, 200])
def test_no_width_loses_a_word(width: int) -> None:
    text = " ".join(shown(width, title="What was expected").replace("│", " ").split())
    assert all(word in text for row in ROWS for cell in row[1:] for word in cell.split() if "[" not in word)
    assert "What was expected" in text
    assert max(map(len, shown(width).splitlines())) <= width
