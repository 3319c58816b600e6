"""How long generation takes: off by default, as published where a profile is named, the same for the same seed."""

import random
from statistics import median, quantiles

import pytest

from brownout_simulators.answers.pace import LONGEST_S, OFF, Pace, read_pace, total_s

PROFILES = {"quick/2026": Pace(first_s=0.645, first_spread=0.32, tokens_per_s=105.0)}


def test_off_takes_no_time_and_draws_nothing() -> None:
    draws = random.Random(1)
    before = draws.getstate()
    assert OFF.gaps_s(3, draws) == [0.0, 0.0, 0.0]
    assert draws.getstate() == before


def test_the_first_token_comes_as_the_profile_says() -> None:
    draws = random.Random(1)
    firsts = [PROFILES["quick/2026"].gaps_s(1, draws)[0] for _ in range(4_000)]
    assert median(firsts) == pytest.approx(0.645, rel=0.03)
    assert quantiles(firsts, n=20)[-1] == pytest.approx(1.094, rel=0.05)


def test_the_rest_comes_at_the_profiles_speed() -> None:
    gaps = PROFILES["quick/2026"].gaps_s(4_001, random.Random(1))
    assert 4_000 / sum(gaps[1:]) == pytest.approx(105.0, rel=0.02)
    assert min(gaps) > 0


def test_some_stall_and_some_pause() -> None:
    draws = random.Random(1)
    stalling = Pace(first_s=1.0, stalls=0.1)
    assert sum(stalling.gaps_s(1, draws)[0] >= 5.0 for _ in range(2_000)) == pytest.approx(200, abs=45)
    pausing = Pace(tokens_per_s=100.0, pauses=0.1).gaps_s(2_001, draws)
    assert sum(gap_s > 0.1 for gap_s in pausing) == pytest.approx(200, abs=45)


def test_the_same_seed_gives_the_same_times_and_none_is_without_end() -> None:
    pace = Pace(first_s=3_000.0, first_spread=3.0, tokens_per_s=10.0)
    assert pace.gaps_s(9, random.Random(2)) == pace.gaps_s(9, random.Random(2))
    assert all(pace.gaps_s(1, random.Random(seed))[0] <= LONGEST_S for seed in range(50))
    assert total_s([LONGEST_S, 1.0]) == LONGEST_S
    assert pace.gaps_s(0, random.Random(1)) == []


def test_a_pace_is_read() -> None:
    assert read_pace(None, PROFILES) is OFF
    assert read_pace("quick/2026", PROFILES) == PROFILES["quick/2026"]
    assert read_pace({"profile": "quick/2026", "tokens_per_s": 20}, PROFILES).tokens_per_s == 20
    assert read_pace({"first_s": 2}, PROFILES) == Pace(first_s=2)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("quick", "pace: no profile quick; did you mean quick/2026"),
        ({"profile": "zzz"}, "pace.profile: no profile zzz; there are quick/2026"),
        ({"profile": []}, r"pace.profile: no profile \[\]"),
        (7, "pace: a profile's name or a mapping"),
        ({"first": 1}, "pace.first: no such figure; did you mean first_s"),
        ({"first_s": -1}, "pace.first_s: a number from 0 to 3600"),
        ({"stalls": True}, "pace.stalls: a number from 0 to 1"),
        ({"tokens_per_s": float("nan")}, "pace.tokens_per_s: a number"),
    ],
)
def test_a_pace_that_cannot_be_is_refused_with_its_place(value: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        read_pace(value, PROFILES)
