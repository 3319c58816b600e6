"""Two processes: what one tells is held against its own, and hides nothing of the other's, nor blames it."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from brownout_core.policies.bulkhead import BulkheadConfig
from brownout_core.policies.deadline import TimeoutConfig
from brownout_core.policies.limiter import LimiterConfig
from brownout_core.policies.settings import VendorPolicies
from brownout_harness.judging.by_process import each_process, judged_each
from brownout_harness.judging.evidence import Deed, Evidence
from brownout_harness.judging.expectations.backoff import Backoff
from brownout_harness.judging.expectations.breaker import Breaker
from brownout_harness.judging.expectations.quiet_while_open import QuietWhileOpen
from brownout_harness.judging.expectations.told_endings import endings_against_driver
from brownout_harness.judging.expectations.told_rejections import rejections_against_policies
from brownout_reports.rows import EventRow, Outcome
from brownout_reports.run_folder import Case, ExpectationResult, Status
from tests.support.histories import attempted, changed, finished, healthy, moved, operation, request

ONE, OTHER = NAMES = ("gateway.0", "gateway.1")
QUIET = QuietWhileOpen(vendor="stripe", probes=2)
POLICIES = VendorPolicies(
    timeout=TimeoutConfig(attempt_s=3, deadline_s=10, minimum_attempt_s=0.05),
    limiter=LimiterConfig(capacity=5, refill_per_s=0.1, max_wait_s=0.0),
    bulkhead=BulkheadConfig(max_in_flight=2, max_wait_s=0.0),
)


def asked_of(number: int) -> str:
    return NAMES[number % 2]


def says(process: str, *events: EventRow) -> list[EventRow]:
    return [each._replace(process=process) for each in events]


def pair(*said: EventRow, silent: Callable[[int], bool] = lambda _number: False) -> Evidence:
    """Two hundred payments, asked of two processes in turn, each of which tells all that it does, and `said` besides.
    Those that are `silent` by their number were refused, and nothing of them was sent."""
    plain = healthy()
    numbers = {each.operation_id: number for number, each in enumerate(plain.operations)}
    operations = [each._replace(replicas=(asked_of(numbers[each.operation_id]),)) for each in plain.operations]
    operations = [
        each._replace(outcome=Outcome.REFUSED, status=503) if silent(numbers[each.operation_id]) else each
        for each in operations
    ]
    sent = [each for each in plain.requests if not silent(numbers[each.operation_id])]
    effects = [each for each in plain.effects if not silent(numbers[each.operation_id])]
    told = [event._replace(process=asked_of(numbers[each.operation_id])) for each in sent for event in attempted(each)]
    told += [finished(each)._replace(process=each.replicas[0]) for each in operations]
    told += [each for name in NAMES for each in says(name, EventRow(0.0, "started"))]
    return changed(
        plain,
        operations=operations,
        requests=sent,
        effects=effects,
        events=sorted([*told, *said], key=lambda event: event.at_s),
        policies={"stripe": POLICIES},
        processes=NAMES,
    )


def numbers_of(process: str, start_s: float, end_s: float) -> Callable[[int], bool]:
    """The payments that were asked of it in that time: two a second, from 0 s on."""
    return lambda number: asked_of(number) == process and start_s <= number / 2 < end_s


OPENED, HALF, CLOSED = (
    moved(24.5, "closed", "open"),
    moved(64.0, "open", "half_open"),
    moved(64.2, "half_open", "closed"),
)
SILENT = numbers_of(ONE, 24.5, 64.0)


def test_each_has_what_it_told_what_was_asked_of_it_and_what_it_sent() -> None:
    evidence = pair()
    one, other = each_process(evidence).values()
    assert {each.operation_id for each in one.operations} == {f"op-{n}" for n in range(0, 200, 2)}
    assert {each.operation_id for each in other.requests} == {f"op-{n}" for n in range(1, 200, 2)}
    assert {each.process for each in one.events} == {ONE}
    assert len(one.effects) == len(evidence.effects)
    assert each_process(replace(evidence, processes=())) == {"": replace(evidence, processes=())}


def test_a_request_is_the_work_of_who_told_last_of_an_attempt_for_it_and_untold_it_may_be_anybodys() -> None:
    taken_over = request(0, at_s=40.0, seq=9_000)
    untold = request(1, at_s=1.0, seq=9_002)._replace(operation_id="op-200")
    told = says(OTHER, *attempted(taken_over))
    plain = pair(*told)
    evidence = changed(
        plain,
        operations=[*plain.operations, operation(200, at_s=0.9, replicas=(ONE,))],
        requests=[*plain.requests, taken_over, untold],
    )
    one, other = each_process(evidence).values()
    assert [each.at_s for each in one.requests if each.operation_id == "op-0"] == [0.01]
    assert [each.at_s for each in other.requests if each.operation_id == "op-0"] == [40.0]
    assert other.operation("op-0") is not None  # what it took over is its own, too
    assert all(any(each.operation_id == "op-200" for each in own.requests) for own in (one, other))


def heard_by_the_other(after_s: float) -> Evidence:
    """What the one is asked for, and takes on, the other hears of so much later, and does something for it, too."""
    plain = pair()
    again = [request(n, at_s=n / 2 + 0.01 + after_s, seq=9_000 + n) for n in range(0, 200, 2)]
    others = [event for each in again for event in says(OTHER, *attempted(each))]
    asked = [each for each in plain.operations if each.replicas == (ONE,)]
    return changed(
        plain,
        operations=[each._replace(outcome=Outcome.ACCEPTED, status=202) for each in asked],
        requests=[*(each for each in plain.requests if each.operation_id in {it.operation_id for it in asked}), *again],
        events=sorted([*plain.events, *others], key=lambda event: event.at_s),
    )


@pytest.mark.parametrize("after_s", [0.0, 0.003, 0.02])
def test_who_sent_something_when_the_other_did_so_too_has_turned_nobody_away(after_s: float) -> None:
    evidence = heard_by_the_other(after_s)
    result = Breaker(vendor="stripe", stays_closed=True).judge(evidence)
    assert result.status is Status.PASSED, result.observed


def test_of_two_that_told_of_an_attempt_in_the_same_instant_each_may_have_sent_it_and_no_third() -> None:
    third = replace(heard_by_the_other(0.003), processes=(*NAMES, "gateway.2"))
    assert [len(own.requests) for own in each_process(third).values()] == [200, 200, 0]


def test_breakers_that_open_one_after_the_other_are_no_contradiction() -> None:
    later = [replace_at(each, each.at_s + 1.0) for each in (OPENED, HALF, CLOSED)]
    silent = numbers_of(OTHER, 25.5, 65.0)
    evidence = pair(*says(ONE, OPENED, HALF, CLOSED), *says(OTHER, *later), silent=lambda n: SILENT(n) or silent(n))
    result = Breaker(vendor="stripe", of="outage", opens_within_s=10.0).judge(evidence)
    assert (result.status, result.observed) == (
        Status.PASSED,
        "gateway.0: open after 4.5 s; gateway.1: open after 5.5 s",
    )
    assert QUIET.judge(evidence).status is Status.PASSED


def replace_at(event: EventRow, at_s: float) -> EventRow:
    return event._replace(at_s=at_s)


def test_one_that_opens_is_not_enough_where_the_other_does_not() -> None:
    evidence = pair(*says(ONE, OPENED, HALF, CLOSED), silent=SILENT)
    result = Breaker(vendor="stripe", of="outage", opens_within_s=10.0).judge(evidence)
    assert (result.status, result.observed) == (Status.FAILED, "gateway.1: it did not open")
    assert [each.what for each in result.cases] == ["gateway.1: stripe still closed"]


def test_one_that_leaves_closed_fails_what_is_to_stay_closed_whoever_says_last() -> None:
    evidence = pair(*says(ONE, OPENED, HALF, CLOSED), silent=SILENT)
    assert Breaker(vendor="stripe", stays_closed=True).judge(evidence).status is Status.FAILED
    assert Breaker(vendor="stripe", of="recovery", closes_within_s=10.0).judge(evidence).status is Status.PASSED


def test_what_one_sends_while_the_others_breaker_is_open_is_no_leak() -> None:
    evidence = pair(*says(ONE, OPENED, HALF, CLOSED), silent=SILENT)
    result = QUIET.judge(evidence)
    assert result.status is Status.PASSED, result.observed


def test_what_it_sends_itself_is_one_though_the_other_has_started_anew_meanwhile() -> None:
    late = request(90, at_s=45.01, seq=9_000)  # asked at 45 s of the one whose breaker is open
    told = says(ONE, OPENED, HALF, CLOSED, *attempted(late))
    plain = pair(*told, *says(OTHER, EventRow(30.0, "started")), silent=SILENT)
    result = QUIET.judge(changed(plain, requests=[*plain.requests, late]))
    assert result.status is Status.FAILED
    assert result.cases[0].what == "gateway.0: POST /v1/payment_intents arrived 20.51 s after the breaker opened"


def test_what_nobody_told_of_may_be_a_leak() -> None:
    plain = pair(*says(ONE, OPENED, HALF, CLOSED), silent=SILENT)
    untold = request(90, at_s=45.01, seq=9_000)
    assert QUIET.judge(changed(plain, requests=[*plain.requests, untold])).status is Status.FAILED


def test_one_that_turns_callers_away_untold_is_not_hidden_by_the_requests_of_the_other() -> None:
    evidence = pair(silent=numbers_of(OTHER, 20.0, 60.0))
    result = Breaker(vendor="stripe", stays_closed=True).judge(evidence)
    assert result.status is Status.FAILED
    assert "gateway.1: telemetry is contradicted: told closed from the start" in result.observed


def rejection(at_s: float, policy: str, number: int) -> EventRow:
    return EventRow(at_s, "call_rejected", "stripe", "pay", f"op-{number}", 0, policy)


def found(evidence: Evidence) -> list[str]:
    return [each.what for each in rejections_against_policies(evidence)]


def test_a_breaker_turns_nobody_away_while_only_its_neighbours_is_open() -> None:
    open_one = says(ONE, OPENED, HALF, CLOSED)
    assert not found(pair(*open_one, *says(ONE, rejection(30.0, "breaker", 60)), silent=SILENT))
    assert found(pair(*open_one, *says(OTHER, rejection(30.5, "breaker", 61)), silent=SILENT)) == [
        "stripe was told to be kept away by the breaker of gateway.1: it was told closed"
    ]


def calls(process: str, start_s: float, end_s: float, count: int) -> list[EventRow]:
    """So many at a time, each with an attempt."""
    begun = [EventRow(start_s, "attempt_started", "stripe", "pay", f"op-{n}", 1) for n in range(count)]
    ended = [
        EventRow(end_s, "call_finished", "stripe", "pay", f"op-{n}", 1, "ok", end_s - start_s) for n in range(count)
    ]
    return says(process, *begun, *ended)


def quiet_pair(*said: EventRow) -> Evidence:
    """Nothing but what is said: the limiter and the bulkhead have nothing else to do."""
    alive = [each for name in NAMES for each in says(name, EventRow(0.0, "started"), EventRow(99.0, "call_finished"))]
    return changed(pair(), events=sorted([*alive, *said], key=lambda event: event.at_s))


@pytest.mark.parametrize(("policy", "left"), [("limiter", "5 tokens left"), ("bulkhead", "0 of its 2 places")])
def test_what_the_neighbour_took_explains_no_rejection(policy: str, left: str) -> None:
    busy, away = calls(ONE, 40.0, 50.0, 6), rejection(45.0, policy, 90)
    both = (away, away._replace(kind="call_finished", outcome=f"{policy}_full"))
    assert not found(quiet_pair(*busy, *says(ONE, *both)))
    (what,) = found(quiet_pair(*busy, *says(OTHER, *both)))
    assert left in what


def test_an_end_is_told_by_the_process_that_answered() -> None:
    evidence = pair()
    assert not list(endings_against_driver(evidence))
    events = [
        each._replace(process=ONE) if (each.kind, each.operation_id) == ("operation_finished", "op-1") else each
        for each in evidence.events
    ]
    (wrong,) = endings_against_driver(changed(evidence, events=events))
    assert wrong.what == "the driver was answered done, and nothing was told of its end"


def test_the_attempt_of_another_process_is_not_the_retry_that_one_had_scheduled() -> None:
    """The first was killed before its second attempt; the other one's second came later, for reasons of its own."""

    def scheduled(number: int) -> list[EventRow]:
        at_s, name = number / 2 + 0.1, f"op-{number}"
        first = EventRow(at_s, "retry_scheduled", "stripe", "pay", name, 1, "vendor_unavailable")
        second = EventRow(at_s + 8.0, "attempt_started", "stripe", "pay", name, 2)
        return [*says(ONE, first), *says(OTHER, second)]

    plain = pair(*(event for number in range(0, 40, 2) for event in scheduled(number)))
    late = [request(number, at_s=number / 2 + 8.1, seq=9_000 + number) for number in range(0, 40, 2)]
    evidence = changed(plain, requests=[*plain.requests, *late])
    result = Backoff(vendor="stripe", max_delay_s=2.0).judge(evidence)
    assert (result.status, result.observed) == (
        Status.INCONCLUSIVE,
        "too few samples: 0 first retries without a Retry-After, at least 10 needed",
    )


