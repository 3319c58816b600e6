"""Several groups of users: one of them is the workload as it always was, and an operation is described once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.groups import differs, workload_of
from brownout_scenarios.load import load_text
from brownout_scenarios.schema import Scenario
from brownout_scenarios.workload import Arrivals, AskAgain, Exponential, Group, Operation, Rising, Workload
from tests.support.examples import examples
from tests.support.toy_vocabulary import SCENARIO, vocabulary

ONE = """\
workload:
  arrivals: {rate: 40/s}
  operations: [{name: pay, weight: 3}, {name: notify}]
"""
TWO = """\
workload:
  - {name: shoppers, arrivals: {rate: 40/s}, operations: [{name: pay, weight: 3}, {name: notify}]}
  - name: testers
    arrivals: {rate: 1/s}
    rates: {brownout: {from: 0/s, to: 60/s}, recovery: 0/s}
    operations: [{name: pay, params: {amount: 100}}]
    ask_again: {on: [refused]}
"""


def read(workload: str, text: str = SCENARIO) -> Scenario:
    assert ONE in text
    return load_text(text.replace(ONE, workload), vocabulary(), file="s.yaml")


def told(workload: str, text: str = SCENARIO) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read(workload, text)
    return [line.partition(": ")[2] for line in caught.value.lines]


def listed(one: str) -> str:
    """A workload that was written as a mapping, as a list of one."""
    _, *lines = one.splitlines()
    return "\n".join(["workload:", f"  - {lines[0].strip()}", *(f"  {line}" for line in lines[1:])]) + "\n"


@examples(40)
@given(
    rate=st.integers(1, 500),
    within_s=st.integers(1, 600),
    again=st.sampled_from(["", "  ask_again: {after: 2s, times: 2, on: [unknown, refused]}\n", "  ask_again: {}\n"]),
    weight=st.integers(1, 9),
)
def test_a_list_of_one_group_is_the_workload_that_it_was(rate: int, within_s: int, again: str, weight: int) -> None:
    one = f"workload:\n  arrivals: {{rate: {rate}/s}}\n"
    one += f"  operations: [{{name: pay, weight: {weight}}}, {{name: notify}}]\n"
    one += f"  answer_within: {within_s}s\n{again}"
    assert read(listed(one)).workload == read(one).workload


def test_of_several_groups_each_has_its_own_and_together_they_ask_for_all() -> None:
    load = read(TWO).workload
    shoppers, testers = load.groups
    assert [each.name for each in load.operations] == ["pay", "notify"]
    assert (shoppers.name, shoppers.ask_again, shoppers.rate_in("brownout")) == ("shoppers", None, 40.0)
    assert testers.ask_again == AskAgain(on=("refused",))
    assert testers.rate_in("brownout") == Rising(from_per_s=0.0, to_per_s=60.0)
    assert (testers.rate_in("steady"), testers.rate_in("recovery")) == (1.0, 0.0)
    assert testers.operations == (Operation(name="pay", params={"amount": 100}),)


def test_a_single_group_is_its_own_only_one() -> None:
    assert read(ONE).workload.groups == (read(ONE).workload,)


def test_what_one_group_says_of_an_operation_holds_for_those_who_only_name_it() -> None:
    first = Operation(name="buy", path="/buy", leaves=("stripe.charge",), weight=2.0)
    groups = [
        Group(name=name, arrivals=Arrivals(rate_per_s=1.0), operations=(operation,))
        for name, operation in {"a": first, "b": Operation(name="buy", weight=3.0, params={"amount": 5})}.items()
    ]
    load = workload_of(groups)
    assert isinstance(load, Workload)
    (again,) = load.groups[1].operations
    assert (again.path, again.leaves, again.weight, again.params) == ("/buy", ("stripe.charge",), 3.0, {"amount": 5})
    assert differs(again, first) == ""
    assert differs(Operation(name="buy", path="/else"), first) == "path"


def test_nobody_at_all_is_no_workload() -> None:
    assert told("workload: []\n") == ["workload: is empty: name at least one group of users"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: testers", "name: shoppers", "workload[1].name: 'shoppers' is used twice"),
        ("name: testers\n    arrivals", "arrivals", "workload[1].name: '' is no name: lower case"),
        (
            "name: testers",
            "name: testers\n    tenant: acme",
            "workload[1].tenant: the gateway knows no tenants: name a target of your own, or leave it out",
        ),
        ("brownout: {", "brwnout: {", "workload[1].rates.brwnout: no phase named 'brwnout' (did you mean brownout?)"),
        ("recovery: 0/s", "recovery: 10001/s", "workload[1].rates.recovery: 10001/s is outside 0/s to 10000/s"),
        ("rate: 1/s", "rate: 0/s", "workload[1].arrivals.rate: 0/s is outside above 0/s to 10000/s"),
        ("on: [refused]", "on: []", "workload[1].ask_again.on: is empty: name unknown, refused or both, or leave"),
        (
            "{amount: 100}}",
            "{amount: 100}, leaves: [stripe.charge]}",
            "workload[1].operations[0].leaves: another group says something else of pay: leave it out",
        ),
        ("operations: [{name: pay, params", "operatons: [{name: pay, params", "workload[1].operatons: unknown key"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_group_is_told_at_its_place(old: str, new: str, said: str) -> None:
    assert old in TWO
    (line,) = told(TWO.replace(old, new))
    assert line.startswith(said)


def test_a_phases_own_rate_is_for_a_single_group() -> None:
    text = SCENARIO.replace("{name: steady, for: 20s}", "{name: steady, for: 20s, rate: 5/s}")
    assert told(TWO, text) == [
        "phases[0].rate: whose? There are several groups: write `rates: {steady: 50/s}` under one of them"
    ]
    twice = ONE + "  rates: {steady: 6/s}\n"
    assert told(twice, text) == ["phases[0].rate: is said twice: the workload's rates name this phase, too"]


def test_all_groups_together_have_a_most() -> None:
    many = TWO.replace("rate: 40/s", "rate: 9000/s").replace("rate: 1/s", "rate: 9999/s")
    text = SCENARIO.replace("for: 20s", "for: 200s")
    (line,) = told(many, text)
    assert line.startswith("workload[0].arrivals.rate: makes ")
    assert line.endswith(" arrivals in all; at most 2000000")


@pytest.mark.parametrize(
    ("workload", "demand", "said"),
    [
        (TWO, "group: tester", "expect[0].exactly_once.group: no group named 'tester' (did you mean testers?)"),
        (
            TWO,
            "group: testers, operation: notify",
            "expect[0].exactly_once.operation: testers does not ask for",
        ),
        (
            ONE,
            "group: testers",
            "expect[0].exactly_once.group: no group named 'testers': the workload",
        ),
    ],
)
def test_an_expectation_names_a_group_that_there_is(workload: str, demand: str, said: str) -> None:
    (line,) = told(workload, SCENARIO.replace("{effect: stripe.charge}", f"{{effect: stripe.charge, {demand}}}"))
    assert line.startswith(said)


def test_what_is_not_sound_of_a_group_hides_nothing_else() -> None:
    """And brings up nothing that only follows from it."""
    text = SCENARIO.replace("{effect: stripe.charge}", "{effect: stripe.charge, group: testers}")
    assert told(TWO.replace("name: testers", "nmae: testers").replace("rate: 40/s", "rate: 40"), text) == [
        "workload[0].arrivals.rate: 40 has no unit: write 40/s or 40/m",
        "workload[1].nmae: unknown key (did you mean name?)",
    ]


CLOSED = """\
workload:
  - {name: shoppers, users: 20, think: 1s, operations: [{name: pay, weight: 3}, {name: notify}]}
  - {name: staff, users: 2, think: {exponential: 500ms}, operations: [{name: notify}]}
