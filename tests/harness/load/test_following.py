"""An operation that was taken on is followed to its end, or until its time is over."""

import json
import time
from collections.abc import Iterable

import pytest

from brownout_harness.asked.exchange import Reading
from brownout_harness.asked.until import Following
from brownout_harness.load.following import Followed, follow
from brownout_harness.load.plan import Planned
from brownout_harness.load.reading import Answer
from brownout_reports.rows import Outcome
from brownout_scenarios.until import Until

ARRIVAL = Planned(0.0, "pay-1", "pay", "POST", "/pay", {"X-Correlation-ID": "pay-1", "content-type": "a/b"}, "{}")
READING = Reading(Outcome.ACCEPTED, "", '{"id": "j7"}')
TAKEN_ON = b'{"id": "j7"}'


class Target:
    """Answers with one state after the other, the last one for ever; an int is a status without a body."""

    def __init__(self, states: Iterable[str | int]) -> None:
        self._states = list(states)
        self.asked: list[Planned] = []

    def ask(self, request: Planned) -> Answer:
        state = self._states[min(len(self.asked), len(self._states) - 1)]
        self.asked.append(request)
        now_s = time.monotonic()
        if isinstance(state, int):
            return Answer(state, b"", "", now_s, now_s)
        return Answer(200, json.dumps({"state": state}).encode(), "", now_s, now_s)


@pytest.fixture
def heard() -> list[bytes]:
    return []


def followed(target: Target, heard: list[bytes], *, within_s: float = 60.0, answer: bytes = TAKEN_ON) -> Followed:
    now_s = time.monotonic()
    until = Until(
        get="/jobs/{{answer.id}}",
        at="body.state",
        done=("completed",),
        refused=("rejected",),
        every_s=0.01,
        within_s=within_s,
    )
    taken_on = Answer(202, answer, "", now_s, now_s)
    return follow(Following(until), ARRIVAL, taken_on, READING, start_at_s=now_s, ask=target.ask, heard=heard.append)


def states(found: Followed) -> list[tuple[str, str]]:
    return [(state, means) for _, state, means in json.loads(found.states)]


def test_it_is_done_when_its_state_says_so_and_each_change_is_kept(heard: list[bytes]) -> None:
    target = Target(["new", "new", 503, "new", "sent", "completed"])
    found = followed(target, heard)
    assert found.reading == READING._replace(outcome=Outcome.DONE)
    assert states(found) == [("new", "accepted"), ("sent", "accepted"), ("completed", "done")]
    assert len(heard) == len(target.asked) == 6


def test_the_state_is_asked_for_where_the_answer_said(heard: list[bytes]) -> None:
    target = Target(["completed"])
    found = followed(target, heard)
    (asked,) = target.asked
    assert (asked.method, asked.path, asked.headers, asked.body) == (
        "GET",
        "/jobs/j7",
        {"X-Correlation-ID": "pay-1"},
        "",
    )
    assert found.look == ("/jobs/j7", {"X-Correlation-ID": "pay-1"})


def test_a_state_that_is_a_refusal_refuses_it(heard: list[bytes]) -> None:
    assert followed(Target(["new", "rejected"]), heard).reading[:2] == (Outcome.REFUSED, "rejected")


def test_what_has_no_end_in_its_time_stays_accepted_and_is_told_as_open(heard: list[bytes]) -> None:
    found = followed(Target(["new", "sent", 500]), heard, within_s=0.05)
    assert found.reading[:2] == (Outcome.ACCEPTED, "still sent after 0.05 s")
    assert found.look is not None


def test_a_state_that_is_never_readable_is_told_with_its_reason(heard: list[bytes]) -> None:
    found = followed(Target([404]), heard, within_s=0.03)
    assert (found.reading.detail, found.states) == ("still unreadable (http_404) after 0.03 s", "[]")


def test_who_was_not_told_where_to_look_asks_nobody(heard: list[bytes]) -> None:
    target = Target(["completed"])
    found = followed(target, heard, answer=b"{}")
    assert (found.reading.detail, found.states, found.look) == ("its answer has no id", "[]", None)
    assert target.asked == []
