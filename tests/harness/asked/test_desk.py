"""An operator's visits to the gateway's desk."""

import json
from itertools import count
from typing import Any
from urllib.parse import unquote

import pytest

from brownout_harness.asked.dead_letters import Answered, drive
from brownout_harness.asked.desk import visit
from brownout_harness.asked.request import Request
from brownout_harness.judging.orders import Came, Order
from brownout_harness.problems import NotJudged
from brownout_scenarios.phases import Action, ByHand, Discard, Redrive


class Desk:
    """Three letters, of `op-1` to `op-3`; one of `op-2` is held by somebody else."""

    def __init__(self) -> None:
        self.letters = {f"dl/{number}": f"op-{number}" for number in (1, 2, 3)}
        self.asked: list[Request] = []

    def ask(self, request: Request) -> Answered:
        self.asked.append(request)
        letter_id = unquote(request.path.removeprefix("/dead-letters/").removesuffix("/redrive"))
        if request.method == "DELETE":
            return Answered(409 if letter_id == "dl/2" else 204)
        if request.path.endswith("/redrive"):
            return answered(id=letter_id, outcome="busy" if letter_id == "dl/2" else "done")
        if letter_id in self.letters:
            return answered(id=letter_id, operation_id=self.letters[letter_id])
        shown = [{"id": each, "operation_id": whose} for each, whose in self.letters.items()]
        return answered(dead_letters=shown, next_after=None)


def answered(**said: Any) -> Answered:
    return Answered(200, json.dumps(said).encode())


def visited(action: Action, *answers: Answered) -> Came:
    """At a desk that answers so, or else at the usual one; an instant passes at each look at the clock."""
    left, clock = list(answers), count()
    return drive(visit(action, lambda: float(next(clock))), (lambda _: left.pop(0)) if answers else Desk().ask)


def test_letters_are_discarded_by_their_operations_and_each_answer_is_written_down() -> None:
    came = visited(Action(discard=Discard(operations="op-[12]")))
    assert came == Came(
        "1 conflict, 1 done",
        (Order("discard", "dl/1", 0, 1, "done", "op-1"), Order("discard", "dl/2", 2, 3, "conflict", "op-2")),
    )


@pytest.mark.parametrize("insist", [False, True])
def test_letters_are_redriven_by_hand_one_after_the_other(insist: bool) -> None:
    desk = Desk()
    came = drive(visit(Action(redrive=Redrive(operations="op-*", insist=insist)), lambda: 0.0), desk.ask)
    assert [(each.what, each.of, each.told) for each in came.orders] == [
        ("redrive", "dl/1", "done"),
        ("redrive", "dl/2", "busy"),
        ("redrive", "dl/3", "done"),
    ]
    sent = [each for each in desk.asked if each.method == "POST"]
    assert [json.loads(each.body) for each in sent] == [{"insist": insist}] * 3


def test_all_letters_are_redriven_in_lots_and_nothing_is_said_of_each() -> None:
    lot = answered(redriven=[{"id": "dl/1", "outcome": "done"}], next_after=None, stopped=False)
    assert visited(Action(redrive=Redrive()), lot) == Came("1 done")


@pytest.mark.parametrize(("to", "what"), [("open", "open"), ("closed", "close")])
def test_a_breaker_is_moved_by_hand(to: Any, what: str) -> None:
    came = visited(Action(breaker=ByHand(vendor="sales", to=to)), Answered(204))
    assert came.orders == (Order(what, "sales", 0, 1, "done"),)


@pytest.mark.parametrize(("status", "said"), [(200, "degraded"), (503, "unhealthy")])
def test_how_it_is_is_asked_and_what_it_was_to_say_is_kept(status: int, said: str) -> None:
    came = visited(Action(health="degraded"), answered(status=said)._replace(status=status))
    assert came.orders == (Order("health", "", 0, 1, said, expected="degraded"),)


def test_where_nothing_waits_for_an_order_it_was_not_carried_out() -> None:
    with pytest.raises(NotJudged, match="no dead letter of op-9 waits at the desk"):
        visited(Action(discard=Discard(operations="op-9")))


def test_a_desk_that_shows_another_letter_than_it_listed_is_no_evidence() -> None:
    listed = answered(dead_letters=[{"id": "dl_1", "operation_id": "op-1"}], next_after=None)
    with pytest.raises(NotJudged, match="shows another letter than dl_1"):
        visited(Action(discard=Discard(operations="*")), listed, answered(id="dl_1", operation_id="op-2"))
    with pytest.raises(NotJudged, match="cannot be read"):
        visited(Action(discard=Discard(operations="*")), answered(dead_letters=[{}], next_after=None))


@pytest.mark.parametrize(
    ("action", "deed"),
    [
        (Action(breaker=ByHand(vendor="sales", to="open")), "open a breaker"),
        (Action(health="healthy"), "say how it is"),
        (Action(discard=Discard(operations="*")), "show its dead letters"),
    ],
)
@pytest.mark.parametrize("answer", [Answered(500), Answered(0, error="timed out")])
def test_a_gateway_that_says_no_or_nothing_is_told_of(action: Action, deed: str, answer: Answered) -> None:
    with pytest.raises(NotJudged, match=f"the gateway did not {deed}: (it answered 500|timed out)"):
        visited(action, answer)
