"""After the load: until nothing moves, and not longer than the limit."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from brownout_harness.judging.evidence import GapKind
from brownout_harness.real.booths import Booth, Rest
from brownout_harness.real.drain import drain, gaps_of_drain

BOOTH = Booth("stripe", "http://127.0.0.1:1")


class Scene:
    """Simulated looks at a simulator; time moves by ticks only."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rests: Iterator[Rest]) -> None:
        self.now_s = 0.0
        monkeypatch.setattr(Booth, "rest", lambda _booth: next(rests))

    def run(self, limit_s: float = 10.0, moves: Any = lambda: 0, redrives: Any = lambda: 0) -> dict[str, int]:
        looks = {"target_moves": moves, "redrives": redrives, "tick": self.tick, "clock": lambda: self.now_s}
        return dict(drain([BOOTH], limit_s=limit_s, **looks))

    def tick(self, seconds: float) -> None:
        self.now_s += seconds


def test_it_ends_once_nothing_has_moved_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, itertools.repeat(Rest(0, 0, 7)))
    assert scene.run() == {}
    assert scene.now_s == pytest.approx(1.0, abs=0.11)


def test_requests_in_flight_and_late_arrivals_start_the_quiet_time_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [*[Rest(1, 0, 7)] * 20, *[Rest(0, 0, 8)] * 5, Rest(0, 0, 9)]
    scene = Scene(monkeypatch, itertools.chain(looks, itertools.repeat(Rest(0, 0, 9))))
    assert scene.run() == {}
    assert scene.now_s == pytest.approx(3.5, abs=0.21)


def test_a_target_that_still_reports_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    reported = itertools.chain(range(30), itertools.repeat(30))
    scene = Scene(monkeypatch, itertools.repeat(Rest(0, 0, 7)))
    assert scene.run(moves=lambda: next(reported)) == {}
    assert scene.now_s == pytest.approx(4.0, abs=0.21)


def test_a_redrive_that_has_not_ended_is_waited_for_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    open_for_s = 2.0
    scene = Scene(monkeypatch, itertools.repeat(Rest(0, 0, 7)))
    assert scene.run(redrives=lambda: int(scene.now_s < open_for_s)) == {}
    assert scene.now_s == pytest.approx(3.0, abs=0.21)
    endless = Scene(monkeypatch, itertools.repeat(Rest(0, 0, 7)))
    assert endless.run(limit_s=3.0, redrives=lambda: 1) == {"redrives": 1}


def test_what_moves_at_the_limit_is_told_and_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, itertools.repeat(Rest(2, 1, 7)))
    still_open = scene.run(limit_s=3.0)
    assert still_open == {"requests": 2, "webhooks": 1}
    (gap,) = gaps_of_drain(still_open, 3.0)
    assert gap.kind is GapKind.DRAIN_NOT_FINISHED
    assert gap.detail == "2 requests and 1 webhooks still open 3 s after the load ended"
    assert gaps_of_drain({}, 3.0) == []