def test_what_was_cut_off_was_asked_of_the_one_that_was_killed() -> None:
    kills = [Deed(10.1, "kill gateway.1", cuts_off=True, process=OTHER)]
    evidence = replace(pair(), deeds=tuple(kills))
    assert evidence.cut_off_near(operation(20, at_s=10.0, replicas=(ONE,))) == ""
    assert evidence.cut_off_near(operation(20, at_s=10.0, replicas=(ONE, OTHER))) == " (kill gateway.1 0 s later)"
    both = replace(evidence, deeds=(Deed(10.1, "kill gateway", cuts_off=True, process="gateway"),))
    assert both.cut_off_near(operation(20, at_s=10.0, replicas=(ONE,))) == " (kill gateway 0 s later)"


def result_of(status: Status) -> ExpectationResult:
    cases = (Case(operation_id="op-1", at_s=1.0, what="wrong"),) if status is Status.FAILED else ()
    return ExpectationResult(name="x", title="x", status=status, expected="good", observed=status.value, cases=cases)


P, F, INCONCLUSIVE = Status.PASSED, Status.FAILED, Status.INCONCLUSIVE


@pytest.mark.parametrize(
    ("statuses", "one_is_enough", "status", "observed"),
    [
        ((P, P), False, P, "gateway.0: passed; gateway.1: passed"),
        ((P, F), True, F, "gateway.1: failed"),
        ((F, INCONCLUSIVE), False, F, "gateway.0: failed"),
        ((P, INCONCLUSIVE), False, INCONCLUSIVE, "gateway.1: inconclusive"),
        ((P, INCONCLUSIVE), True, P, "gateway.0: passed; gateway.1: inconclusive"),
        ((INCONCLUSIVE, INCONCLUSIVE), True, INCONCLUSIVE, "gateway.0: inconclusive; gateway.1: inconclusive"),
    ],
)
def test_the_worst_of_them_is_the_result(
    statuses: Iterable[Status], one_is_enough: bool, status: Status, observed: str
) -> None:
    each = iter(statuses)
    result = judged_each(pair(), lambda _own: result_of(next(each)), one_is_enough=one_is_enough)
    assert (result.status, result.observed) == (status, observed)
    assert [case.what for case in result.cases] == (["gateway.1: wrong"] if statuses == (P, F) else
                                                     ["gateway.0: wrong"] if status is F else [])  # fmt: skip
