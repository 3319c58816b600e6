"""What was done to whom, on top of the figure: each fault a bar with its name, each action, death and gap a line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from brownout_reports.palette import HOT, INK, QUIET, SHADE, Dash, VendorLook
from brownout_reports.panel import Panel, fitted, text_in
from brownout_reports.run_folder import Mark, Verdict
from brownout_reports.spans import FaultSpan, PhaseSpan

LANE_IN: Final = 0.18
LABEL_PT: Final = 7.5
MOST_FAULTS: Final = 12
MOST_LANES: Final = 6
"""Of labels of lines; what finds no room is in the page's tables, as everything is."""
MOST_LINES: Final = 200

SHORT_DASHES: Final[Mapping[Dash, Any]] = {
    "-": "-",
    "--": (0, (1.2, 0.5)),
    ":": (0, (0.5, 0.5)),
    "-.": (0, (1.2, 0.5, 0.5, 0.5)),
}
"""In widths of the line: the usual ones are longer than a fault is high."""
LOOK: Final = {"action": (INK, "-"), "death": (HOT, "-"), "gap": (HOT, ":")}


def lanes(verdict: Verdict, looks: Mapping[str, VendorLook], end_s: float, width_in: float) -> Panel | None:
    """Bars and labels; None where nothing was done and nothing happened."""
    every = stories(verdict.faults)
    faults = every[:MOST_FAULTS]
    left_out = len(every) - len(faults)
    marks = _seen(verdict.marks, end_s)
    labels = list(zip(marks, packed([(mark.at_s or 0.0, _label(mark, width_in)) for mark in marks], end_s, width_in),
                      strict=True))  # fmt: skip
    rows = len(faults) + bool(left_out) + max((place.lane + 1 for _, place in labels if place), default=0)
    if not rows:
        return None

    def draw(axes: Axes) -> None:
        axes.set_yticks([])
        axes.grid(visible=False)
        axes.spines["left"].set_visible(False)
        axes.set_ylim(rows, 0)
        for row, story in enumerate(faults):
            _draw_fault(axes, row, story, end_s, width_in)
            whose = {fault.whose: fault for fault in reversed(story)}
            for number, fault in enumerate(reversed(whose.values())):
                _draw_whose(axes, row, (number, len(whose)), fault, looks[fault.whose])
        if left_out:
            axes.text(0.0, len(faults) + 0.5, f"and {left_out} faults more, in the table below", color=QUIET,
                      fontsize=LABEL_PT, va="center")  # fmt: skip
        below = len(faults) + bool(left_out)
        for mark, place in labels:
            colour, dash = LOOK[mark.kind]
            # From below the faults on: no line runs through their names.
            axes.plot([mark.at_s or 0.0] * 2, [below, rows], color=colour, linestyle=dash, linewidth=1.1)
            if place:
                axes.text(mark.at_s or 0.0, below + place.lane + 0.5, _label(mark, width_in), color=colour,
                          fontsize=LABEL_PT, va="center", ha="right" if place.on_left else "left")  # fmt: skip

    return Panel("what was done", rows * LANE_IN, draw)


def stories(faults: Iterable[FaultSpan]) -> list[list[FaultSpan]]:
    """The faults, those together that are one: at several vendors, or the rows of an incident."""
    told: dict[str, list[FaultSpan]] = {}
    for fault in faults:
        told.setdefault(fault.story or fault.id, []).append(fault)
    return list(told.values())


def _draw_whose(axes: Axes, row: int, place: tuple[int, int], fault: FaultSpan, look: VendorLook) -> None:
    """At its beginning, in its vendor's colour; those of several share the row's height."""
    number, of = place
    start_s = max(fault.start_s, 0.0)
    top, height = row + 0.06 + 0.88 * number / of, 0.88 / of
    axes.plot([start_s, start_s], [top, top + height], color=look.colour, linestyle=SHORT_DASHES[look.dash],
              linewidth=3)  # fmt: skip


