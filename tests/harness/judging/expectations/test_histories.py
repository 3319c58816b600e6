"""The judge is judged: consistent histories are never red, and a planted violation always is."""

import json
import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.judging.evidence import Death, Evidence
from brownout_harness.judging.expectations import EXPECTATIONS
from brownout_harness.judging.expectations.amplification import Amplification
from brownout_harness.judging.expectations.as_asked import AsAsked
from brownout_harness.judging.expectations.backoff import Backoff
from brownout_harness.judging.expectations.base import Expectation
from brownout_harness.judging.expectations.blast_radius import BlastRadius
from brownout_harness.judging.expectations.bounds import Bound, Relative, TimeBound
from brownout_harness.judging.expectations.breaker import Breaker
from brownout_harness.judging.expectations.dead_letters import DeadLetters
from brownout_harness.judging.expectations.deadline_respected import DeadlineRespected
from brownout_harness.judging.expectations.descriptors_bounded import DescriptorsBounded
from brownout_harness.judging.expectations.desk_true import DeskTrue
from brownout_harness.judging.expectations.exactly_once import ExactlyOnce
from brownout_harness.judging.expectations.finished_later import FinishedLater
from brownout_harness.judging.expectations.goodput import Goodput
from brownout_harness.judging.expectations.latency import Latency
from brownout_harness.judging.expectations.memory_bounded import MemoryBounded
from brownout_harness.judging.expectations.no_defects import NoDefects
from brownout_harness.judging.expectations.no_metastability import NoMetastability
from brownout_harness.judging.expectations.no_secrets import NoSecrets
from brownout_harness.judging.expectations.nothing_lost import NothingLost
from brownout_harness.judging.expectations.notices_kept import NoticesKept
from brownout_harness.judging.expectations.notices_taken import NoticesTaken
from brownout_harness.judging.expectations.outcome import OutcomeOf
from brownout_harness.judging.expectations.queue_age import QueueAge
from brownout_harness.judging.expectations.quiet_while_open import QuietWhileOpen
from brownout_harness.judging.expectations.requests import Requests
from brownout_harness.judging.expectations.retry_after_respected import RetryAfterRespected
from brownout_harness.judging.expectations.stops_gracefully import StopsGracefully
from brownout_harness.judging.expectations.success_rate import SuccessRate
from brownout_harness.judging.expectations.telemetry_true import TelemetryTrue
from brownout_harness.judging.orders import HEALTH
from brownout_reports.rows import NOTICE_SHOWN, EventRow, LedgerRow, LetterRow, OperationRow, Outcome
from brownout_reports.run_folder import Status
from tests.support.examples import examples
from tests.support.histories import (
    SECRET,
    STOPS,
    changed,
    consistent,
    effect,
    holding,
    letter,
    moved,
    request,
    with_effects,
    with_operations,
    with_requests,
)

SEEDS = st.integers(min_value=0, max_value=2**32)

