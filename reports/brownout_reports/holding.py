"""What processes held over the run: memory, and open descriptors; a panel for each, a line for each process."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import cycle
from typing import Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from brownout_reports.palette import GOOD, HOT, QUIET, WARM, Dash
from brownout_reports.panel import Key, Panel, from_zero
from brownout_reports.run_folder import Holding

MOST: Final = 8
"""Lines in one panel: those of the processes that held the most."""
MEGABYTE: Final = 1_000_000
COLOURS: Final = (GOOD, WARM, HOT, QUIET)
DASHES: Final[tuple[Dash, ...]] = ("-", "--", "-.", ":")
LOOKS: Final = [(colour, dash) for dash in DASHES for colour in COLOURS]


class _Line(NamedTuple):
    process: str
    at_s: Sequence[float]
    amounts: Sequence[float]


def panels(held: Sequence[Holding]) -> Iterator[Panel]:
    """None where nobody looked. A process looks the same in both."""
    names = [each.process for each in sorted(held, key=lambda each: -max(each.resident_bytes))]
    keys = {name: Key(name, *look) for name, look in zip(names, cycle(LOOKS), strict=False)}
    memory = [_Line(each.process, each.at_s, [amount / MEGABYTE for amount in each.resident_bytes]) for each in held]
    yield from _panel("memory, MB", memory, keys)
    yield from _panel("open descriptors", list(_descriptors(held)), keys)


def _descriptors(held: Sequence[Holding]) -> Iterator[_Line]:
    for each in held:
        seen = [(at_s, count) for at_s, count in zip(each.at_s, each.descriptors, strict=True) if count is not None]
        if seen:
            yield _Line(each.process, [at_s for at_s, _ in seen], [float(count) for _, count in seen])


def _panel(title: str, lines: Sequence[_Line], key_of: Mapping[str, Key]) -> Iterator[Panel]:
    shown = sorted(lines, key=lambda each: -max(each.amounts))[:MOST]
    if shown:
        keys = tuple(key_of[each.process] for each in shown)
        of_some = f" (the {MOST} processes with most)" if len(lines) > MOST else ""
        yield Panel(title + of_some, 0.9, partial(_draw, lines=shown, keys=keys), keys)


def _draw(axes: Axes, *, lines: Sequence[_Line], keys: Sequence[Key]) -> None:
    for line, key in zip(lines, keys, strict=True):
        # Points, too: of what was seen once a line shows nothing.
        axes.plot(line.at_s, line.amounts, color=key.colour, linestyle=key.dash, linewidth=key.width,
                  marker=".", markersize=2.5)  # fmt: skip
    from_zero(axes, *(line.amounts for line in lines))
    axes.yaxis.set_major_locator(MaxNLocator(3))