"""


def test_a_closed_group_has_users_who_think() -> None:
    shoppers, staff = read(CLOSED).workload.groups
    assert (shoppers.is_closed, shoppers.users, shoppers.mean_think_s) == (True, 20, 1.0)
    assert (staff.think_s, staff.mean_think_s) == (Exponential(exponential_s=0.5), 0.5)
    assert not any(group.is_closed for group in read(TWO).workload.groups)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("users: 20, think: 1s", "users: 20", "workload[0].think: is missing: write how long a user thinks"),
        ("users: 20, think: 1s", "think: 1s", "workload[0].users: 0 is outside 1 to 10000"),
        ("users: 20", "users: 0", "workload[0].users: 0 is outside 1 to 10000"),
        ("think: 1s", "think: 1", "workload[0].think: 1 has no unit: write 1s or 1ms"),
        ("think: 1s", "think: 0s", "workload[0].think: 0s is outside 10ms to 1h"),
        (
            "think: 1s",
            "think: {exponental: 1s}",
            "workload[0].think.exponental: unknown key (did you mean exponential",
        ),
        ("users: 20, think: 1s, ", "", "workload[0].arrivals: is missing: write {rate: 40/s}; or users: 20 and think"),
        ("think: 1s", "think: 1s, arrivals: {rate: 1/s}", "workload[0].arrivals: goes with arrivals, not with users"),
        ("think: 1s", "think: 1s, rates: {steady: 1/s}", "workload[0].rates: goes with arrivals, not with users"),
        ("users: 20, think: 1s", "users: 9000, think: 100ms", "workload[0].think: makes 9000400 arrivals in all"),
    ],
)
def test_what_is_wrong_with_a_closed_group_is_told_at_its_place(old: str, new: str, said: str) -> None:
    assert old in CLOSED
    (line,) = told(CLOSED.replace(old, new))
    assert line.startswith(said)


def test_a_phase_has_no_rate_for_users_who_wait() -> None:
    text = SCENARIO.replace("{name: steady, for: 20s}", "{name: steady, for: 20s, rate: 5/s}")
    one = "workload: {users: 3, think: 1s, operations: [{name: pay}, {name: notify}]}\n"
    assert told(one, text) == ["phases[0].rate: replaces the rate of arrivals: users ask when they have thought"]