DEMANDS: dict[str, Expectation] = {
    "amplification": Amplification(vendor="stripe", max=3),
    "as_asked": AsAsked(),
    "backoff": Backoff(vendor="stripe", max_delay_s=0.5),
    "blast_radius": BlastRadius(at_least=0.5, slack_s=8),
    "breaker opens": Breaker(vendor="stripe", of="outage", opens_within_s=5),
    "breaker closes": Breaker(vendor="stripe", of="recovery", closes_within_s=15),
    "breaker openings": Breaker(vendor="stripe", openings=Bound(at_most=1), open_each=TimeBound(at_most_s=60)),
    "breaker stays closed": Breaker(vendor="stripe", of="steady", stays_closed=True),
    "dead_letters": DeadLetters(),
    "deadline_respected": DeadlineRespected(operation="pay", within_s=8, late_at_most=0),
    "exactly_once": ExactlyOnce(effect="stripe.charge"),
    "exactly_once of one of two effects": ExactlyOnce(effect="twilio.message"),
    "finished_later": FinishedLater(),
    "goodput": Goodput(operation="pay", at_least=0.7, of="steady", within_s=20, after="outage"),
    "latency": Latency(operation="pay", p99_below_s=8, p50_below_s=4),
    "descriptors_bounded": DescriptorsBounded(at_most=60, grows_at_most=5),
    "memory_bounded": MemoryBounded(at_most_mb=100, grows_at_most_mb=1),
    "no_defects": NoDefects(),
    "no_metastability": NoMetastability(after="outage", within_s=15, at_least=0.7, late_by_s=9, requests_at_most=3),
    "desk_true": DeskTrue(),
    "no_secrets": NoSecrets(),
    "nothing_lost": NothingLost(),
    "notices_kept": NoticesKept(vendor="stripe", types=("charge.succeeded",)),
    "notices_taken": NoticesTaken(),
    "outcome": OutcomeOf(struck_by="outage.1", is_=(Outcome.DONE, Outcome.UNKNOWN)),
    "queue_age": QueueAge(at_most_s=90),
    "quiet_while_open": QuietWhileOpen(vendor="stripe"),
    "requests in flight": Requests(vendor="stripe", in_flight=Bound(at_most=15)),
    "requests of a phase": Requests(vendor="stripe", during="recovery", rate=Relative(times=4, of="steady")),
    "retry_after_respected": RetryAfterRespected(vendor="stripe"),
    "stops_gracefully": StopsGracefully(late_by_s=0),
    "success_rate": SuccessRate(operation="notify", at_least=0.5),
    "telemetry_true": TelemetryTrue(),
}

Plant = Callable[[Evidence, random.Random], Evidence]


def _done(evidence: Evidence, rng: random.Random, name: str = "pay") -> OperationRow:
    return rng.choice([each for each in evidence.operations if each.outcome == Outcome.DONE and each.name == name])


def _refused(evidence: Evidence, rng: random.Random) -> OperationRow:
    return rng.choice([each for each in evidence.operations if each.outcome == Outcome.REFUSED])


def _effect_of(evidence: Evidence, operation: OperationRow) -> LedgerRow:
    return evidence.effects_of[operation.operation_id][0]


def drop_an_effect(evidence: Evidence, rng: random.Random) -> Evidence:
    gone = _effect_of(evidence, _done(evidence, rng))
    return with_effects(evidence, lambda each: None if each == gone else each)


def duplicate_an_effect(evidence: Evidence, rng: random.Random) -> Evidence:
    twice = rng.choice([each for each in evidence.effects if each.kind == "stripe.charge"])
    again = twice._replace(seq=999_999, id="e-again", idempotency_key="another", at_s=twice.at_s + 1)
    return changed(evidence, effects=(*evidence.effects, again))


def swap_two_effects(evidence: Evidence, rng: random.Random) -> Evidence:
    """What belongs to a done operation is booked under one that was refused."""
    done, refused = _done(evidence, rng), _refused(evidence, rng)
    mine = _effect_of(evidence, done)
    return with_effects(
        evidence, lambda each: each._replace(operation_id=refused.operation_id) if each == mine else each
    )


def take_another_amount(evidence: Evidence, rng: random.Random) -> Evidence:
    wrong = rng.choice([each for each in evidence.effects if each.kind == "stripe.charge"])
    by = rng.choice((-1, 1, 100))
    return with_effects(evidence, lambda each: each._replace(amount=each.amount + by) if each == wrong else each)


def swap_two_answers(evidence: Evidence, rng: random.Random) -> Evidence:
    first = _done(evidence, rng)
    other = rng.choice([each for each in evidence.operations if each.answered not in {"", first.answered}])
    swapped = {first: other.answered, other: first.answered}
    return with_operations(evidence, lambda each: each._replace(answered=swapped.get(each, each.answered)))


def an_effect_that_nobody_asked_for(evidence: Evidence, rng: random.Random) -> Evidence:
    return changed(evidence, effects=(*evidence.effects, effect(12_345, seq=999_999, at_s=rng.uniform(0, 99))))


def say_refused_of_what_was_done(evidence: Evidence, rng: random.Random) -> Evidence:
    lied = _done(evidence, rng)
    return with_operations(evidence, lambda each: each._replace(outcome=Outcome.REFUSED) if each == lied else each)


