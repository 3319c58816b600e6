"""Where everything of a sequence picture stands."""

from itertools import pairwise

import pytest

from brownout_reports.sequence_layout import NARROW, WIDE, Layout, Page, lay_out, width_of, wrapped
from brownout_reports.sequence_steps import (
    ANSWERED,
    ASKED,
    BEFELL,
    DRIVER,
    FIRST,
    HEARD,
    LAST,
    RECEIVED,
    STORES,
    TARGET,
    VENDORS,
    Lane,
    Sequence,
    Step,
    Way,
)

VENDOR = Lane(VENDORS, "acme")
PAGES = pytest.mark.parametrize("page", [WIDE, NARROW], ids=["wide", "narrow"])


def ask(at_s: float) -> Step:
    return Step(at_s, ASKED, Way.ARROW, "asks for pay", DRIVER, TARGET, call="asked")


def told(at_s: float, way: Way = Way.ARROW) -> Step:
    return Step(at_s, HEARD, way, "200 done", TARGET, DRIVER, call="asked")


def request(at_s: float, call: str) -> Step:
    return Step(at_s, RECEIVED, Way.ARROW, "POST /v1/charges key A", TARGET, VENDOR, call=call)


def reply(at_s: float, call: str, way: Way = Way.ARROW) -> Step:
    return Step(at_s, ANSWERED, way, "503", VENDOR, TARGET, call=call)


def kill(at_s: float) -> Step:
    return Step(at_s, BEFELL, Way.ACROSS, "kill gateway")


def a_story(*steps: Step, left_out: int = 0) -> Sequence:
    return Sequence("pay-1", (DRIVER, TARGET, VENDOR, STORES), steps, left_out)


def laid_out(*steps: Step, page: Page = WIDE, left_out: int = 0) -> Layout:
    return lay_out(a_story(*steps, left_out=left_out), page)


@PAGES
def test_time_goes_downwards_and_no_two_rows_share_a_place(page: Page) -> None:
    layout = laid_out(ask(0.0), request(0.0, "a"), kill(0.0), reply(0.0, "a"), told(0.0), page=page)
    tops = [(row.text_y - 15, max(row.y, row.text_y + 15 * (len(row.lines) - 1))) for row in layout.rows]
    assert all(below[0] >= above[1] - 5 for above, below in pairwise(tops))
    assert layout.height > tops[-1][1]


def test_an_arrow_goes_from_lane_to_lane() -> None:
    layout = laid_out(ask(0.0), request(0.1, "a"), reply(0.2, "a"), told(0.3))
    x = {head.lane: head.x for head in layout.heads}
    assert [(row.x1, row.x2) for row in layout.rows] == [
        (x[DRIVER], x[TARGET]), (x[TARGET], x[VENDOR]), (x[VENDOR], x[TARGET]), (x[TARGET], x[DRIVER]),
    ]  # fmt: skip
    assert sorted(x.values()) == [x[lane] for lane in (DRIVER, TARGET, VENDOR, STORES)]


def test_a_call_under_way_is_a_bar_at_who_works_on_it_and_at_who_waits_for_it() -> None:
    layout = laid_out(ask(0.0), request(0.1, "a"), reply(0.2, "a"), told(0.3))
    y = [row.y for row in layout.rows]
    assert [(bar.lane, bar.top, bar.bottom) for bar in layout.bars] == [(DRIVER, y[0], y[3]), (VENDOR, y[1], y[2])]


def test_calls_that_overlap_have_bars_beside_each_other_and_those_that_follow_do_not() -> None:
    steps = (request(0.0, "a"), request(0.1, "b"), reply(0.2, "a"), request(0.3, "c"), reply(0.4, "b"), reply(0.5, "c"))
    first, second, third = laid_out(*steps).bars
    assert first.x < second.x
    assert third.x == first.x
    assert third.top > first.bottom


def test_many_calls_at_once_stay_at_their_lane() -> None:
    layout = laid_out(*(request(number / 100, str(number)) for number in range(20)))
    (x,) = {head.x for head in layout.heads if head.lane == VENDOR}
    assert all(abs(bar.x - x) < 20 for bar in layout.bars)


def test_a_call_that_nobody_ended_is_under_way_until_the_picture_ends() -> None:
    layout = laid_out(ask(0.0), request(0.1, "a"), told(0.3, Way.LOST))
    (bar,) = (bar for bar in layout.bars if bar.lane == VENDOR)
    assert bar.bottom > layout.rows[-1].y