def _draw_fault(axes: Axes, row: int, story: Sequence[FaultSpan], end_s: float, width_in: float) -> None:
    start_s = max(min(each.start_s for each in story), 0.0)
    until_s = min(max(each.end_s for each in story), end_s)
    stretches = {((each.start_s, each.end_s), 0.22) for each in story}
    stretches |= {(spell, 0.3) for each in story for spell in each.on or ()}
    for stretch, alpha in sorted(stretches):
        from_s, to_s = max(stretch[0], 0.0), min(stretch[1], end_s)
        axes.add_patch(Rectangle((from_s, row + 0.06), max(to_s - from_s, 0.0), 0.88, facecolor=SHADE, alpha=alpha,
                                 linewidth=0))  # fmt: skip
    on_left = start_s > end_s / 2
    from_s = min(max(until_s, start_s), end_s) if on_left else start_s
    room_in = width_in * (from_s if on_left else end_s - from_s) / end_s - 0.1
    whose = ", ".join(dict.fromkeys(each.whose for each in story))
    texts = list(dict.fromkeys(each.text for each in story))
    told = texts[0] if len(texts) == 1 else f"{story[0].story}, {len(story)} stretches: {texts[0]}, and more"
    text = fitted(f"{whose}: {told}", room_in, size_pt=LABEL_PT)
    axes.annotate(text, (from_s, row + 0.5), (-4 if on_left else 4, 0), textcoords="offset points", fontsize=LABEL_PT,
                  color=INK, va="center", ha="right" if on_left else "left")  # fmt: skip


def _seen(marks: Sequence[Mark], end_s: float) -> list[Mark]:
    return [mark for mark in marks if mark.at_s is not None and 0.0 <= mark.at_s <= end_s][:MOST_LINES]


def _label(mark: Mark, width_in: float) -> str:
    return " " + fitted(mark.text, width_in * 0.48, size_pt=LABEL_PT) + " "


class Place(NamedTuple):
    """Where a label stands: its lane, and on which side of its instant."""

    lane: int
    on_left: bool


def packed(labels: Iterable[tuple[float, str]], end_s: float, width_in: float) -> Iterator[Place | None]:
    """Each label in the first lane in which it meets no other, at its instant's left where the right has no room;
    None where every lane is taken."""
    taken: list[list[tuple[float, float]]] = [[] for _ in range(MOST_LANES)]
    for at_s, label in labels:
        takes_s = text_in(label, size_pt=LABEL_PT) / width_in * end_s
        on_left = at_s + takes_s > end_s
        begins_s, ends_s = (at_s - takes_s, at_s) if on_left else (at_s, at_s + takes_s)
        free = (lane for lane, others in enumerate(taken) if all(ends_s <= a or b <= begins_s for a, b in others))
        if (lane := next(free, None)) is not None:
            taken[lane].append((begins_s, ends_s))
        yield None if lane is None else Place(lane, on_left)


def draw_through(axes: Axes, verdict: Verdict, end_s: float) -> None:
    """What goes through every panel: fault windows, the phases' edges, the lines of what was done."""
    for start_s, until_s in sorted({each for fault in verdict.faults for each in fault.in_force}):
        if start_s < end_s and until_s > 0:
            axes.axvspan(max(start_s, 0), min(until_s, end_s), facecolor=SHADE, alpha=0.09, linewidth=0, zorder=0)
    for at_s in _edges(verdict.phases, end_s):
        axes.axvline(at_s, color=QUIET, linewidth=0.7, linestyle=(0, (2, 2)))
    for mark in _seen(verdict.marks, end_s):
        colour, dash = LOOK[mark.kind]
        if mark.until_s is not None:
            axes.axvspan(mark.at_s or 0, min(mark.until_s, end_s), facecolor="none", edgecolor=HOT, alpha=0.5,
                         hatch="xx", linewidth=0, zorder=0)  # fmt: skip
        axes.axvline(mark.at_s or 0, color=colour, linewidth=1.1, linestyle=dash)


def _edges(phases: Sequence[PhaseSpan], end_s: float) -> list[float]:
    return sorted({edge for phase in phases for edge in (phase.start_s, phase.end_s) if 0 < edge < end_s})


def phase_names(verdict: Verdict, end_s: float, width_in: float) -> list[tuple[PhaseSpan, str, Place]]:
    """The phases' names and where they stand; one that finds no room is in the page's tables only."""
    last_s = max((phase.end_s for phase in verdict.phases), default=end_s)
    spans = [*verdict.phases, *([PhaseSpan("drain", last_s, end_s)] if last_s < end_s else [])]
    names = [fitted(span.name, width_in * 0.45, size_pt=LABEL_PT) + " " for span in spans]
    places = packed([(span.start_s, name) for span, name in zip(spans, names, strict=True)], end_s, width_in)
    return [(span, name, place) for span, name, place in zip(spans, names, places, strict=True) if place]
