"""Rules that are on and off in turn: evenly, or for spells that are drawn."""

from itertools import islice
from typing import Any

import pytest

from brownout_simulators.faults import FaultError, Flapping, rule_from_json
from brownout_simulators.faults.distributions import Empirical, Exponential, Uniform
from brownout_simulators.faults.flapping import SHORTEST_S, Spell, Switch
from brownout_simulators.faults.rule import spells_of
from tests.simulators.driving import Driver

FAIL: dict[str, Any] = {"respond": {"status": 503}}
DRAWN: dict[str, Any] = {"up": {"exponential": {"mean_s": 20}}, "down": {"exponential": {"mean_s": 5}}}
LONG: dict[str, Any] = {"start_s": 10.0, "end_s": 40_010.0}


def rule(seed_of: str = "r0", **more: Any) -> Any:
    return rule_from_json({"id": seed_of, "vendor": "till", "window": LONG, "flapping": DRAWN, **FAIL, **more})


def test_what_is_struck_is_what_was_known_beforehand() -> None:
    till = Driver({**FAIL, "window": {"start_s": 10, "end_s": 210}, "flapping": DRAWN}, seed=3)
    known = list(spells_of(till.simulator.plan.standing["r0"].rule, 3))
    assert len(known) > 2
    for at_tenths in range(2_200):
        till.clock.now_s = 100.0 + at_tenths / 10
        wanted = 503 if any(start_s <= at_tenths / 10 < end_s for start_s, end_s in known) else 200
        assert till.send().status == wanted, at_tenths / 10


def test_up_comes_first_and_the_means_are_those_that_were_asked_for() -> None:
    spells = list(spells_of(rule(), 7))
    ups = [start - end for (_, end), (start, _) in zip([(0.0, 10.0), *spells[:-1]], spells, strict=True)]
    downs = [end - start for start, end in spells]
    assert spells[0][0] > 10.0
    # Some 1,600 of each: the mean of so many is off by three of its deviations, 7.5 %, once in 370 times.
    assert sum(ups) / len(ups) == pytest.approx(20.0, rel=0.075)
    assert sum(downs) / len(downs) == pytest.approx(5.0, rel=0.075)
    # Each is drawn by itself: how long it was well says nothing of how long it is down.
    both_short = sum(up < 13.86 and down < 3.466 for up, down in zip(ups, downs, strict=True))
    assert both_short / len(ups) == pytest.approx(0.25, abs=0.035)


def test_the_spells_are_the_seeds_and_the_rules() -> None:
    def first(which: Any, seed: int) -> tuple[tuple[float, float], ...]:
        return tuple(islice(spells_of(which, seed), 5))

    assert first(rule(), 7) == first(rule(), 7)
    assert len({first(rule(), 7), first(rule(), 8), first(rule("r1"), 7)}) == 3


def test_even_ones_are_where_they_were_said_to_be() -> None:
    even = rule(window={"start_s": 10.0, "end_s": 16.0}, flapping={"on_s": 2, "off_s": 1})
    assert list(spells_of(even, 7)) == [(10.0, 12.0), (13.0, 15.0)]
    assert list(spells_of(rule(flapping=None), 7)) == []


def test_the_last_spell_ends_with_the_window() -> None:
    late = rule(window={"start_s": 0.0, "end_s": 5.0}, flapping={"on_s": 4, "off_s": 0.5})
    assert list(spells_of(late, 7)) == [(0.0, 4.0), (4.5, 5.0)]


def test_no_spell_is_so_short_that_time_would_stand_still() -> None:
    nothing = Spell(fixed_s=0.0)
    spells = Flapping(up=nothing, down=nothing).spells(0.0, lambda _number: 0.5)
    assert next(spells) == (SHORTEST_S, 2 * SHORTEST_S)


def test_a_switch_is_asked_at_instants_far_apart() -> None:
    switch = Switch(Flapping(up=Spell(fixed_s=3.0), down=Spell(fixed_s=1.0)), 0.0, lambda _number: 0.5)
    assert [switch.is_on(at_s) for at_s in (0, 2.9, 3.0, 3.9, 4.0, 4_003.5, 4_004.5)] == [
        False, False, True, True, False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "either on and off"),
        ({"on_s": 1.0}, "either on and off"),
        ({"on_s": 1.0, "off_s": 1.0, "up": Spell(fixed_s=1.0)}, "either on and off"),
        ({"up": Spell(fixed_s=1.0)}, "either on and off"),
        ({"on_s": 1.0, "down": Spell(fixed_s=1.0)}, "either on and off"),
        (
            {"up": Spell(empirical=Empirical(file="x.txt")), "down": Spell(fixed_s=1.0)},
            "a spell reads no file: write empirical.values",
        ),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(FaultError, match=why):
        Flapping(**fields)


def test_a_spell_says_what_it_lacks() -> None:
    with pytest.raises(FaultError, match="spell: exactly one of fixed, uniform, normal, lognormal, exponential"):
        Spell(exponential=Exponential(mean_s=1.0), uniform=Uniform(low_s=1.0, high_s=2.0))