def say_done_of_what_was_refused(evidence: Evidence, rng: random.Random) -> Evidence:
    lied = _refused(evidence, rng)
    return with_operations(evidence, lambda each: each._replace(outcome=Outcome.DONE) if each == lied else each)


def forget_a_dead_letter(evidence: Evidence, rng: random.Random) -> Evidence:
    """Acknowledged, but never durable: neither the letter nor its redrive is there."""
    gone = rng.choice(list(evidence.dead_letters or ()))
    forgotten = changed(evidence, dead_letters=tuple(each for each in evidence.dead_letters or () if each != gone))
    return with_effects(forgotten, lambda each: None if each.operation_id == gone.operation_id else each)


def leave_a_dead_letter(evidence: Evidence, rng: random.Random) -> Evidence:
    left = rng.choice(list(evidence.dead_letters or ()))
    return _with_letters(evidence, lambda each: each._replace(state="pending") if each == left else each)


def strip_a_dead_letter(evidence: Evidence, rng: random.Random) -> Evidence:
    left = rng.choice(list(evidence.dead_letters or ()))
    return _with_letters(evidence, lambda each: each._replace(idempotency_key="") if each == left else each)


def redrive_twice(evidence: Evidence, rng: random.Random) -> Evidence:
    redriven = rng.choice([each for each in evidence.dead_letters or () if each.state == "redriven"])
    twice = evidence.effects_of[redriven.operation_id][0]
    return changed(evidence, effects=(*evidence.effects, twice._replace(seq=999_999, id="e-again")))


def a_letter_for_what_was_done(evidence: Evidence, rng: random.Random) -> Evidence:
    done = _done(evidence, rng)
    two = letter(0, id="dl-two", operation_id=done.operation_id, state="pending")
    return changed(evidence, dead_letters=(*(evidence.dead_letters or ()), two))


def lose_an_unknown_one(evidence: Evidence, rng: random.Random) -> Evidence:
    fate = _done(evidence, rng)
    unknown = with_operations(
        evidence, lambda each: each._replace(outcome=Outcome.UNKNOWN, status=0) if each == fate else each
    )
    return with_effects(unknown, lambda each: None if each.operation_id == fate.operation_id else each)


def leave_an_error_unhandled(evidence: Evidence, rng: random.Random) -> Evidence:
    defect = EventRow(rng.uniform(0.0, 99.0), "defect", operation_id="op-1", outcome="KeyError")
    return changed(evidence, events=(*evidence.events, defect))


def die(evidence: Evidence, rng: random.Random) -> Evidence:
    return changed(evidence, deaths=(Death(rng.uniform(0.0, 99.0), "gateway", 1),))


def _with_letters(evidence: Evidence, change: Callable[[LetterRow], LetterRow]) -> Evidence:
    return changed(evidence, dead_letters=tuple(map(change, evidence.dead_letters or ())))


def _stretch(evidence: Evidence, state: str, rng: random.Random) -> tuple[float, float]:
    moves = [each for each in evidence.events if each.kind == "breaker_transition"]
    spans = [(a.at_s, b.at_s) for a, b in pairwise(moves) if a.outcome == state]
    return rng.choice(spans)


def a_request_while_open(evidence: Evidence, rng: random.Random) -> Evidence:
    start_s, end_s = _stretch(evidence, "open", rng)
    asked = _done(evidence, rng).operation_id
    leak = request(0, at_s=rng.uniform(start_s + 0.3, end_s - 0.001), seq=999_999, operation_id=asked)
    return changed(evidence, requests=(*evidence.requests, leak))


def a_crowd_of_probes(evidence: Evidence, rng: random.Random) -> Evidence:
    start_s, end_s = _stretch(evidence, "half_open", rng)
    crowd = [request(n, at_s=rng.uniform(start_s, end_s - 1e-6), seq=900_000 + n) for n in range(4)]
    return changed(evidence, requests=(*evidence.requests, *crowd))


