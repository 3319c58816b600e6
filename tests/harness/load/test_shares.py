"""All shares together are the plan, and nothing is in two of them."""

from collections import Counter
from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.load.plan import Asking, Planned, numbered
from brownout_harness.load.shares import asking_for_share, asking_through, shares
from tests.support.examples import examples

INSTANTS = st.floats(0, 60, allow_nan=False)
ASKED = st.lists(st.tuples(INSTANTS, st.sampled_from(["", "shoppers"]), st.sampled_from(["", "u1", "u2", "u3"])))


def plan(asked: list[tuple[float, str, str]]) -> list[Planned]:
    made = (
        Planned(at_s, f"op-{n:03}", "pay", "POST", "/pay", {}, "{}", group, user=user and f"{group}-{user}")
        for n, (at_s, group, user) in enumerate(asked)
    )
    return numbered(made)


@given(ASKED, st.integers(1, 5))
@examples(100)
def test_the_union_is_the_plan_of_one_worker_and_each_share_keeps_its_order(
    asked: list[tuple[float, str, str]], workers: int
) -> None:
    whole = plan(asked)
    dealt = shares(whole, workers)
    assert len(dealt) == workers
    assert Counter(each.operation_id for each in chain(*dealt)) == Counter(each.operation_id for each in whole)
    assert sorted(chain(*dealt), key=whole.index) == whole
    assert all([each for each in whole if each in share] == share for share in dealt)


@given(ASKED, st.integers(2, 5))
@examples(50)
def test_a_user_who_waits_is_one_workers_and_shares_are_even(asked: list[tuple[float, str, str]], workers: int) -> None:
    dealt = shares(plan(asked), workers)
    users = [{each.user for each in share if each.user} for share in dealt]
    assert sum(map(len, users)) == len(set().union(*users))
    for group in ("", "shoppers"):
        own = [[each for each in share if each.group == group] for share in dealt]
        sizes = [sum(not each.user for each in part) + len({each.user for each in part if each.user}) for part in own]
        assert max(sizes) - min(sizes) <= 1


def test_arrivals_are_dealt_in_turn_and_keep_the_number_that_they_have_in_the_whole() -> None:
    one, two = shares(plan([(n / 10, "", "") for n in range(5)]), 2)
    assert [each.number for each in one] == [0, 2, 4]
    assert [each.number for each in two] == [1, 3]


def test_a_users_turns_count_on_from_his_own_number() -> None:
    whole = plan([(1.0, "", "u1"), (2.0, "", "u2"), (3.0, "", "u1"), (4.0, "", ""), (5.0, "", "u2")])
    assert [(each.user, each.number) for each in whole] == [("-u1", 0), ("-u2", 1), ("-u1", 1), ("", 0), ("-u2", 2)]


@pytest.mark.parametrize(("workers", "limit", "own"), [(1, 100, 100), (2, 101, 50), (4, 3, 1)])
def test_the_bound_on_operations_in_flight_is_divided_too(workers: int, limit: int, own: int) -> None:
    asking = Asking(
        urls={"": "http://127.0.0.1:1"}, in_flight_limit=limit, groups={"shoppers": {"in_flight_limit": 40}}
    )
    told = asking_for_share(asking, workers)
    assert told.in_flight_limit == own
    assert told.groups["shoppers"]["in_flight_limit"] == 40 // workers
    assert replace(told, in_flight_limit=limit, groups=asking.groups) == asking


def test_who_is_on_another_machine_asks_through_relays_and_names_the_host_that_is_behind_them() -> None:
    one, two = "http://127.0.0.1:81", "http://127.0.0.1:82"
    asking = Asking(urls={"a": one, "b": two}, groups={"staff": {"urls": {"": two}}, "shoppers": {}})
    through = asking_through(asking, {one: "http://10.0.0.5:91", two: "http://10.0.0.5:92"})
    assert through.urls == {"a": "http://10.0.0.5:91", "b": "http://10.0.0.5:92"}
    assert through.groups == {"staff": {"urls": {"": "http://10.0.0.5:92"}}, "shoppers": {}}
    assert through.hosts == {"http://10.0.0.5:91": "127.0.0.1:81", "http://10.0.0.5:92": "127.0.0.1:82"}
