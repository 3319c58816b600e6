"""What every panel of the figure has: a title, a key to its lines, a height, and how it is drawn.

Title and key stand above the axes at the left, in as many rows as the width takes: on a telephone they are seen first.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from brownout_reports.palette import INK, QUIET, Dash

SIZE_PT: Final = 8.0
ROW_IN: Final = 0.17
SAMPLE_IN: Final = 0.22
APART_IN: Final = 0.14


class Key(NamedTuple):
    """One line of a panel, and its place in the key."""

    label: str
    colour: str = INK
    dash: Dash = "-"
    width: float = 1.4


@dataclass(frozen=True, slots=True)
class Panel:
    """One row of the figure."""

    title: str
    height_in: float
    draw: Callable[[Axes], None]
    keys: tuple[Key, ...] = ()

    def head_rows(self, width_in: float) -> int:
        """How many rows title and key take."""
        return 1 + max(row for _, row, _ in self._placed(width_in))

    def _placed(self, width_in: float) -> Iterator[tuple[float, int, Key | None]]:
        """Title first, then each key: where it begins, in inches from the left, and in which row."""
        yield 0.0, 0, None
        left_in, row = text_in(self._title(width_in), bold=True) + APART_IN, 0
        for whole in self.keys:
            key = whole._replace(label=fitted(whole.label, width_in / 2))
            takes_in = SAMPLE_IN + 0.05 + text_in(key.label)
            if left_in + takes_in > width_in:
                left_in, row = 0.0, row + 1
            yield left_in, row, key
            left_in += takes_in + APART_IN

    def _title(self, width_in: float) -> str:
        return fitted(self.title, width_in * 0.8)

    def draw_head(self, figure: Figure, left_in: float, top_in: float, width_in: float) -> None:
        """Title and key, their top at `top_in` from the figure's lower edge."""
        across_in, up_in = figure.get_size_inches()
        for at_in, row, key in self._placed(width_in):
            x_in, y_in = left_in + at_in, top_in - (row + 0.5) * ROW_IN
            if key is None:
                figure.text(x_in / across_in, y_in / up_in, self._title(width_in), fontsize=SIZE_PT, fontweight="bold",
                            va="center_baseline", color=INK)  # fmt: skip
                continue
            sample = ([x_in / across_in, (x_in + SAMPLE_IN) / across_in], [y_in / up_in] * 2)
            figure.add_artist(Line2D(*sample, color=key.colour, linestyle=key.dash, linewidth=key.width,
                                     solid_capstyle="butt"))  # fmt: skip
            figure.text((x_in + SAMPLE_IN + 0.05) / across_in, y_in / up_in, key.label, fontsize=SIZE_PT,
                        va="center_baseline", color=QUIET)  # fmt: skip


def text_in(text: str, *, size_pt: float = SIZE_PT, bold: bool = False) -> float:
    """About how wide a text is, in inches: a page's font is not known here, and matplotlib's is a wide one."""
    return len(text) * size_pt * (0.67 if bold else 0.58) / 72


def fitted(text: str, room_in: float, *, size_pt: float = SIZE_PT) -> str:
    """As much of it as there is room for, without what no page can show."""
    text = "".join(letter if letter.isprintable() else "�" for letter in text)
    most = max(1, int(room_in / text_in("m", size_pt=size_pt)))
    return text if len(text) <= most else text[: most - 1] + "…"


def from_zero(axes: Axes, *values: Sequence[float]) -> None:
    """A panel of nothing has an axis too."""
    highest = max((max(some, default=0.0) for some in values), default=0.0)
    axes.set_ylim(0.0, highest * 1.06 or 1.0)