def hide_a_step(evidence: Evidence, rng: random.Random) -> Evidence:
    hidden = rng.choice([each for each in evidence.events if each.outcome == "half_open"])
    return changed(evidence, events=tuple(each for each in evidence.events if each != hidden))


def invent_an_open_breaker(evidence: Evidence, rng: random.Random) -> Evidence:
    """Claimed open during the steady phase, in which traffic flows."""
    start_s = rng.uniform(1.0, 5.0)
    invented = [moved(start_s, "closed", "open"), moved(start_s + 12, "open", "half_open")]
    invented.append(moved(start_s + 12.01, "half_open", "closed"))
    return changed(evidence, events=(*evidence.events, *invented))


def invent_a_closed_breaker(evidence: Evidence, rng: random.Random) -> Evidence:
    """Claimed to close at once, while callers are turned away without a request."""
    opened = next(each for each in evidence.events if each.outcome == "open")
    at_s = opened.at_s + rng.uniform(0.2, 0.3)
    invented = [opened, moved(at_s, "open", "half_open"), moved(at_s + 0.001, "half_open", "closed")]
    return changed(evidence, events=(EventRow(0.0, "started"), *invented))


def open_once_more(evidence: Evidence, rng: random.Random) -> Evidence:
    """For a moment, before anything fails: no request tells that it is not so."""
    at_s = rng.uniform(1.0, 19.0)
    steps = (("closed", "open"), ("open", "half_open"), ("half_open", "closed"))
    more = [moved(at_s + number / 1000, *step) for number, step in enumerate(steps)]
    return changed(evidence, events=(*evidence.events, *more))


def never_report_a_step(evidence: Evidence, _rng: random.Random) -> Evidence:
    return changed(evidence, events=(EventRow(0.0, "started"),))


def come_too_early(evidence: Evidence, rng: random.Random) -> Evidence:
    done = _done(evidence, rng)
    at_s = done.finished_s + 20
    refused = request(0, at_s=at_s, seq=999_998, operation_id=done.operation_id, status=429, retry_after_s=5.0)
    again = request(0, at_s=refused.finished_s + 3, seq=999_999, operation_id=done.operation_id)
    return changed(evidence, requests=(*evidence.requests, refused, again))


def multiply_the_load(evidence: Evidence, _rng: random.Random) -> Evidence:
    more = [each._replace(seq=each.seq + 10_000 * n) for each in evidence.requests for n in (1, 2, 3)]
    return changed(evidence, requests=(*evidence.requests, *more))


def crowd_at_once(evidence: Evidence, rng: random.Random) -> Evidence:
    at_s = rng.uniform(1.0, 99.0)
    crowd = [request(n, at_s=at_s + n / 1000, seq=900_000 + n) for n in range(16)]
    return changed(evidence, requests=(*evidence.requests, *crowd))


def look_for_ever_after(evidence: Evidence, rng: random.Random) -> Evidence:
    """Whoever was turned away in the outage polls the vendor ever since, and names no operation."""
    route = "GET /v1/payment_intents/{id}"
    looks = [
        request(0, at_s=rng.uniform(60.0, 99.9), seq=900_000 + n, operation_id="", route=route) for n in range(2000)
    ]
    return changed(evidence, requests=(*evidence.requests, *looks))


def refuse_whom_a_fault_struck(evidence: Evidence, rng: random.Random) -> Evidence:
    struck = rng.choice([each.operation_id for each in evidence.requests if each.faults])
    return with_operations(
        evidence, lambda each: each._replace(outcome=Outcome.REFUSED) if each.operation_id == struck else each
    )


def _retried(evidence: Evidence) -> list[str]:
    """Operations whose retry of a lost answer was scheduled."""
    lost = {each.operation_id for each in evidence.requests if each.vendor == "stripe" and each.ending == "reset"}
    return sorted({each.operation_id for each in evidence.events if each.kind == "retry_scheduled"} & lost)


