"""Open sessions, without any host."""

from typing import Any

import pytest

from brownout_simulators import open_sessions
from brownout_simulators.call import Call, Sending
from brownout_simulators.session import Close, Said
from brownout_simulators.simulator import Simulator
from tests.simulators.board import BOARD, Board
from tests.simulators.driving import Clock


class Caller:
    """A board and somebody who opens sessions on it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.simulator: Simulator[Board] = Simulator(BOARD, clock=self.clock, epoch_s=1.7e9)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Sending:
        """Header names are written with underscores."""
        given = {"x-board-key": "board_test_a"} | {name.replace("_", "-"): value for name, value in headers.items()}
        with pytest.raises(StopIteration) as done:
            next(self.simulator.handle(Call(method, path, "", given, body, self.clock())))
        sending: Sending = done.value.value
        return sending

    def open(self) -> tuple[Sending, list[Said]]:
        sending = self.ask("GET", "/live", upgrade="websocket")
        heard: list[Said] = []
        assert sending.session is not None
        sending.session.begin(heard.append)
        return sending, heard


def test_a_session_that_was_never_begun_is_told_nothing_and_never_closed() -> None:
    caller = Caller()
    sending = caller.ask("GET", "/live", upgrade="websocket")
    assert caller.simulator.in_flight == 1
    caller.simulator.sent(sending, chunks=0, left=True)
    assert caller.simulator.problems == []
    (row,) = caller.simulator.ledger.rows()
    assert (row["status"], row["ending"], row["received"]) == (101, "left", 0)


def test_an_open_session_is_in_flight_and_no_work_of_anybodys() -> None:
    caller = Caller()
    sending = caller.ask("GET", "/live", upgrade="websocket")
    assert (caller.simulator.in_flight, caller.simulator.under_way) == (1, 1)
    assert sending.session is not None
    sending.session.begin(lambda _said: None)
    assert (caller.simulator.in_flight, caller.simulator.under_way) == (1, 0)
    assert (caller.simulator.status()["in_flight"], caller.simulator.status()["under_way"]) == (1, 0)
    caller.simulator.sent(sending, chunks=1, left=True)
    assert (caller.simulator.in_flight, caller.simulator.under_way) == (0, 0)


def test_a_schedule_may_have_sessions_opened_again_at_its_start() -> None:
    """Faults are chosen at a handshake: a session from before would never meet those of the schedule."""
    caller = Caller()
    _, kept = caller.open()
    caller.simulator.schedule([], start_at_s=caller.clock() + 5)
    caller.clock.now_s += 6
    caller.simulator.run_due(caller.clock())
    assert Close(1012, "service restart") not in kept
    caller.simulator.schedule([], start_at_s=caller.clock() + 5, reopen=True)
    caller.clock.now_s += 4
    caller.simulator.run_due(caller.clock())
    _, newer = caller.open()
    assert Close(1012, "service restart") not in [*kept, *newer]
    caller.clock.now_s += 1
    caller.simulator.run_due(caller.clock())
    assert kept[-1] == Close(1012, "service restart")
    assert Close(1012, "service restart") in newer


def test_publishing_while_an_action_runs_waits_until_its_effect_is_booked() -> None:
    caller = Caller()
    _, heard = caller.open()
    seen: list[list[str]] = []
    sending, _ = caller.open()
    caller.simulator.sent(sending, chunks=0, left=False)
    third = caller.ask("GET", "/live", upgrade="websocket")
    assert third.session is not None
    third.session.begin(lambda _said: seen.append([row["entry"] for row in caller.simulator.ledger.rows()]))
    caller.simulator.sent(caller.ask("POST", "/notes", b'{"text": "x"}'), chunks=1, left=False)
    assert heard == ["welcome s1", "x"]
    assert seen[-1][-1] == "effect"


def test_after_the_vendors_goodbye_nothing_is_said_or_heard() -> None:
    caller = Caller()
    sending, heard = caller.open()
    assert sending.session is not None
    sending.session.hear("dance")
    sending.session.hear("say hello")
    caller.ask("POST", "/notes", b'{"text": "x"}')
    assert heard == ["welcome s1", Close(1008, "no such order: dance")]
    caller.simulator.sent(sending, chunks=1, left=False)
    assert list(caller.simulator.ledger.rows())[-1]["received"] == 1


def test_what_a_session_does_goes_back_to_the_call_that_opened_it() -> None:
    caller = Caller()
    sending = caller.ask("GET", "/live", upgrade="websocket", x_correlation_id="op-7")
    assert sending.session is not None
    sending.session.begin(lambda _said: None)
    step: Any
    (step,) = caller.simulator.agenda._items
    assert step.cause().operation_id == "op-7"


def test_there_is_an_end_to_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_sessions, "OPEN_LIMIT", 1)
    caller = Caller()
    sending, _ = caller.open()
    refused = caller.ask("GET", "/live", upgrade="websocket")
    assert (refused.status, refused.session) == (503, None)
    caller.simulator.sent(sending, chunks=1, left=False)
    assert caller.ask("GET", "/live", upgrade="websocket").status == 101
