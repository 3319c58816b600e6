"""Where everything of a sequence picture stands: lanes side by side, a row for each step, time downwards.

Rows are as high as their text, not as the time between them: of two steps 1 ms and 60 s apart both are to be read.
How much time went by is said in words, where it is much. Lengths are in pixels of a page.
"""

import unicodedata
from itertools import pairwise
from typing import Final, NamedTuple

from brownout_reports.sequence_events import took
from brownout_reports.sequence_steps import ANSWERED, FIRST, HEARD, TARGET, Lane, Sequence, Step, Way

LINE: Final = 15.0
MOST_LINES: Final = 4
ARROW_ROW: Final = 11.0
"""What a row takes beside its text."""
MARK_ROW: Final = 6.0
HEAD: Final = 26.0
PAUSE: Final = 22.0
BESIDE: Final = 11.0
"""From a lane to the text of a mark."""
BAR: Final = 7.0
BAR_APART: Final = 5.0
LETTER: Final = 6.7
"""How wide one is, on average, of 12 pixels: a page's font is not known here."""
LONG_S: Final = 0.05
LONG_SHARE: Final = 0.1
"""Of the whole story: with more than both between two steps, the time that went by has a row of its own."""
SLOTS: Final = 3
"""So many calls of one lane are seen beside each other."""
ENDS: Final = (ANSWERED, HEARD)
"""The turns of what ends a call."""


class Page(NamedTuple):
    """The room that there is."""

    width: float
    times: float
    """Of it, for the instants at the left."""


WIDE: Final = Page(900.0, 66.0)
NARROW: Final = Page(360.0, 52.0)


class Head(NamedTuple):
    """A lane's name and where its line runs."""

    lane: Lane
    x: float
    name: str


class Row(NamedTuple):
    """A step in its place."""

    step: Step
    time: str
    """Empty where it is the same as above."""
    y: float
    """Of the arrow, the mark or the line."""
    x1: float
    x2: float
    lines: tuple[str, ...]
    text_x: float
    text_y: float
    """The base of the first line."""
    anchor: str
    """`start`, `middle` or `end`, as SVG says it."""


class Bar(NamedTuple):
    """A call under way at a lane."""

    lane: Lane
    x: float
    top: float
    bottom: float


class Pause(NamedTuple):
    """Time that went by, or steps that are left out."""

    y: float
    text: str


class Layout(NamedTuple):
    """The whole picture."""

    width: float
    height: float
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    bars: tuple[Bar, ...]
    pauses: tuple[Pause, ...]


def lay_out(sequence: Sequence, page: Page) -> Layout:
    """Everything in its place."""
    apart = (page.width - page.times) / len(sequence.lanes)
    at = {lane: page.times + apart * (number + 0.5) for number, lane in enumerate(sequence.lanes)}
    heads = tuple(Head(lane, x, _fitted(lane.name, apart - 4)) for lane, x in at.items())
    rows: list[Row] = []
    pauses: list[Pause] = []
    top, time, cut = HEAD, "", HEAD
    for number, (step, said) in enumerate(zip(sequence.steps, _between(sequence), strict=True)):
        if said:
            pauses.append(Pause(top + PAUSE / 2, said))
            top += PAUSE
        if sequence.left_out and number == FIRST:
            cut = pauses[-1].y
        row, top = _row(step, at, page, top)
        rows.append(row._replace(time="" if row.time == time else row.time))
        time = row.time
    bars = _bars(rows, at, cut, top)
    return Layout(page.width, top + MARK_ROW, heads, tuple(rows), tuple(bars), tuple(pauses))


def _between(sequence: Sequence) -> list[str]:
    """For each step what is said before it; mostly nothing."""
    steps = sequence.steps
    long_s = max(LONG_S, LONG_SHARE * (steps[-1].at_s - steps[0].at_s))
    said = ["", *(took(b.at_s - a.at_s) if b.at_s - a.at_s >= long_s else "" for a, b in pairwise(steps))]
    if sequence.left_out:
        said[FIRST] = f"{sequence.left_out} steps are not drawn"
    return said