def wait_past_the_cap(evidence: Evidence, rng: random.Random) -> Evidence:
    slow = rng.choice(_retried(evidence))
    later = evidence.requests_of[slow][1:]
    starts = [each for each in evidence.events if each.operation_id == slow and each.attempt > 1]
    told = tuple(each._replace(at_s=each.at_s + 6) if each in starts else each for each in evidence.events)
    moved_on = with_requests(evidence, lambda each: each._replace(at_s=each.at_s + 6) if each in later else each)
    return changed(moved_on, events=told)


def wait_in_step(evidence: Evidence, _rng: random.Random) -> Evidence:
    """Every retry comes exactly 10 ms after it was scheduled."""
    told = []
    for event in evidence.events:
        retries = [each.at_s for each in evidence.requests_of.get(event.operation_id, ()) if each.at_s >= event.at_s]
        is_retry = event.kind == "retry_scheduled" and retries
        told.append(event._replace(at_s=retries[0] - 0.01) if is_retry else event)
    return changed(evidence, events=tuple(told))


def keep_one_waiting(evidence: Evidence, rng: random.Random) -> Evidence:
    late = _done(evidence, rng)
    slow = late._replace(finished_s=late.sent_s + 20, longest_ask_s=20.0)
    return with_operations(evidence, lambda each: slow if each == late else each)


def start_one_after_its_deadline(evidence: Evidence, rng: random.Random) -> Evidence:
    late = _done(evidence, rng)
    zombie = request(0, at_s=late.sent_s + 30, seq=999_999, operation_id=late.operation_id)
    return changed(evidence, requests=(*evidence.requests, zombie))


def write_a_secret_into_a_log(evidence: Evidence, rng: random.Random) -> Evidence:
    return changed(evidence, texts={"logs/gateway.log": f"line {rng.random()}\nkey={SECRET} used\n"})


def write_a_secret_into_an_event(evidence: Evidence, rng: random.Random) -> Evidence:
    event = EventRow(rng.uniform(0, 99), "attempt_finished", "stripe", detail=f"401 for {SECRET}")
    return changed(evidence, events=(*evidence.events, event))


def slow_everything_down(evidence: Evidence, _rng: random.Random) -> Evidence:
    return with_operations(evidence, lambda each: each._replace(finished_s=each.finished_s + 9))


def never_recover(evidence: Evidence, _rng: random.Random) -> Evidence:
    return with_operations(
        evidence, lambda each: each._replace(outcome=Outcome.REFUSED) if each.intended_s > 70 else each
    )


def refuse_most(evidence: Evidence, rng: random.Random) -> Evidence:
    return with_operations(
        evidence, lambda each: each._replace(outcome=Outcome.REFUSED) if rng.random() < 0.9 else each
    )


def _told(evidence: Evidence, change: Callable[[EventRow], EventRow | None]) -> Evidence:
    return changed(evidence, events=tuple(new for old in evidence.events if (new := change(old)) is not None))


def _one_told(evidence: Evidence, rng: random.Random, kind: str, outcome: str) -> EventRow:
    return rng.choice([each for each in evidence.events_by_kind[kind] if each.outcome == outcome])


def hide_an_attempt(evidence: Evidence, rng: random.Random) -> Evidence:
    hidden = _one_told(evidence, rng, "attempt_started", "")
    return _told(evidence, lambda each: None if each == hidden else each)


def tell_an_attempt_of_another(evidence: Evidence, rng: random.Random) -> Evidence:
    mine, other = _one_told(evidence, rng, "attempt_started", ""), _refused(evidence, rng).operation_id
    return _told(evidence, lambda each: each._replace(operation_id=other) if each == mine else each)


def invent_an_attempt(evidence: Evidence, rng: random.Random) -> Evidence:
    """One that went well, and was never made."""
    refused = _refused(evidence, rng)
    invented = EventRow(refused.finished_s, "attempt_finished", "stripe", "", refused.operation_id, 1, "ok")
    return changed(evidence, events=(*evidence.events, invented))


