"""What is told to stop finishes what it has begun, takes nothing new, and ends in time."""

import json
from typing import Any

import pytest

from brownout_harness.audit.corruption.stopping import DAMAGES
from brownout_harness.judging.endings import Ending
from brownout_harness.judging.evidence import Deed, Evidence
from brownout_harness.judging.expectations.stops_gracefully import StopsGracefully
from brownout_harness.running.execute import judged, run_virtually_for
from brownout_reports.rows import EventRow, Outcome
from brownout_reports.run_folder import ExpectationResult, Status
from brownout_scenarios.library import path_of
from tests.support.histories import changed, known, operation, request

STOP_S = 20.0
GENTLE = StopsGracefully()


def stopped(ended_s: float | None = 20.8, *, process: str = "gateway", **more: Any) -> Evidence:
    """Ten operations a second, each answered after 0.8 s, but while the process is away: they are asked again then."""
    rows = []
    for number in range(400):
        at_s = number / 10
        if STOP_S <= at_s < 25:
            again: dict[str, Any] = {"asks": 2, "again_at": f"[{26.0 + number / 1000}]", "finished_s": 27.5}
            rows.append(operation(number, at_s=at_s, **again))
        else:
            rows.append(operation(number, at_s=at_s, finished_s=at_s + 0.8))
    given: dict[str, Any] = {
        "operations": rows,
        "requests": [request(n, at_s=max(each.sent_s, 26.0) if each.asks > 1 else each.sent_s + 0.1, seq=n)
                     for n, each in enumerate(rows)],
        "endings": (Ending(process, STOP_S, 3.0, ended_s),),
        "deeds": (Deed(STOP_S, "stop gateway", process="gateway"), Deed(25.0, "start gateway", process="gateway")),
        "duration_s": 40.0,
        "pause_s": {"": 0.5},
        **more,
    }  # fmt: skip
    return known(**given)


def with_one(number: int, evidence: Evidence | None = None, **changes: Any) -> Evidence:
    evidence = evidence or stopped()
    name = f"op-{number}"
    rows = [each._replace(**changes) if each.operation_id == name else each for each in evidence.operations]
    return changed(evidence, operations=rows)


def status(evidence: Evidence, demand: StopsGracefully = GENTLE) -> Status:
    return demand.judge(evidence).status


def test_whoever_is_answered_before_it_is_gone_was_not_cut_off() -> None:
    result = GENTLE.judge(stopped())
    assert (result.status, result.observed) == (
        Status.PASSED,
        "1 stop; 5 of 5 operations under way finished, gone after 800 ms at most",
    )


def test_one_that_got_no_answer_was_cut_off() -> None:
    result = GENTLE.judge(with_one(195, status=0, outcome=Outcome.UNKNOWN))
    assert (result.status, result.cases[0].operation_id) == (Status.FAILED, "op-195")
    assert result.observed == "1 operation of 5 under way cut off"
    assert status(with_one(195, status=0), StopsGracefully(cut_off_at_most=1)) is Status.PASSED


def test_one_that_had_to_ask_again_was_cut_off_though_it_was_done_in_the_end() -> None:
    """Exactly once, nothing lost, and still not graceful."""
    again = with_one(195, asks=2, again_at="[26.0]", finished_s=26.8)
    assert status(again) is Status.FAILED


def told(outcome: str, at_s: float = 20.2) -> EventRow:
    return EventRow(at_s, "operation_finished", "", "pay", "op-195", outcome=outcome)


def test_one_that_was_told_something_to_ask_again_about_was_answered() -> None:
    again = with_one(195, asks=2, again_at="[26.0]", finished_s=26.8)
    assert status(changed(again, events=(told("in_doubt"),))) is Status.PASSED
    assert status(changed(again, events=(told("done"),))) is Status.FAILED
    before = changed(again, events=(told("in_doubt", at_s=19.9),))
    assert GENTLE.judge(before).observed.startswith("too few samples: 4"), "it was over, and not under way"


def test_who_was_refused_and_asks_again_was_answered() -> None:
    again: dict[str, Any] = {"asks": 2, "again_at": "[26.0]", "finished_s": 26.8}
    assert status(with_one(195, after_refusal_s=26.0, **again)) is Status.PASSED


def test_who_had_found_nobody_and_was_about_to_ask_again_was_not_under_way() -> None:
    """As while it starts: each ask fails at once, and comes again after a pause."""
    waiting = with_one(196, asks=2, again_at="[20.05]", finished_s=26.8)
    assert GENTLE.judge(waiting).observed.startswith("too few samples: 4")


def test_what_is_asked_close_to_the_stop_may_find_a_closed_door() -> None:
    assert status(with_one(199, asks=2, again_at="[26.0]", finished_s=26.8)) is Status.PASSED
    assert status(with_one(201, asks=1, again_at="", finished_s=20.5)) is Status.PASSED