def test_an_operation_that_spans_a_kill_is_crossed_by_its_line() -> None:
    layout = laid_out(ask(0.0), kill(0.1), told(0.2))
    line = layout.rows[1]
    assert (line.x1, line.x2) == (WIDE.times, WIDE.width)
    (bar,) = layout.bars
    assert bar.top < line.y < bar.bottom


def test_much_time_between_two_steps_is_said_and_little_is_not() -> None:
    layout = laid_out(ask(0.0), request(0.02, "a"), reply(5.44, "a"), told(5.5))
    (pause,) = layout.pauses
    assert pause.text == "5.42 s"
    assert layout.rows[1].y < pause.y < layout.rows[2].y
    assert laid_out(ask(0.0), told(0.01)).pauses == ()


def test_an_instant_is_said_once() -> None:
    layout = laid_out(ask(20.0), request(20.0002, "a"), reply(20.001, "a"), told(20.0011))
    assert [row.time for row in layout.rows] == ["20.000", "", "20.001", ""]


def test_what_is_left_out_is_said_where_it_was() -> None:
    steps = [request(number / 1000, str(number)) for number in range(FIRST)]
    steps += [reply(9.0 + number / 1000, str(number)) for number in range(LAST)]
    steps[-1] = reply(9.5, "left out")
    layout = laid_out(*steps, left_out=7)
    (pause,) = layout.pauses
    assert pause.text == "7 steps are not drawn"
    assert layout.rows[FIRST - 1].y < pause.y < layout.rows[FIRST].y
    # Of a call whose other end is left out, that end was there.
    whole, *_, cut, begun_there = layout.bars
    assert whole.bottom > pause.y
    assert cut.bottom == pause.y
    assert begun_there.top == pause.y


@PAGES
def test_every_text_stays_within_the_page(page: Page) -> None:
    words = "a latency of " + "x" * 90 + " on each of POST /v1/payment_intents and more than that, " * 3
    lanes = (DRIVER, TARGET, VENDOR, STORES)
    marks = [Step(0.0, ASKED, Way.MARK, words, lane, lane) for lane in lanes]
    arrows = [Step(0.0, ASKED, Way.ARROW, words[:60], a, b) for a in lanes for b in lanes if a != b]
    for row in laid_out(*marks, *arrows, page=page).rows:
        widest = max(map(width_of, row.lines))
        left = {"start": 0.0, "middle": 0.5, "end": 1.0}[row.anchor]
        assert row.text_x - left * widest >= page.times - 1
        assert row.text_x + (1 - left) * widest <= page.width + 1


def test_a_name_that_finds_no_room_over_its_lane_is_cut_and_that_is_seen() -> None:
    lanes = tuple(Lane(VENDORS, f"vendor-number-{number}") for number in range(12))
    heads = lay_out(Sequence("pay-1", lanes, (ask(0.0)._replace(start=lanes[0], end=lanes[1]),)), NARROW).heads
    assert all(head.name.endswith("…") for head in heads)


@pytest.mark.parametrize("at_s", [float("nan"), float("inf"), -float("inf"), 1e300])
def test_instants_that_are_none_are_drawn_all_the_same(at_s: float) -> None:
    rows = laid_out(ask(0.0), told(at_s)).rows
    assert len(rows) == 2
    assert all(width_of(row.time) <= WIDE.times for row in rows)


def test_words_are_wrapped_between_words_and_long_ones_between_their_parts() -> None:
    assert wrapped("one two three", 1000.0) == ("one two three",)
    assert wrapped("one two three", width_of("one two")) == ("one two", "three")
    assert wrapped("/v1/payment_intents/search", width_of("/v1/payment_intents/s")) == (
        "/v1/payment_intents/",
        "search",
    )
    assert "".join(wrapped("x" * 30, width_of("x" * 10))) == "x" * 30


def test_what_finds_no_room_on_the_last_line_is_cut_and_that_is_seen() -> None:
    lines = wrapped("word " * 100, width_of("word word"), most=3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(width_of(line) <= width_of("word word") for line in lines)


def test_letters_of_the_far_east_are_wide() -> None:
    assert width_of("支払い") > 1.5 * width_of("pay")
