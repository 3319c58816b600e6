"""What is new, as events."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from brownout_harness.progress import Progress
from brownout_harness.real.console import stream as streaming
from brownout_harness.real.console.answers import Desk
from brownout_harness.real.console.masking import Masking
from brownout_harness.real.console.run_view import RunView
from brownout_harness.real.console.stream import stream
from brownout_harness.real.console.watch import Watch
from tests.harness.real.console.conftest import Street

pytestmark = pytest.mark.real


@pytest.fixture
def desk(street: Street, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(streaming, "BEAT_EVERY_S", 0.001)
    watch = Watch(wall_s=0.0)
    watch.turn_to(street.simulated)
    return Desk(watch, Masking([]), 0.0)


def read(event: bytes) -> tuple[str, Any, str]:
    """Its name, what it says, its id."""
    lines = dict(line.split(": ", 1) for line in event.decode().splitlines() if line)
    return lines["event"], json.loads(lines["data"]), lines.get("id", "")


def until(events: Iterator[bytes], name: str) -> tuple[Any, str]:
    while (found := read(next(events)))[0] != name:
        pass
    return found[1], found[2]


def test_a_page_is_told_how_all_is_and_then_what_comes(street: Street, desk: Desk) -> None:
    events = stream(desk, "s1", "")
    assert read(next(events))[1] == {"start": "s1", "is_back": False, "is_run": False}
    street.pay()
    desk.watch.look()
    assert len(until(events, "state")[0]["vendors"]) == 2
    rows, place = until(events, "rows")
    assert (len(rows["rows"]), rows["missed"], place) == (2, 0, "s1-2")
    assert until(events, "beat")[0]["age_s"] >= 0


def test_before_the_first_look_nothing_is_said_of_the_vendors(desk: Desk) -> None:
    events = stream(desk, "s1", "")
    assert [read(next(events))[0] for _ in range(3)] == ["hello", "state", "beat"]
    assert until(stream(desk, "s1", ""), "state")[0]["vendors"] == []


def test_a_page_that_comes_back_goes_on_where_it_was(street: Street, desk: Desk) -> None:
    street.pay()
    desk.watch.look()
    _, place = until(stream(desk, "s1", ""), "rows")
    street.pay("op-2")
    desk.watch.look()
    events = stream(desk, "s1", place)
    assert read(next(events))[1]["is_back"] is True
    assert [row["operation_id"] for row in until(events, "rows")[0]["rows"]] == ["op-2", "op-2"]


@pytest.mark.parametrize("last_id", ["s0-2", "s1-99", "s1-x", "nonsense", "s1-" + "9" * 40])
def test_a_place_of_another_start_or_of_nowhere_begins_anew(street: Street, desk: Desk, last_id: str) -> None:
    street.pay()
    desk.watch.look()
    events = stream(desk, "s1", last_id)
    assert read(next(events))[1]["is_back"] is False
    assert len(until(events, "rows")[0]["rows"]) == 2


def test_a_page_that_reads_slowly_is_told_what_it_missed(
    street: Street, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.watch, "_rows", type(desk.watch._rows)(3))
    events = stream(desk, "s1", "s1-0")
    next(events)
    for _ in range(3):
        street.pay()
    desk.watch.look()
    rows, _ = until(events, "rows")
    assert (len(rows["rows"]), rows["missed"]) == (3, 3)


def test_the_end_of_the_console_is_the_end_of_the_stream(desk: Desk) -> None:
    events = stream(desk, "s1", "")
    next(events)
    desk.watch.end()
    assert list(events) == []


def test_a_run_is_told_whenever_it_has_moved_on(desk: Desk) -> None:
    run = RunView()
    events = stream(Desk(desk.watch, desk.masking, 0.0, run), "s1", "")
    assert read(next(events))[1]["is_run"] is True
    assert until(events, "run")[0] == {}
    run.progress(Progress(phase="steady", at_s=3.0))
    assert until(events, "run")[0] == {}  # there is no plan yet