def invent_a_failure(evidence: Evidence, rng: random.Random) -> Evidence:
    """A breaker that has to have a reason."""
    well = rng.choice([each for each in evidence.events_by_kind["attempt_finished"] if each.outcome == "ok"])
    failed = well._replace(outcome="vendor_unavailable")
    return _told(evidence, lambda each: failed if each == well else each)


def tell_that_all_is_done(evidence: Evidence, _rng: random.Random) -> Evidence:
    return _told(evidence, lambda e: e._replace(outcome="done") if e.kind == "operation_finished" else e)


def tell_of_an_operation_of_nobodys(evidence: Evidence, rng: random.Random) -> Evidence:
    told = _one_told(evidence, rng, "operation_finished", "done")
    return changed(evidence, events=(*evidence.events, told._replace(operation_id="op-nobodys")))


def tell_an_end_twice(evidence: Evidence, rng: random.Random) -> Evidence:
    return changed(evidence, events=(*evidence.events, _one_told(evidence, rng, "operation_finished", "done")))


def blame_the_limiter(evidence: Evidence, _rng: random.Random) -> Evidence:
    return _told(evidence, lambda e: e._replace(outcome="limiter") if e.kind == "call_rejected" else e)


def turn_away_while_closed(evidence: Evidence, _rng: random.Random) -> Evidence:
    """What the breaker turns away is told, and not that it opened."""
    return _told(evidence, lambda each: None if each.kind == "breaker_transition" else each)


def follow_one(evidence: Evidence, rng: random.Random, last: tuple[str, str] = ("completed", "done")) -> Evidence:
    """An operation is followed to its end; `last`, a state and what it means, is seen at the last look."""
    done = _done(evidence, rng)
    states = [[done.finished_s + 1.0, "completed", "done"], [100.0, *last]]
    rows = [each._replace(states=json.dumps(states)) if each == done else each for each in evidence.operations]
    return changed(evidence, operations=rows, finish_within_s={"pay": 30.0})


def move_an_end_back(evidence: Evidence, rng: random.Random) -> Evidence:
    return follow_one(evidence, rng, last=("scheduled", "accepted"))


def give_a_notice_up(evidence: Evidence, rng: random.Random) -> Evidence:
    """The vendor's last attempt at one, answered 500."""
    rows = list(evidence.deliveries_of["stripe"])
    chosen = rng.randrange(len(rows))
    rows[chosen] = rows[chosen]._replace(status=500)
    return changed(evidence, deliveries=rows)


def say_that_all_is_well(evidence: Evidence, _rng: random.Random) -> Evidence:
    """It was to say something else."""
    *others, visit = evidence.deeds
    orders = tuple(each._replace(expected="degraded") if each.what == HEALTH else each for each in visit.orders)
    return changed(evidence, deeds=[*others, visit._replace(orders=orders)])


def leave_what_was_redriven(evidence: Evidence, rng: random.Random) -> Evidence:
    """The desk said that it is done, and shows the letter as one that waits."""
    letters = list(evidence.dead_letters or ())
    chosen = rng.choice([at for at, each in enumerate(letters) if each.state == "redriven"])
    letters[chosen] = letters[chosen]._replace(state="pending")
    return changed(evidence, dead_letters=letters)


def forget_a_notice(evidence: Evidence, rng: random.Random) -> Evidence:
    """It was acknowledged, and nobody knows of it at the end."""
    gone = rng.choice([each for each in evidence.events if each.kind == NOTICE_SHOWN])
    return changed(evidence, events=[each for each in evidence.events if each != gone])


def take_a_notice_again(evidence: Evidence, rng: random.Random) -> Evidence:
    again = rng.choice([each for each in evidence.events if each.kind == "notice"])
    return changed(evidence, events=[*evidence.events, again._replace(at_s=again.at_s + 1)])


def believe_a_forged_one(evidence: Evidence, rng: random.Random) -> Evidence:
    rows = list(evidence.deliveries_of["stripe"])
    chosen = rng.randrange(len(rows))
    rows[chosen] = rows[chosen]._replace(is_forged=True)
    return changed(evidence, deliveries=rows)


