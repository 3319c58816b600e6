"""What was taken on is followed in virtual time as it is for real, and looked at once more."""

import asyncio
import json
from collections.abc import Iterable

import pytest

from brownout_core.front_door.answers import Answer
from brownout_harness.asked.exchange import Reading
from brownout_harness.asked.request import Request
from brownout_harness.asked.until import Following, Look
from brownout_harness.virtual.following import Followed, asked, follow, with_last_look
from brownout_harness.virtual.life import Killed
from brownout_harness.virtual.loop import run_virtually
from brownout_reports.rows import OperationRow, Outcome
from brownout_scenarios.until import Until

FOLLOWING = Following(
    Until(get="/jobs/{{answer.id}}", at="body.state", done=("paid",), refused=("void",), every_s=1.0, within_s=5.0)
)
TAKEN_ON = Reading(Outcome.ACCEPTED, "", "{}")
ASKED = Request("POST", "/pay", {"X-Correlation-ID": "pay-1", "Content-Type": "a/b"}, b"{}")
LOOK = Look("/jobs/j7", {})
NOBODY, DEAD, SILENT = "nobody listens", "it dies", "it says nothing"


class Target:
    """Says one state after the other, the last one for ever; a number is a status without a body."""

    def __init__(self, said: Iterable[str | int]) -> None:
        self._said = list(said)
        self.asked: list[Request] = []

    def serve(self, request: Request, *, name: str) -> "asyncio.Future[Answer] | None":
        assert name == "state of pay-1"
        state = self._said[min(len(self.asked), len(self._said) - 1)]
        self.asked.append(request)
        loop = asyncio.get_running_loop()
        answering: asyncio.Future[Answer] = loop.create_future()
        if state == NOBODY:
            return None
        if state == DEAD:
            loop.call_later(0.25, answering.set_exception, Killed())
        elif isinstance(state, int):
            loop.call_later(0.25, answering.set_result, Answer(state, {}, b""))
        elif state != SILENT:
            loop.call_later(0.25, answering.set_result, Answer(200, {}, json.dumps({"state": state}).encode()))
        return answering


def followed(target: Target, answer: bytes = b'{"id": "j7"}') -> tuple[Followed, list[bytes]]:
    heard: list[bytes] = []

    async def main() -> Followed:
        return await follow(
            FOLLOWING,
            ASKED,
            answer,
            TAKEN_ON,
            operation_id="pay-1",
            within_s=0.5,
            next_server=lambda: target,
            heard=heard.append,
        )

    return run_virtually(main()), heard


def test_each_change_of_state_is_kept_with_its_instant() -> None:
    target = Target(["new", "new", "paid"])
    found, heard = followed(target)
    assert found.reading == TAKEN_ON._replace(outcome=Outcome.DONE)
    assert json.loads(found.states) == [[1.25, "new", "accepted"], [3.75, "paid", "done"]]
    assert found.look == Look("/jobs/j7", {"X-Correlation-ID": "pay-1"})
    assert {(each.method, each.path) for each in target.asked} == {("GET", "/jobs/j7")}
    assert len(heard) == 3


@pytest.mark.parametrize(
    ("said", "reading"),
    [
        (["new", "void"], (Outcome.REFUSED, "void")),
        (["new"], (Outcome.ACCEPTED, "still new after 5 s")),
        ([503], (Outcome.ACCEPTED, "still unreadable (http_503) after 5 s")),
        ([NOBODY], (Outcome.ACCEPTED, "still unreadable (connection_refused) after 5 s")),
        ([DEAD, NOBODY, "new", "paid"], (Outcome.DONE, "")),
        ([SILENT, "paid"], (Outcome.DONE, "")),
        ([DEAD], (Outcome.ACCEPTED, "still unreadable (connection_lost) after 5 s")),
        ([SILENT], (Outcome.ACCEPTED, "still unreadable (timeout) after 5 s")),
    ],
)
def test_what_it_comes_to(said: list[str | int], reading: tuple[Outcome, str]) -> None:
    found, _ = followed(Target(said))
    assert found.reading[:2] == reading


def test_an_answer_that_does_not_say_where_is_followed_nowhere() -> None:
    target = Target(["paid"])
    found, _ = followed(target, b"{}")
    assert found == Followed(TAKEN_ON._replace(detail="its answer has no id"), "[]", None)
    assert target.asked == []


def test_who_has_asked_for_long_enough_hangs_up() -> None:
    async def main() -> bool:
        target = Target([SILENT])
        answering: list[asyncio.Future[Answer]] = []

        class Kept(Target):
            def serve(self, request: Request, *, name: str) -> "asyncio.Future[Answer] | None":
                made = target.serve(request, name=name)
                assert made is not None
                answering.append(made)
                return made

        await asked(Kept([]), LOOK, "pay-1", 0.5)
        return answering[0].cancelled()

    assert run_virtually(main())


@pytest.mark.parametrize(
    ("was", "says", "is_now"),
    [
        (Outcome.ACCEPTED, "paid", (Outcome.DONE, "")),
        (Outcome.ACCEPTED, "void", (Outcome.REFUSED, "void")),
        (Outcome.ACCEPTED, "new", (Outcome.ACCEPTED, "still new")),
        (Outcome.DONE, "void", (Outcome.DONE, "still new")),
    ],
)
def test_the_last_look_ends_what_was_open_and_changes_nothing_else(
    was: Outcome, says: str, is_now: tuple[Outcome, str]
) -> None:
    row = OperationRow("pay-1", "pay", 0.0, 0.0, 0.0, 0.0, 1, 202, was, detail="still new", states="[]")

    async def main() -> OperationRow:
        return await with_last_look(row, LOOK, FOLLOWING, Target([says]), 0.5)

    found = run_virtually(main())
    assert (found.outcome, found.detail) == is_now
    assert isinstance(found.outcome, Outcome)
    ((at_s, state, _),) = json.loads(found.states)
    assert (at_s, state) == (0.25, says)
