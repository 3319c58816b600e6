"""Users who wait for their answers: what they ask for follows from the seed, and when from the answers."""

from dataclasses import replace
from statistics import fmean

import pytest

from brownout_harness.asked.users import Turn, users_of
from brownout_scenarios.groups import workload_of
from brownout_scenarios.phases import Phase
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Arrivals, Exponential, Group, Operation


def scenario(*groups: Group, seed: int = 7, for_s: float = 60.0) -> Scenario:
    return Scenario(
        name="s",
        about="a",
        seed=seed,
        workload=workload_of(groups),
        phases=(Phase(name="steady", for_s=for_s),),
        expect=(),
    )


def closed(name: str = "", users: int = 3, think_s: float | Exponential = 2.0) -> Group:
    return Group(name=name, users=users, think_s=think_s, operations=(Operation(name="pay"), Operation(name="notify")))


OPEN = Group(name="open", arrivals=Arrivals(rate_per_s=5.0), operations=(Operation(name="pay"),))


def turns(made: Scenario) -> list[list[Turn]]:
    return [list(user) for user in users_of(made)]


def test_each_user_has_turns_of_his_own_from_the_seed() -> None:
    made = scenario(closed())
    users = turns(made)
    assert (len(users), users) == (3, turns(made))
    assert users != turns(replace(made, seed=8))
    assert len({turn.arrival.operation_id for user in users for turn in user}) == sum(map(len, users))
    assert users[1][3].arrival.operation_id.split("-")[1:3] == ["u2", "000004"]
    assert {turn.arrival.name for turn in users[0]} == {"pay", "notify"}


def test_nobody_has_more_turns_than_if_every_answer_came_at_once() -> None:
    """A thought apart, from somewhere within the first one to the end of the load."""
    for user in turns(scenario(closed())):
        instants = [turn.arrival.at_s for turn in user]
        assert 0.0 <= instants[0] < 2.0
        assert instants == pytest.approx([instants[0] + 2.0 * number for number in range(len(user))])
        assert 58.0 <= instants[-1] < 60.0


def test_thoughts_without_a_memory_have_their_mean_and_no_two_are_the_same() -> None:
    (user,) = turns(scenario(closed(users=1, think_s=Exponential(exponential_s=0.5)), for_s=2000.0))
    thoughts = [turn.think_s for turn in user]
    assert fmean(thoughts) == pytest.approx(0.5, abs=0.05)
    assert len(set(thoughts)) == len(thoughts)


def test_one_group_more_changes_nobody_elses_turns_and_open_groups_have_none() -> None:
    alone = turns(scenario(closed("a"), OPEN))
    more = turns(scenario(closed("b", users=1), OPEN, closed("a")))
    assert more[1:] == alone
    assert {turn.user for turn in more[0]} == {"b-u1"}
    assert turns(scenario(OPEN)) == []