def cut_one_off(evidence: Evidence, rng: random.Random) -> Evidence:
    """The process was gone, and whoever waited for it was not answered."""
    asked = [each for each in evidence.operations if any(each.sent_s < s < each.finished_s for s in STOPS)]
    chosen = rng.choice(asked)
    gone = chosen._replace(outcome=Outcome.UNKNOWN, status=0, asks=1, again_at="")
    told = [each for each in evidence.events if each.operation_id != chosen.operation_id]
    return changed(with_operations(evidence, lambda each: gone if each == chosen else each), events=told)


def kill_it_after_its_grace(evidence: Evidence, rng: random.Random) -> Evidence:
    number = rng.randrange(len(evidence.endings))
    endings = [each._replace(was_killed=at == number) for at, each in enumerate(evidence.endings)]
    return changed(evidence, endings=endings)


def keep_one_set_aside(evidence: Evidence, rng: random.Random) -> Evidence:
    """It is done in the end, and long after that."""
    late = rng.choice([each for each in evidence.letters if each.state == "redriven"]).operation_id
    return with_effects(evidence, lambda each: each._replace(at_s=500.0) if each.operation_id == late else each)


def hold_more_and_more(evidence: Evidence, _rng: random.Random) -> Evidence:
    """2.4 MB a minute: never near to what it may hold."""
    return changed(evidence, memory=holding(grows_a_second=40_000))


def open_more_and_more(evidence: Evidence, _rng: random.Random) -> Evidence:
    """Nine a minute: never near to what it may have open."""
    return changed(evidence, memory=holding(opens_a_second=0.15))


def open_many_once(evidence: Evidence, rng: random.Random) -> Evidence:
    many = rng.randrange(len(evidence.memory))
    held = [each._replace(descriptors=100) if at == many else each for at, each in enumerate(evidence.memory)]
    return changed(evidence, memory=held)


def hold_much_once(evidence: Evidence, rng: random.Random) -> Evidence:
    much = rng.randrange(len(evidence.memory))
    held = [each._replace(resident_bytes=10**9) if at == much else each for at, each in enumerate(evidence.memory)]
    return changed(evidence, memory=held)


