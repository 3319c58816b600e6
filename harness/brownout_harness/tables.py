"""Tables as a terminal can show them: side by side where there is room, one under the other where there is not."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

ROOM: Final = 80
"""Columns. With fewer, words stand in strips of ten letters each, and nobody can read them."""


def table(
    console: "Console",
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str = "",
    right: Sequence[str] = (),
    whole: Sequence[str] = (),
) -> "RenderableType":
    """The rows, which hold markup, under these columns; a column without a name holds marks.

    Columns named in `right` are of numbers, those in `whole` are never folded. On a console of less than `ROOM` columns
    each row is a block: its mark and its first column on a line, every other one on lines of its own behind its name.
    """
    if console.width < ROOM:
        return _stacked(columns, rows, title)
    from rich.table import Table

    made = Table(title=title or None, title_justify="left", show_edge=False, pad_edge=False, header_style="bold")
    made.show_header = any(columns)
    for name in columns:
        justify: Literal["left", "right"] = "right" if name in right else "left"
        made.add_column(name, justify=justify, no_wrap=name in whole, overflow="fold" if name else "ellipsis")
    for row in rows:
        made.add_row(*row)
    return made


def _stacked(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str) -> "RenderableType":
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    blocks: list[RenderableType] = [Text(title, style="italic")] if title else []
    for row in rows:
        head, *rest = _headed(columns, row)
        blocks.append(Text.from_markup(head, overflow="fold"))
        told = Table.grid(padding=(0, 2))
        told.add_column(style="dim", no_wrap=True)
        told.add_column(overflow="fold")
        for name, text in zip(columns[len(columns) - len(rest) :], rest, strict=True):
            if text:
                told.add_row(name, text)
        blocks.append(Padding(told, (0, 0, 0, 4)))
    return Group(*blocks)


def _headed(columns: Sequence[str], row: Sequence[str]) -> list[str]:
    """The row with its mark before its first column that has a name."""
    if len(columns) > 1 and not columns[0]:
        return [f"{row[0]} {row[1]}", *row[2:]]
    return list(row)