def test_what_it_takes_on_after_the_stop_fails_it() -> None:
    result = GENTLE.judge(with_one(210, asks=1, again_at="", finished_s=21.5))
    assert (result.status, result.observed) == (Status.FAILED, "gateway took it on 1 s after it was stopped")
    refused = with_one(210, asks=1, again_at="", finished_s=21.5, outcome=Outcome.REFUSED)
    assert status(refused) is Status.PASSED


def test_a_request_for_what_was_asked_after_the_stop_fails_it() -> None:
    """Its caller heard nothing of it, and the money is gone."""
    late = stopped()
    sent = request(210, at_s=21.2, seq=900)
    assert status(changed(late, requests=[*late.requests, sent])) is Status.FAILED


def test_it_ends_by_itself_and_in_time() -> None:
    assert status(stopped(22.9)) is Status.PASSED
    assert status(stopped(23.5)) is Status.FAILED
    assert status(stopped(22.9), StopsGracefully(within_s=1)) is Status.FAILED
    assert status(stopped(endings=(Ending("gateway", STOP_S, 3.0, 22.0, was_killed=True),))) is Status.FAILED
    assert status(stopped(None)) is Status.INCONCLUSIVE


def test_without_a_stop_nothing_was_tried() -> None:
    assert status(stopped(endings=())) is Status.INCONCLUSIVE
    assert status(stopped(), StopsGracefully(process="gateway.1")) is Status.INCONCLUSIVE


def test_of_several_processes_only_its_own_callers_count() -> None:
    pair = stopped(process="gateway.1", processes=("gateway.0", "gateway.1"))
    rows = [each._replace(replicas=(f"gateway.{int(each.operation_id[3:]) % 2}",) * each.asks)
            for each in pair.operations]  # fmt: skip
    its = changed(pair, operations=rows)
    assert GENTLE.judge(its).observed.startswith("too few samples: 3 operations")
    assert status(with_one(194, its, status=0)) is Status.INCONCLUSIVE
    assert status(with_one(195, its, status=0)) is Status.FAILED
    answered = {"asks": 1, "again_at": "", "finished_s": 22.0}
    assert status(with_one(210, its, replicas=("gateway.0",), **answered)) is Status.INCONCLUSIVE
    assert status(with_one(211, its, replicas=("gateway.1",), **answered)) is Status.FAILED


@pytest.mark.parametrize("wrong", [{"within_s": 0}, {"cut_off_at_most": -1}, {"late_by_s": -1}])
def test_parameters_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="stops_gracefully"):
        StopsGracefully(**wrong)


def of_scenario(name: str, seed: int = 7) -> ExpectationResult:
    results = judged(*run_virtually_for(name, seed=seed)).results
    return next(each for each in results if each.name == GENTLE.NAME)


@pytest.mark.thorough
def test_a_grace_too_short_for_what_is_under_way_is_seen(tmp_path: Any) -> None:
    short, own = tmp_path / "short.yaml", path_of("deployed-at-work").read_text()
    short.write_text(own.replace("target: gateway\n", "target: gateway\ngrace: 200ms\n"))
    assert of_scenario("deployed-at-work").status is Status.PASSED
    assert of_scenario(str(short)).status is Status.FAILED


def test_each_damage_to_a_stop_has_its_name() -> None:
    assert {each.noticed_by for each in DAMAGES} == {(GENTLE.NAME,)}


def followed(number: int, *, done_s: float | None) -> Any:
    """Taken on at once; open until it is done, or for good."""
    at_s = number / 10
    states = [[at_s + 0.1, "open", "accepted"], *([[done_s, "done", "done"]] if done_s else [])]
    outcome = Outcome.DONE if done_s else Outcome.ACCEPTED
    return operation(number, at_s=at_s, finished_s=at_s + 0.05, outcome=outcome, states=json.dumps(states))


def worker_stopped(*, left: int = 0, ended_s: float | None = 20.8, open_for_s: float = 1.05) -> Evidence:
    rows = [followed(n, done_s=None if 190 <= n < 190 + left else n / 10 + open_for_s) for n in range(400)]
    ending = Ending("worker", STOP_S, 3.0, ended_s)
    return stopped(process="worker", operations=rows, endings=(ending,), unasked=("worker",))


@pytest.mark.parametrize(
    ("evidence", "expected", "said"),
    [
        (worker_stopped(), Status.PASSED, "1 stop; 7 of 7 operations under way finished, gone after 800 ms at most"),
        (worker_stopped(left=3), Status.FAILED, "3 operations of 7 under way cut off"),
        (worker_stopped(ended_s=24.0), Status.FAILED, "worker ended after 4 s, not 3 s"),
        (worker_stopped(open_for_s=0.2), Status.INCONCLUSIVE, "0 operations under way when it was stopped"),
    ],
)
def test_of_a_worker_that_nobody_asks_what_was_taken_on_is_to_come_to_an_end(
    evidence: Evidence, expected: Status, said: str
) -> None:
    """Users are served all the while, by another process: that is no work that the worker takes on."""
    result = GENTLE.judge(evidence)
    assert result.status is expected, result
    assert said in result.observed