PLANTS: list[tuple[str, Plant]] = [
    ("as_asked", take_another_amount),
    ("as_asked", swap_two_answers),
    ("as_asked", swap_two_effects),
    ("exactly_once", drop_an_effect),
    ("exactly_once", duplicate_an_effect),
    ("exactly_once", swap_two_effects),
    ("exactly_once", an_effect_that_nobody_asked_for),
    ("exactly_once", say_done_of_what_was_refused),
    ("nothing_lost", drop_an_effect),
    ("nothing_lost", swap_two_effects),
    ("nothing_lost", an_effect_that_nobody_asked_for),
    ("nothing_lost", say_refused_of_what_was_done),
    ("nothing_lost", say_done_of_what_was_refused),
    ("nothing_lost", forget_a_dead_letter),
    ("nothing_lost", a_letter_for_what_was_done),
    ("nothing_lost", lose_an_unknown_one),
    ("dead_letters", forget_a_dead_letter),
    ("dead_letters", leave_a_dead_letter),
    ("dead_letters", strip_a_dead_letter),
    ("dead_letters", redrive_twice),
    ("queue_age", keep_one_set_aside),
    ("quiet_while_open", a_request_while_open),
    ("quiet_while_open", a_crowd_of_probes),
    ("quiet_while_open", hide_a_step),
    ("quiet_while_open", invent_an_open_breaker),
    ("quiet_while_open", invent_a_closed_breaker),
    ("quiet_while_open", never_report_a_step),
    ("blast_radius", refuse_most),
    ("blast_radius", slow_everything_down),
    ("breaker openings", open_once_more),
    ("breaker openings", invent_an_open_breaker),
    ("breaker openings", invent_a_closed_breaker),
    ("breaker openings", hide_a_step),
    ("breaker opens", invent_an_open_breaker),
    ("breaker opens", invent_a_closed_breaker),
    ("breaker opens", never_report_a_step),
    ("breaker opens", hide_a_step),
    ("breaker closes", invent_a_closed_breaker),
    ("breaker stays closed", invent_an_open_breaker),
    ("retry_after_respected", come_too_early),
    ("amplification", multiply_the_load),
    ("requests in flight", crowd_at_once),
    ("requests of a phase", look_for_ever_after),
    ("notices_taken", give_a_notice_up),
    ("desk_true", say_that_all_is_well),
    ("desk_true", leave_what_was_redriven),
    ("notices_kept", forget_a_notice),
    ("notices_kept", take_a_notice_again),
    ("notices_kept", believe_a_forged_one),
    ("outcome", refuse_whom_a_fault_struck),
    ("backoff", wait_past_the_cap),
    ("backoff", wait_in_step),
    ("deadline_respected", keep_one_waiting),
    ("deadline_respected", start_one_after_its_deadline),
    ("no_defects", leave_an_error_unhandled),
    ("no_defects", die),
    ("descriptors_bounded", open_more_and_more),
    ("descriptors_bounded", open_many_once),
    ("memory_bounded", hold_more_and_more),
    ("memory_bounded", hold_much_once),
    ("no_metastability", never_recover),
    ("no_metastability", slow_everything_down),
    ("no_metastability", multiply_the_load),
    ("no_secrets", write_a_secret_into_a_log),
    ("no_secrets", write_a_secret_into_an_event),
    ("latency", slow_everything_down),
    ("finished_later", move_an_end_back),
    ("goodput", never_recover),
    ("stops_gracefully", cut_one_off),
    ("stops_gracefully", kill_it_after_its_grace),
    ("success_rate", refuse_most),
    ("telemetry_true", hide_an_attempt),
    ("telemetry_true", tell_an_attempt_of_another),
    ("telemetry_true", invent_an_attempt),
    ("telemetry_true", invent_a_failure),
    ("telemetry_true", tell_that_all_is_done),
    ("telemetry_true", tell_of_an_operation_of_nobodys),
    ("telemetry_true", tell_an_end_twice),
    ("telemetry_true", blame_the_limiter),
    ("telemetry_true", turn_away_while_closed),
]


def test_every_expectation_is_demanded_and_has_a_planted_violation() -> None:
    assert {demand.NAME for demand in DEMANDS.values()} == set(EXPECTATIONS)
    assert {DEMANDS[name].NAME for name, _ in PLANTS} == set(EXPECTATIONS)


@pytest.mark.thorough
@examples(16)
@given(seed=SEEDS)
def test_a_consistent_history_is_never_red(seed: int) -> None:
    history = consistent(seed)
    results = [demand.judge(history) for demand in DEMANDS.values()]
    assert [result for result in results if result.status is Status.FAILED] == []


@pytest.fixture(scope="module")
def history() -> Evidence:
    return follow_one(consistent(7), random.Random(7))


@pytest.mark.parametrize("demand", DEMANDS.values(), ids=DEMANDS)
def test_a_consistent_history_passes(demand: Expectation, history: Evidence) -> None:
    result = demand.judge(history)
    assert result.status is Status.PASSED, result


FIRST = set(dict(reversed(PLANTS)).items())
"""One of each demand's; the others are left to the thorough runs."""


@pytest.mark.parametrize(
    ("name", "plant"),
    [
        pytest.param(*each, id=f"{each[0]}-{each[1].__name__}", marks=[] if each in FIRST else [pytest.mark.thorough])
        for each in PLANTS
    ],
)
@examples(4)
@given(seed=SEEDS)
def test_a_planted_violation_is_always_red(name: str, plant: Plant, seed: int) -> None:
    evidence = plant(consistent(seed), random.Random(seed))
    result = DEMANDS[name].judge(evidence)
    assert result.status is Status.FAILED, result
    assert result.expected
    assert result.observed
    assert result.when
    assert 1 <= len(result.cases) <= 3


@pytest.mark.parametrize("demand", DEMANDS.values(), ids=DEMANDS)
def test_nothing_seen_is_inconclusive(demand: Expectation) -> None:
    assert demand.judge(Evidence()).status is Status.INCONCLUSIVE
