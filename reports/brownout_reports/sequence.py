"""Operations as sequence pictures: driver, target, vendors and stores side by side, time downwards.

Each is drawn twice, for a screen and for a telephone. The page's style sheet decides light, dark and print. Whatever a
picture says it says in words, too: nothing is told by a colour or a shape alone.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from markupsafe import Markup

from brownout_reports.noteworthy import Noted, cases, struck_or_slow
from brownout_reports.palette import CSS_NAMES, QUIET, Dash, VendorLook
from brownout_reports.printable import one_line
from brownout_reports.run_folder import RunFolder
from brownout_reports.sequence_events import Look
from brownout_reports.sequence_layout import HEAD, NARROW, WIDE, Bar, Layout, Pause, Row, lay_out
from brownout_reports.sequence_steps import VENDORS, Lane, Sequence, Way, sequences
from brownout_reports.series import vendor_looks

MOST: Final = 6
"""Of the operations that an expectation names, so many are drawn."""
FEW: Final = 3
"""Where none is named."""
HEAD_PX: Final = 7.0
CROSS_PX: Final = 4.5
SHORT: Final = 0.72
"""So far comes an arrow that does not arrive."""
NO_VENDOR: Final = VendorLook(QUIET, "-")
DASHES: Final[Mapping[Dash, str]] = {"-": "none", "--": "9 4", ":": "3 3", "-.": "9 3 3 3"}
"""As SVG writes them."""

Looks = Mapping[Lane, VendorLook]


class Picture(NamedTuple):
    """One operation, drawn."""

    operation_id: str
    why: str
    wide: Markup
    narrow: Markup


class Pictures(NamedTuple):
    """What a page shows of single operations."""

    drawn: tuple[Picture, ...]
    are_wrong: bool
    """Whether an expectation that does not hold names them."""
    left_out: int
    """Operations that are named, too, and not drawn."""


def pictures(run: RunFolder) -> Pictures:
    """Of those that an expectation names; where there are none, of a few that were struck or slow."""
    named = cases(run)
    noted = named[:MOST] or struck_or_slow(run, FEW)
    whys = {each.operation_id: each for each in noted}
    looks = {Lane(VENDORS, one_line(name)): look for name, look in vendor_looks(run).items()}
    drawn = tuple(
        _picture(number, each, whys[each.operation_id], looks) for number, each in enumerate(sequences(run, whys), 1)
    )
    return Pictures(drawn, bool(named), max(0, len(named) - MOST))


def _picture(number: int, sequence: Sequence, noted: Noted, looks: Looks) -> Picture:
    wide, narrow = (
        svg(sequence, lay_out(sequence, page), looks, f"sequence-{number}-{name}", name)
        for name, page in (("wide", WIDE), ("narrow", NARROW))
    )
    return Picture(one_line(sequence.operation_id), noted.why, wide, narrow)


def svg(sequence: Sequence, layout: Layout, looks: Looks, name: str, of_class: str) -> Markup:
    """One `<svg>` element; `name` is unlike any other id of the page."""
    size = f"0 0 {layout.width:.0f} {layout.height:.0f}"
    parts = [
        Markup('<svg class="sequence-{}" xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{}-title" '
               'aria-describedby="{}-text" viewBox="{}" width="100%">').format(of_class, name, name, size),
        Markup('<title id="{}-title">{}, from beginning to end</title>').format(name, one_line(sequence.operation_id)),
        Markup('<desc id="{}-text">{}</desc>').format(name, "\n".join(_in_words(sequence))),
        *_lanes(layout, looks),
        *(_bar(bar, looks.get(bar.lane, NO_VENDOR)) for bar in layout.bars),
        *(_pause(pause, layout) for pause in layout.pauses),
        *(_row(row, looks) for row in layout.rows),
        Markup("</svg>"),
    ]  # fmt: skip
    return Markup("\n").join(parts)


def _in_words(sequence: Sequence) -> Iterator[str]:
    for step in sequence.steps:
        who = {
            Way.ARROW: f"{step.start.name} to {step.end.name}",
            Way.LOST: f"{step.start.name} to {step.end.name}, and does not arrive",
            Way.MARK: step.start.name,
            Way.ACROSS: "meanwhile",
        }[step.way]
        yield f"{step.at_s:.3f} s, {who}: {step.text}"
    if sequence.left_out:
        yield f"{sequence.left_out} steps are not drawn"


def _lanes(layout: Layout, looks: Looks) -> Iterator[Markup]:
    for head in layout.heads:
        yield Markup('<path class="lane" d="M{:.1f} {:.1f}V{:.1f}"/>').format(head.x, HEAD - 6, layout.height)
        yield Markup('<text class="head" x="{:.1f}" y="14" text-anchor="middle"{}>{}</text>').format(
            head.x, _fill_of(head.lane, looks), head.name
        )


def _fill_of(lane: Lane, looks: Looks) -> Markup:
    return Markup(' style="fill:var({})"').format(CSS_NAMES[looks[lane].colour]) if lane in looks else Markup("")


def _bar(bar: Bar, look: VendorLook) -> Markup:
    return Markup('<path class="bar" d="M{:.1f} {:.1f}v{:.1f}" style="stroke:var({});stroke-dasharray:{}"/>').format(
        bar.x + 3.5, bar.top, max(0.0, bar.bottom - bar.top), CSS_NAMES[look.colour], DASHES[look.dash]
    )


def _pause(pause: Pause, layout: Layout) -> Markup:
    """The lanes are broken where it is, and beside them stands how long."""
    broken = Markup("").join(
        Markup('<path class="paper" d="M{0:.1f} {1:.1f}v16"/><path class="dots" d="M{0:.1f} {1:.1f}v16"/>').format(
            head.x, pause.y - 8
        )
        for head in layout.heads
    )
    return broken + Markup('<text class="pause" x="0" y="{:.1f}">{}</text>').format(pause.y + 4, pause.text)


def _row(row: Row, looks: Looks) -> Markup:
    """Time, what is drawn, and the words; all of the words also where they are cut off."""
    step = row.step
    texts = Markup("").join(
        Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
            row.text_x, row.text_y + 15 * number, row.anchor, line
        )
        for number, line in enumerate(row.lines)
    )
    time = Markup('<text class="time" x="0" y="{:.1f}">{}</text>').format(row.y + 4, row.time) if row.time else ""
    return Markup('<g class="{} {}"><title>{:.3f} s: {}</title>{}{}{}</g>').format(
        step.way.value, step.look.value, step.at_s, step.text, _drawn(row, looks), time, texts
    )


def _drawn(row: Row, looks: Looks) -> Markup:
    step = row.step
    if step.way is Way.ACROSS:
        return Markup('<path class="stroke" d="M{:.1f} {:.1f}H{:.1f}"/>').format(row.x1, row.y, row.x2)
    if step.way is Way.MARK:
        return _mark(row, looks)
    towards = 1.0 if row.x2 > row.x1 else -1.0
    if step.way is Way.ARROW:
        base = row.x2 - towards * HEAD_PX
        return Markup(
            '<path class="stroke" d="M{0:.1f} {1:.1f}H{2:.1f}"/><path class="fill" d="M{3:.1f} {1:.1f}l{4:.1f} -4v8z"/>'
        ).format(row.x1, row.y, base, row.x2, -towards * HEAD_PX)
    until = row.x1 + SHORT * (row.x2 - row.x1)
    return Markup(
        '<path class="stroke" d="M{0:.1f} {1:.1f}H{2:.1f}"/>'
        '<path class="cross" d="M{3:.1f} {4:.1f}l{5:.1f} {5:.1f}m0 -{5:.1f}l-{5:.1f} {5:.1f}"/>'
    ).format(row.x1, row.y, until, until - CROSS_PX, row.y - CROSS_PX, 2 * CROSS_PX)


def _mark(row: Row, looks: Looks) -> Markup:
    """A diamond for a fault, a disc for an effect, a ring for what somebody said."""
    if row.step.look is Look.FAULT:
        return Markup('<path class="fill" d="M{:.1f} {:.1f}l6 6l-6 6l-6 -6z"/>').format(row.x1, row.y - 6)
    own = _fill_of(row.step.start, looks) if row.step.look is Look.EFFECT else Markup("")
    size = 5.5 if row.step.look is Look.EFFECT else 3.5
    kind = "fill" if row.step.look is Look.EFFECT else "ring"
    return Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"{}/>').format(kind, row.x1, row.y, size, own)
