"""The calls that telemetry tells to have been turned away, held against what the policy that it names can do."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brownout_core.errors import LimiterFull
from brownout_core.policies.bulkhead import BulkheadConfig
from brownout_core.policies.deadline import TimeoutConfig
from brownout_core.policies.limiter import Limiter, LimiterConfig
from brownout_core.policies.retry_budget import RetryBudgetConfig
from brownout_core.policies.settings import VendorPolicies
from brownout_harness.judging.evidence import Evidence, Gap, GapKind
from brownout_harness.judging.expectations.told_rejections import rejections_against_policies
from brownout_reports.rows import EventRow
from tests.support.examples import examples
from tests.support.histories import changed, healthy, moved, request

LIMITER = LimiterConfig(capacity=5, refill_per_s=1.0, max_wait_s=0.0)
POLICIES = VendorPolicies(
    timeout=TimeoutConfig(attempt_s=3, deadline_s=10, minimum_attempt_s=0.05),
    budget=RetryBudgetConfig(reserve=10, window_s=10),
    limiter=LIMITER,
    bulkhead=BulkheadConfig(max_in_flight=2, max_wait_s=1.0),
)
LATER = EventRow(99.0, "call_finished", "stripe", "", "op-1", 1, "ok")
"""The process lives on."""


def rejection(at_s: float, policy: str, number: int = 3) -> EventRow:
    return EventRow(at_s, "call_rejected", "stripe", "pay", f"op-{number}", 0, policy)


def attempt(at_s: float, number: int = 1) -> EventRow:
    return EventRow(at_s, "attempt_started", "stripe", "pay", f"op-{number}", 1)


def call(start_s: float, end_s: float, outcome: str = "ok", number: int = 1, made: int = 1) -> EventRow:
    return EventRow(end_s, "call_finished", "stripe", "pay", f"op-{number}", made, outcome, end_s - start_s)


def ended(rejected: EventRow) -> EventRow:
    """What is told beside it: that the call is over."""
    return rejected._replace(kind="call_finished", outcome=f"{rejected.outcome}_full")


def telling(*events: EventRow, lives_on: bool = True, **policies: Any) -> Evidence:
    ends = [ended(each) for each in events if each.kind == "call_rejected"]
    return just_these(*events, *ends, lives_on=lives_on, **policies)


def just_these(*events: EventRow, lives_on: bool = True, **policies: Any) -> Evidence:
    told = [EventRow(0.0, "started"), *events, *([LATER] if lives_on else [])]
    settings = replace(POLICIES, **policies)
    return changed(healthy(), events=sorted(told, key=lambda e: e.at_s), policies={"stripe": settings})


def found(evidence: Evidence) -> list[str]:
    return [each.what for each in rejections_against_policies(evidence)]


def test_the_breaker_turns_nobody_away_while_it_is_told_closed() -> None:
    opens, closes = moved(5, "closed", "open"), [moved(9, "open", "half_open"), moved(9.5, "half_open", "closed")]
    assert not found(telling(opens, rejection(5, "breaker"), rejection(9.2, "breaker"), *closes))
    what = "stripe was told to be kept away by the breaker: it was told closed"
    assert found(telling(rejection(4, "breaker"), opens, *closes, rejection(10, "breaker"))) == [what, what]


def test_of_one_instant_the_order_of_the_telling_counts() -> None:
    assert not found(telling(moved(5, "closed", "open"), rejection(5, "breaker")))
    assert found(telling(rejection(5, "breaker"), moved(5, "closed", "open")))


def test_a_process_that_ends_while_the_next_one_serves_has_a_breaker_of_its_own() -> None:
    """It was stopped with its breaker open, and has its grace; the new one starts closed."""
    again = EventRow(6.0, "started")
    assert not found(telling(moved(5, "closed", "open"), again, rejection(6.5, "breaker")))


def test_a_policy_that_is_switched_off_turns_nobody_away() -> None:
    what = "stripe was told to be kept away by the {}: it is switched off"
    assert found(telling(rejection(5, "limiter"), limiter=None)) == [what.format("limiter")]
    assert found(telling(rejection(5, "bulkhead"), bulkhead=None)) == [what.format("bulkhead")]


def test_a_renewal_is_paused_only_after_something_has_failed() -> None:
    """The longest pause is as long as the vendor may ask for: a minute, and the renewal itself."""
    failed = EventRow(5.0, "attempt_finished", "stripe", "pay", "op-1", 1, "attempt_timeout", 3.0)
    assert not found(telling(failed, rejection(6, "renewal")))
    what = "stripe was told to be kept away by the renewal: nothing had failed there for 65 s"
    assert found(telling(rejection(4, "renewal"), failed, rejection(71, "renewal"))) == [what, what]


def test_a_pause_is_no_failure_that_explains_the_next_one() -> None:
    paused = EventRow(5.0, "attempt_finished", "stripe", "pay", "op-1", 1, "renewal_paused")
    assert len(found(telling(paused, rejection(6, "renewal")))) == 1


def test_a_request_that_was_not_answered_well_explains_a_pause() -> None:
    evidence = telling(rejection(6, "renewal"))
    hung = request(2, at_s=1.0, finished_s=6.0, seq=900, status=0, ending="hang", operation_id="")
    assert not found(changed(evidence, requests=[*evidence.requests, hung]))


def test_an_answer_that_a_fault_has_changed_explains_a_pause() -> None:
    evidence = telling(rejection(6, "renewal"))
    changed_one = request(2, at_s=1.0, finished_s=1.0, seq=900, operation_id="", fields='{"changes": ["id: gone"]}')
    assert not found(changed(evidence, requests=[*evidence.requests, changed_one]))
    whole = request(2, at_s=1.0, finished_s=1.0, seq=900, operation_id="")
    assert found(changed(evidence, requests=[*evidence.requests, whole]))


def test_a_policy_that_there_is_not_turns_nobody_away() -> None:
    what = "stripe was told to be kept away by the maintenance: there is no such policy"
    assert found(telling(rejection(5, "maintenance"))) == [what]


def test_a_limiter_with_tokens_left_turns_nobody_away() -> None:
    what = "stripe was told to be kept away by the limiter: it had 5 tokens left, at least"
    assert found(telling(rejection(5, "limiter"))) == [what]
    four = [attempt(5.0) for _ in range(4)]
    assert not found(telling(*four, rejection(5.0, "limiter")))  # one is left, and one more could be a timer's
    assert found(telling(*four, rejection(6.5, "limiter")))


def test_a_call_that_is_turned_away_ends() -> None:
    """Who blames a policy for a call that was made has told its end only once."""
    for policy, full in (("limiter", {"limiter": LimiterConfig(capacity=1, refill_per_s=0.01, max_wait_s=0.0)}),
                         ("bulkhead", {"bulkhead": BulkheadConfig(max_in_flight=1, max_wait_s=1.0)})):  # fmt: skip
        rejected, busy = rejection(5.0, policy), [attempt(4.0), call(4.0, 6.0)]
        assert not found(just_these(*busy, rejected, ended(rejected), **full))
        what = f"stripe was told to be kept away by the {policy}: the call is not told to have ended so"
        assert found(just_these(*busy, rejected, **full)) == [what]
        for other in ({"at_s": 5.1}, {"operation_id": "op-4"}, {"call": "refund"}, {"outcome": "ok"}):
            assert found(just_these(*busy, rejected, ended(rejected)._replace(**other), **full)) == [what]
        lost = changed(just_these(*busy, rejected, **full), gaps=(Gap(GapKind.EVIDENCE_LOST, "a part is gone"),))
        assert not found(lost), "its end may be among what was lost"
        killed = just_these(attempt(4.0), rejected, lives_on=False, **full)
        assert not found(killed), "it was killed before it could tell"


def test_a_breaker_that_calls_itself_limiter_has_tokens_left() -> None:
    """It opens wrongly, tells no step, and blames the limiter: silence at the vendor."""
    streak = [rejection(10 + n / 2, "limiter", number=20 + n) for n in range(20)]
    assert len(found(telling(*[attempt(9.9) for _ in range(5)], *streak))) == 16  # from the second token on


def test_calls_under_way_may_hold_tokens_that_nobody_has_seen_yet() -> None:
    """They wait: for their turn, or until their sending has been written down."""
    waiting = [call(4.9, 7.0, number=n) for n in range(4)]
    assert not found(telling(*waiting, rejection(5.0, "limiter")))


def test_a_token_that_was_not_used_is_gone_all_the_same() -> None:
    waited = [call(4.0, 4.9, "breaker_open", made=0) for _ in range(4)]
    assert not found(telling(*waited, rejection(5.0, "limiter")))
    at_once = [call(4.9, 4.9, "breaker_open", made=0) for _ in range(4)]
    assert found(telling(*at_once, rejection(5.0, "limiter")))


def test_who_dies_takes_what_was_under_way_along_untold() -> None:
    assert not found(telling(rejection(5.0, "limiter"), rejection(5.0, "bulkhead"), lives_on=False))
    again = EventRow(7.0, "started")
    assert not found(telling(rejection(5.0, "limiter"), rejection(5.0, "bulkhead"), again))


@examples(60)
@given(
    asked_s=st.lists(st.floats(0, 30), max_size=80),
    capacity=st.integers(1, 10),
    refill_per_s=st.floats(0.5, 20),
    max_wait_s=st.sampled_from([0.0, 0.5, 2.0]),
)
def test_a_real_limiter_is_never_blamed(
    asked_s: list[float], capacity: int, refill_per_s: float, max_wait_s: float
) -> None:
    config = LimiterConfig(capacity=capacity, refill_per_s=refill_per_s, max_wait_s=max_wait_s)
    limiter, events = Limiter(config), []
    for number, at_s in enumerate(sorted(asked_s)):
        try:
            wait_s = limiter.reserve(at_s, 10.0)
        except LimiterFull:
            events += [rejection(at_s, "limiter", number), call(at_s, at_s, "limiter_full", number, made=0)]
        else:
            sent_s = at_s + wait_s
            events += [attempt(sent_s, number), call(at_s, sent_s + 0.1, "ok", number)]
    assert not found(telling(*events, limiter=config))


def test_a_budget_with_retries_left_suppresses_none() -> None:
    suppressed = EventRow(20.0, "retry_suppressed", "stripe", "pay", "op-3", 1, "vendor_unavailable")
    what = "stripe was told to be kept away by the retry budget: it had 5 retries left, at least"
    assert found(telling(suppressed)) == [what]
    spent = [EventRow(19.9, "retry_scheduled", "stripe", "pay", "op-1", 1) for _ in range(4)]
    assert not found(telling(*spent, suppressed))
    assert found(telling(suppressed, budget=None)) == [
        "stripe was told to be kept away by the retry budget: it is switched off"
    ]


def test_a_bulkhead_with_a_place_free_turns_nobody_away() -> None:
    what = "stripe was told to be kept away by the bulkhead: 1 of its 2 places were taken, at most"
    assert found(telling(call(4, 6), rejection(5.0, "bulkhead"))) == [what]
    assert not found(telling(call(4, 6), call(4.5, 5.5), rejection(5.0, "bulkhead")))
    # A place that was given back in the last instant of the wait may have come too late.
    assert not found(telling(call(4, 6), call(4.2, 4.99), rejection(5.0, "bulkhead")))
    assert found(telling(call(4, 6), call(3.0, 3.9), rejection(5.0, "bulkhead")))


def test_a_deadline_comes_not_before_the_time_is_over() -> None:
    """`op-3` is asked for at 1.5 s, and has 10 s."""
    what = "stripe was told to be kept away by the deadline: only 3.5 s after it was asked for"
    assert found(telling(rejection(5.0, "deadline"))) == [what]
    assert not found(telling(rejection(11.46, "deadline")))


def test_what_was_asked_for_once_has_nothing_to_settle() -> None:
    what = "stripe was told to be kept away by the settling: it was asked for once, and never sent before"
    told = telling(rejection(5.0, "settling"))
    assert found(told) == [what]
    twice = [each._replace(asks=2) if each.operation_id == "op-3" else each for each in told.operations]
    assert not found(changed(told, operations=twice))


def test_of_a_target_whose_settings_nobody_knows_only_its_own_words_count() -> None:
    unknown = changed(telling(rejection(5.0, "limiter"), rejection(6.0, "breaker")), policies={})
    assert found(unknown) == ["stripe was told to be kept away by the breaker: it was told closed"]


def test_what_nobody_can_see_from_outside_is_not_judged() -> None:
    assert not found(telling(rejection(5.0, "idempotency")))
