"""A comparison as a page: the figures in words, the stories of the operations that went differently."""

from collections.abc import Iterator

from brownout_harness.comparing.comparison import Comparison
from brownout_harness.comparing.told import Told, ToldFigure, difference_text, headline, otherwise_text, value_text
from brownout_reports.comparison import Page, Row, render
from brownout_reports.comparison import Told as ToldStory
from brownout_reports.story import story

WHOLE = "The whole run"


def page_of(comparison: Comparison, found: Told) -> str:
    """The document. The same runs give the same text."""
    first = comparison.sides[0]
    phases = dict.fromkeys(each.phase for each in found.figures)
    return render(
        {side.label: side.run for side in comparison.sides},
        Page(
            unsound=found.unsound,
            headline=headline(found),
            remarks=found.remarks,
            tables={
                f"In {phase}" if phase else WHOLE: [_row(each) for each in found.figures if each.phase == phase]
                for phase in phases
            },
            otherwise=tuple(otherwise_text(each, first.label) for each in found.otherwise),
            told=tuple(_stories(comparison, found)),
            method=found.method,
        ),
    )


def _row(figure: ToldFigure) -> Row:
    return Row(
        figure=figure.what,
        of=figure.of,
        values=tuple(value_text(figure.what, value) for value in figure.values),
        differences=tuple(difference_text(figure.what, each, figure.values[0]) for each in figure.differences),
        stands_out=tuple(bool(each.is_beyond_chance) for each in figure.differences),
    )


def _stories(comparison: Comparison, found: Told) -> Iterator[ToldStory]:
    first, *others = comparison.sides
    for side, each in zip(others, found.otherwise, strict=True):
        for one in each.shown:
            both = ((first, one.ways[0]), (side, one.ways[1]))
            why = f"{one.differs_in}: " + "; ".join(f"{which.label} {way}" for which, way in both)
            stories = tuple((which.label, tuple(story(which.run, one.operation_id))) for which, _ in both)
            yield ToldStory(one.operation_id, why, stories)