def _row(step: Step, at: dict[Lane, float], page: Page, top: float) -> tuple[Row, float]:
    """The row that begins at `top`, and where it ends."""
    time = _fitted(f"{step.at_s:.3f}", page.times)
    if step.way is Way.MARK:
        x = at[step.start]
        text_x, anchor, room = _beside(step.text, x, page)
        lines = wrapped(step.text, room)
        row = Row(step, time, top + LINE * 0.7, x, x, lines, text_x, top + LINE * 0.95, anchor)
        return row, top + LINE * len(lines) + MARK_ROW
    left, right = page.times, page.width
    if step.way is Way.ARROW or step.way is Way.LOST:
        left, right = sorted((at[step.start], at[step.end]))
    lines = wrapped(step.text, page.width - page.times)
    half = max(map(width_of, lines)) / 2
    middle = min(max((left + right) / 2, page.times + half), page.width - half)
    y = top + LINE * len(lines) + ARROW_ROW / 2
    x1, x2 = (at[step.start], at[step.end]) if step.way is not Way.ACROSS else (left, right)
    row = Row(step, time, y, x1, x2, lines, middle, top + LINE * 0.9, "middle")
    return row, y + ARROW_ROW / 2


def _beside(text: str, x: float, page: Page) -> tuple[float, str, float]:
    """Where a mark's text begins, at which of its ends, and how much room it has."""
    at_right, at_left = page.width - x - BESIDE, x - page.times - BESIDE
    # At the right, as one reads, where that does not cost lines.
    is_right = width_of(text) <= at_right or at_right >= at_left
    return (x + BESIDE, "start", at_right) if is_right else (x - BESIDE, "end", at_left)


def _bars(rows: list[Row], at: dict[Lane, float], cut: float, bottom: float) -> list[Bar]:
    """One for each call, where the target is not: at the vendor that is at work on it, at the driver who waits."""
    calls: dict[str, list[Row]] = {}
    for row in rows:
        if row.step.call:
            calls.setdefault(row.step.call, []).append(row)
    taken: dict[Lane, list[float]] = {}
    bars = []
    for first, last in ((some[0], some[-1]) for some in calls.values()):
        # What is missing of it is among the steps that are left out.
        begins = cut if first.step.turn in ENDS else first.y
        ends = last.y if last.step.turn in ENDS else cut if first.y < cut else bottom
        lane = first.step.end if first.step.start == TARGET else first.step.start
        slots = taken.setdefault(lane, [])
        slot = next((number for number, until in enumerate(slots) if until < begins), len(slots))
        slots[slot : slot + 1] = [ends]
        bars.append(Bar(lane, at[lane] - BAR / 2 + min(slot, SLOTS - 1) * BAR_APART, begins, ends))
    return bars


def width_of(text: str) -> float:
    """About how wide a text is: what is not known is the page's font."""
    return LETTER * sum(map(_share, text))


def _share(letter: str) -> float:
    """Of `LETTER`."""
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.9
    if letter in "mwMW@%":
        return 1.5
    return 1.15 if letter.isupper() or letter.isdigit() else 0.97


def wrapped(text: str, room: float, most: int = MOST_LINES) -> tuple[str, ...]:
    """The text in lines that are no wider than `room`; what finds no place in the last is cut off, and that is seen."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width_of(longer) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        *whole, line = _pieces(word, room)
        lines += whole
    lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], _fitted(" ".join(lines[most - 1 :]), room)]
    return tuple(lines)


def _pieces(word: str, room: float) -> list[str]:
    """A word that has no place on one line, on several."""
    pieces, rest = [], word
    while width_of(rest) > room and len(rest) > 1:
        count = next((n for n in range(1, len(rest)) if width_of(rest[: n + 1]) > room), 1)
        # Of a path or an id, rather between two of its parts.
        part = max(rest.rfind(sign, 0, count) for sign in "/_-") + 1
        count = part if part > count / 2 else count
        pieces.append(rest[:count])
        rest = rest[count:]
    return [*pieces, rest]


def _fitted(text: str, room: float) -> str:
    if width_of(text) <= room:
        return text
    count = next(n for n in range(len(text), -1, -1) if width_of(text[:n] + "…") <= room or n == 0)
    return text[:count] + "…"
