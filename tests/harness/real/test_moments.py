"""Actions on moments in real mode: the call is held until it is done, and what came too late is a gap."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import cast

import pytest

from brownout_harness.faults.actions import Actions
from brownout_harness.judging.evidence import GapKind
from brownout_harness.real.booths import Booths, Held
from brownout_harness.real.moments import RealMoments
from brownout_harness.real.runner import run_real
from brownout_reports.rows import EFFECT, REQUEST, EventRow, LedgerRow
from brownout_scenarios.phases import Action
from tests.harness.virtual.test_moments import scenario

ON = "{kill: gateway, for: 1s, on: {vendor: stripe, match: POST *, moment: committed, nth: 2}}"


class Board:
    """Booths whose only watch tells what a test says, and that write down what happens to them."""

    def __init__(self, *told: tuple[int, bool], too_long: bool = False) -> None:
        self.told = list(told)
        self.too_long = too_long
        self.heard: list[str] = []

    def moments(self, vendors: Collection[str]) -> Iterator[Held]:
        if vendors:
            came, has_come = self.told.pop(0)
            yield cast("Held", _Told(self, came, has_come))


class _Told:
    def __init__(self, board: Board, came: int, has_come: bool) -> None:
        self.board, self.id, self.came, self.has_come = board, "struck.0", came, has_come

    def let_go(self) -> bool:
        self.board.heard.append("let go")
        return not self.board.too_long


def moments(board: Board) -> RealMoments:
    def act(action: Action) -> None:
        board.heard.append(action.text)

    return RealMoments(Actions(scenario(ON)), cast("Booths", board), act=act)


def test_nobody_is_asked_before_the_phase_and_the_call_goes_on_after_the_deed() -> None:
    board = Board((1, False), (2, True))
    looking = moments(board)
    assert [*looking.look(3.9), *looking.look(4.1)] == []
    assert board.heard == []
    assert looking.look(4.2) == []
    assert board.heard == ["kill gateway", "let go"]
    assert looking.gaps(30.0) == []


def test_a_call_that_went_on_before_the_deed_is_a_gap() -> None:
    (gap,) = moments(Board((2, True), too_long=True)).look(5.0)
    assert (gap.kind, gap.at_s) == (GapKind.NOT_STAGED, 5.0)
    assert "the call went on before that was done" in gap.detail


def test_what_never_came_is_looked_for_once_more_and_is_a_gap() -> None:
    (gap,) = moments(Board((1, False))).gaps(30.0)
    assert "never came, there were 1 of them" in gap.detail


@pytest.mark.real
def test_the_gateway_is_dead_before_the_answer_to_what_was_committed_goes_out(tmp_path: Path) -> None:
    inputs = run_real(scenario(ON), work=tmp_path)
    assert (inputs.gaps, inputs.deaths) == ((), ())
    rows = [each for each in inputs.tables.of(LedgerRow) if each.vendor == "stripe" and each.at_s >= 4.0]
    charge = sorted((each for each in rows if each.entry == EFFECT), key=lambda row: row.at_s)[1]
    (request,) = [each for each in rows if each.entry == REQUEST and each.id == charge.request_id]
    assert (request.ending, request.chunks) == ("left", 0)
    started = [each.at_s for each in inputs.tables.of(EventRow) if each.kind == "started"]
    assert len(started) == 2
    assert started[1] >= request.finished_s + 0.9
