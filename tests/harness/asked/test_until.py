"""The state of what was taken on: asked for where the scenario says, and read from good answers only."""

import json

import pytest

from brownout_harness.asked.until import Following, states_text
from brownout_reports.fields import StateSeen
from brownout_reports.rows import Outcome
from brownout_scenarios.until import Until

FOLLOWING = Following(
    Until(
        get="/jobs/{{answer.job.id}}?for={{operation_id}}",
        at="body.jobs.0.state",
        done=("completed", "shipped"),
        refused=("rejected",),
    )
)


def body(state: object) -> bytes:
    return json.dumps({"jobs": [{"state": state}]}).encode()


def test_the_path_is_filled_in_from_the_answer_and_quoted() -> None:
    assert FOLLOWING.path("pay-1", b'{"job": {"id": "a/b 7"}}') == "/jobs/a%2Fb%207?for=pay-1"
    assert FOLLOWING.path("pay-1", b'{"job": {"id": 7}}') == "/jobs/7?for=pay-1"


@pytest.mark.parametrize("answer", [b"", b"<html>", b'{"job": 7}', b'{"job": {"id": null}}', b'{"job": {"id": {}}}'])
def test_an_answer_that_does_not_say_where_is_named(answer: bytes) -> None:
    with pytest.raises(ValueError, match=r"^its answer has no job\.id$"):
        FOLLOWING.path("pay-1", answer)


@pytest.mark.parametrize(
    ("state", "means", "is_end"),
    [
        ("completed", Outcome.DONE, True),
        ("shipped", Outcome.DONE, True),
        ("rejected", Outcome.REFUSED, True),
        ("scheduled", Outcome.ACCEPTED, False),
        ("Completed", Outcome.ACCEPTED, False),
        (True, Outcome.ACCEPTED, False),
    ],
)
def test_a_state_is_an_end_only_where_the_scenario_says_so(state: object, means: Outcome, *, is_end: bool) -> None:
    seen = FOLLOWING.read(200, body(state))
    assert (seen.means, seen.is_end) == (means, is_end)


@pytest.mark.parametrize(
    ("status", "content", "why"),
    [
        (500, body("completed"), "http_500"),
        (404, b"", "http_404"),
        (0, b"", "no_answer"),
        (200, b"<html>completed</html>", "nothing_at_body.jobs.0.state"),
        (200, b'{"jobs": []}', "nothing_at_body.jobs.0.state"),
        (200, body({"is": "completed"}), "nothing_at_body.jobs.0.state"),
    ],
)
def test_an_error_or_another_body_says_nothing_of_the_operation(status: int, content: bytes, why: str) -> None:
    seen = FOLLOWING.read(status, content)
    assert (seen.state, seen.means, seen.is_end) == (why, Outcome.UNKNOWN, False)


def test_states_are_kept_as_a_row_holds_them() -> None:
    assert states_text([StateSeen(1.5, "new", Outcome.ACCEPTED)]) == '[[1.5, "new", "accepted"]]'
    assert states_text([]) == "[]"
