"""Token buckets and places for calls in flight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.call import Call
from brownout_simulators.limiter import Exceeded, Limiter, Place, Stretch, TokenBucket, stretches_of, switched_on
from brownout_simulators.vendor import Limit

CALL = Call("GET", "/", "", {}, b"", 0.0)


@given(
    rate=st.floats(0.1, 1000),
    burst=st.integers(1, 50),
    gaps=st.lists(st.floats(0, 2), max_size=60),
)
def test_a_bucket_never_gives_more_than_burst_plus_refill(rate: float, burst: int, gaps: list[float]) -> None:
    bucket, now_s, taken = TokenBucket(rate, burst, 0.0), 0.0, 0
    for gap_s in gaps:
        now_s += gap_s
        taken += bucket.take(now_s) == 0.0
        assert taken <= burst + rate * now_s + 1e-6


@given(rate=st.floats(0.1, 1000), burst=st.integers(1, 5), at_s=st.floats(0, 1e6))
def test_who_waits_as_long_as_told_gets_a_token(rate: float, burst: int, at_s: float) -> None:
    bucket = TokenBucket(rate, burst, at_s)
    while (wait_s := bucket.take(at_s)) == 0.0:
        continue
    # The sum of two instants is rounded; nothing finer than that can be told by waiting.
    assert bucket.take(at_s + wait_s + 1e-9 * max(1.0, at_s)) == 0.0


def test_sixty_seconds_at_half_again_the_rate_pass_what_the_bucket_allows() -> None:
    bucket = TokenBucket(100, 20, 0.0)
    passed = sum(bucket.take(number / 150) == 0.0 for number in range(60 * 150))
    assert abs(passed - 6020) <= 60


def limiter_of(*limits: Limit) -> Limiter:
    limiter = Limiter()
    limiter.switch({limit.name: limit for limit in limits})
    return limiter


def let_in(limiter: Limiter, account: str = "a", now_s: float = 0.0, ahead_s: float = 0.0) -> list[Place]:
    taken = limiter.enter(CALL, account, now_s + ahead_s, now_s)
    assert not isinstance(taken, Exceeded)
    return taken


def refused(limiter: Limiter, account: str = "a", now_s: float = 0.0) -> Exceeded:
    exceeded = limiter.enter(CALL, account, now_s, now_s)
    assert isinstance(exceeded, Exceeded)
    return exceeded


def test_a_limiter_lets_everything_in_until_some_limit_is_switched_on() -> None:
    limiter = Limiter()
    assert [let_in(limiter) for _ in range(3)] == [[], [], []]
    assert limiter.states(CALL, "a", 0.0, 0.0) == {}
    limiter.switch({"flying": Limit("flying", concurrency=1)})
    let_in(limiter)
    assert refused(limiter).name == "flying"
    limiter.switch({})
    assert let_in(limiter) == []


def test_a_call_takes_from_all_limits_or_from_none() -> None:
    limiter = limiter_of(Limit("rate", rate_per_s=1, burst=1), Limit("flying", concurrency=1))
    taken = let_in(limiter)
    exceeded = refused(limiter, now_s=5.0)
    assert (exceeded.name, exceeded.retry_after_s) == ("flying", None)
    limiter.leave(taken)
    let_in(limiter, now_s=5.0)


def test_a_call_takes_what_it_costs_and_a_refused_one_nothing() -> None:
    sized = Limit("tokens", rate_per_s=10, burst=100, cost_of=lambda call: len(call.body))
    limiter = limiter_of(sized, Limit("flying", concurrency=1))
    small, large, huge = (Call("POST", "/", "", {}, b"x" * size, 0.0) for size in (60, 70, 101))
    taken = limiter.enter(small, "a", 0.0, 0.0)
    assert limiter.states(small, "a", 0.0, 0.0)["tokens"].remaining == pytest.approx(40)
    refusal = limiter.enter(large, "a", 1.0, 1.0)
    assert isinstance(refusal, Exceeded)
    assert refusal.name == "tokens"
    assert refusal.retry_after_s == pytest.approx(2.0)  # (60 - 10 + 70 - 100) / 10
    assert refusal.state.limit == 100
    assert refusal.state.remaining == pytest.approx(50)
    never = limiter.enter(huge, "a", 1_000.0, 1_000.0)
    assert isinstance(never, Exceeded)
    assert (never.name, never.retry_after_s) == ("tokens", None)
    flying = limiter.enter(large, "a", 1_000.0, 1_000.0)
    assert isinstance(flying, Exceeded)
    assert flying.name == "flying"
    assert limiter.states(small, "a", 1_000.0, 1_000.0)["tokens"].remaining == pytest.approx(100)
    assert not isinstance(taken, Exceeded)
    limiter.leave(taken)
    assert not isinstance(limiter.enter(large, "a", 1_000.0, 1_000.0), Exceeded)


def test_a_refusal_by_rate_says_when_to_come_back() -> None:
    limiter = limiter_of(Limit("rate", rate_per_s=2, burst=1))
    let_in(limiter)
    assert refused(limiter, now_s=0.1).retry_after_s == pytest.approx(0.4)
    let_in(limiter, "b", 0.1)


def test_a_limit_without_a_key_for_a_call_lets_it_pass_uncounted() -> None:
    limiter = limiter_of(Limit("rate", rate_per_s=1, burst=1, key_of=lambda _call, _account: ""))
    assert [let_in(limiter) for _ in range(3)] == [[], [], []]
    assert limiter.states(CALL, "a", 0.0, 0.0) == {}


def test_states_tell_what_headers_need() -> None:
    limiter = limiter_of(Limit("rate", rate_per_s=10, burst=5), Limit("flying", concurrency=3))
    let_in(limiter)
    states = limiter.states(CALL, "a", 0.0, 0.0)
    assert (states["rate"].limit, int(states["rate"].remaining)) == (5, 4)
    assert states["rate"].reset_s == pytest.approx(0.1)
    assert (states["flying"].limit, states["flying"].remaining) == (3, 2)


def test_limits_are_switched_on_by_name_with_the_vendors_figures_or_others() -> None:
    known = {"rate": Limit("rate", rate_per_s=10, burst=5)}
    assert switched_on(known, {"rate": True})["rate"].rate_per_s == 10
    assert switched_on(known, {"rate": {"rate_per_s": 3}})["rate"].burst == 5
    assert switched_on(known, {"rate": False}) == {}


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"rat": True}, "no such limit; there are rate"),
        ({"rate": {"speed": 1}}, "mapping of rate_per_s"),
        ({"rate": {"burst": -1}}, "from 0 to"),
        ({"rate": {"burst": True}}, "from 0 to"),
        ({"rate": {"rate_per_s": 1e13}}, "from 0 to"),
    ],
)
def test_a_limit_that_cannot_be_is_named(asked: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        switched_on({"rate": Limit("rate", rate_per_s=10, burst=5)}, asked)


def test_a_call_that_one_limit_refuses_costs_nothing_in_those_before_it() -> None:
    limiter = limiter_of(Limit("rate", rate_per_s=1, burst=5), Limit("flying", concurrency=1))
    let_in(limiter)
    refused(limiter)
    states = limiter.states(CALL, "a", 0.0, 0.0)
    assert (int(states["rate"].remaining), states["flying"].remaining) == (4, 0)


def changing(usual: Limit | None, start_s: float, end_s: float, *limits: Limit, start_at_s: float = 0.0) -> Limiter:
    limiter = Limiter()
    stretch = Stretch(start_s, end_s, {limit.name: limit for limit in limits})
    limiter.switch({} if usual is None else {usual.name: usual}, [stretch], start_at_s=start_at_s)
    return limiter


def test_a_stretch_has_its_own_limits_from_its_start_to_just_before_its_end() -> None:
    limiter = changing(Limit("rate", rate_per_s=1, burst=9), 10, 20, Limit("rate", rate_per_s=1, burst=1))
    let_in(limiter, now_s=9.999)
    let_in(limiter, now_s=10.0)
    assert refused(limiter, now_s=10.5).retry_after_s == pytest.approx(0.5)
    let_in(limiter, now_s=19.999)
    assert refused(limiter, now_s=19.9995).name == "rate"
    let_in(limiter, now_s=20.0)
    assert int(limiter.states(CALL, "a", 20.0, 20.0)["rate"].remaining) == 8, (
        "it was full again, and this call took one"
    )


def test_stretches_count_from_the_start_instant_by_the_machines_clock() -> None:
    limiter = changing(None, 10, 20, Limit("flying", concurrency=1), start_at_s=1000.0)
    held = let_in(limiter, now_s=1009.0, ahead_s=5.0), let_in(limiter, now_s=1009.0)
    assert (limiter.names(1009.0), limiter.states(CALL, "a", 1009.0, 1009.0), limiter.is_on) == ([], {}, True)
    assert limiter.names(1010.0) == ["flying"]
    for taken in held:
        limiter.leave(taken)


def test_who_came_before_a_lowered_limit_is_in_flight_under_it() -> None:
    """A vendor that lowers its ceiling to two does not forget the three that it works on."""
    limiter = changing(None, 10, 20, Limit("flying", concurrency=2))
    early = [let_in(limiter, now_s=9.0) for _ in range(3)]
    assert refused(limiter, now_s=10.0).name == "flying"
    for taken in early[:2]:
        limiter.leave(taken)
    late = let_in(limiter, now_s=11.0)
    refused(limiter, now_s=11.0)
    for taken in (early[2], late):
        limiter.leave(taken)
    let_in(limiter, now_s=12.0)
    assert limiter.states(CALL, "a", 12.0, 12.0)["flying"].remaining == 1


def test_who_came_under_a_raised_limit_is_in_flight_after_it() -> None:
    limiter = changing(Limit("flying", concurrency=1), 10, 20)
    held = [let_in(limiter, now_s=11.0) for _ in range(2)]
    assert refused(limiter, now_s=20.0).name == "flying"
    for taken in held:
        limiter.leave(taken)
    let_in(limiter, now_s=20.0)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ([5], "objects of start_s, end_s and limits"),
        ([{"start_s": 1, "limits": {}}], "objects of start_s"),
        ([{"start_s": True, "end_s": 2, "limits": {}}], "objects of start_s"),
        ([{"start_s": 1, "end_s": 2, "limits": 5}], "objects of start_s"),
        ([{"start_s": 2, "end_s": 1, "limits": {}}], "0 <= start_s < end_s, got 2.0 and 1.0"),
        ([{"start_s": 0, "end_s": float("nan"), "limits": {}}], "0 <= start_s"),
        ([{"start_s": 0, "end_s": 1, "limits": {"rat": True}}], "no such limit"),
        (
            [{"start_s": 4, "end_s": 6, "limits": {}}, {"start_s": 0, "end_s": 5, "limits": {}}],
            "two stretches overlap",
        ),
    ],
)
def test_a_stretch_that_cannot_be_is_named(asked: list[object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        stretches_of({"rate": Limit("rate", rate_per_s=10, burst=5)}, asked)


def test_a_quota_of_the_day_is_whole_again_at_its_instant_and_not_before() -> None:
    day = Limit("daily", burst=3, renews_at=lambda wall_s: (wall_s // 86_400 + 1) * 86_400)
    limiter = Limiter(epoch_s=1_000.0)
    limiter.switch({"daily": day})
    for now_s in (0.0, 10.0, 84_000.0):
        let_in(limiter, now_s=now_s)
    refusal = refused(limiter, now_s=85_000.0)
    assert refusal.retry_after_s is not None
    assert refusal.retry_after_s == pytest.approx(400.0)
    assert (refusal.state.limit, refusal.state.remaining) == (3, 0)
    assert refusal.state.reset_s == pytest.approx(400.0)
    refused(limiter, now_s=85_399.9)
    let_in(limiter, now_s=85_000.0 + refusal.retry_after_s)
    assert limiter.states(CALL, "a", 85_400.0, 85_400.0)["daily"].remaining == 2
    # What another limit refuses is given back.
    limiter.switch({"daily": day, "rate": Limit("rate", rate_per_s=0.001, burst=1)})
    let_in(limiter)
    refused(limiter)
    assert limiter.states(CALL, "a", 0.0, 0.0)["daily"].remaining == 2
    with pytest.raises(ValueError, match=r"limits.daily.rate_per_s: it is whole again at instants of its own"):
        switched_on({"daily": day}, {"daily": {"rate_per_s": 1}})


def test_a_quota_of_effects_is_given_back_where_a_call_had_none() -> None:
    quota = Limit("mails", burst=2, renews_at=lambda wall_s: wall_s + 100, of_effects=True)
    limiter = limiter_of(quota, Limit("requests", rate_per_s=1, burst=3))
    limiter.leave(let_in(limiter))
    without = let_in(limiter)
    limiter.spare(without, 0.0)
    limiter.leave(without)
    let_in(limiter)
    # The requests were counted all the same, and the quota had room for two that did something.
    assert refused(limiter).name == "mails"
    assert limiter.states(CALL, "a", 0.0, 0.0)["requests"].remaining == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("spent", "left"), [(2.0, 8.0), (0.0, 10.0), (10.0, 0.0), (25.0, -15.0), (None, 5.0)])
def test_a_reserve_becomes_what_was_used_and_may_leave_a_debt(spent: float | None, left: float) -> None:
    tokens = Limit("tokens", rate_per_s=1e-9, burst=10, cost_of=lambda _call: 5.0, spent_by=lambda _made: spent)
    plain = Limit("plain", rate_per_s=1e-9, burst=10, cost_of=lambda _call: 5.0)
    limiter = limiter_of(tokens, plain)
    taken = let_in(limiter)
    assert limiter.states(CALL, "a", 0.0, 0.0)["tokens"].remaining == pytest.approx(5.0)
    limiter.settle(taken, None, 0.0)
    limiter.leave(taken)
    states = limiter.states(CALL, "a", 0.0, 0.0)
    assert states["tokens"].remaining == pytest.approx(left, abs=1e-6)
    assert states["plain"].remaining == pytest.approx(5.0)
