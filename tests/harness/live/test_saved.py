"""What was tried out by hand is saved as a scenario: the same rules, in the same windows."""

from collections import defaultdict
from collections.abc import Sequence

import pytest

from brownout_harness.live.reach import Book
from brownout_harness.live.saved import STEADY_S, scenario_of, tried
from brownout_harness.problems import BadInput
from brownout_harness.virtual.runner import run_virtual
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.rows import LedgerRow
from brownout_scenarios.load import load_text
from brownout_scenarios.schema import Scenario
from tests.harness.live.exploring import Explorer


def saved(books: Sequence[Book]) -> Scenario:
    return load_text(scenario_of("tried-out", tried(books), 7), vocabulary())


def windows(scenario: Scenario) -> list[tuple[str, str, float, float]]:
    """Vendor, text, from, until, in the run's seconds from the first of them."""
    rules = scenario.fault_rules()
    first_s = min(rule.start_s for rule in rules)
    return [
        (rule.vendor, rule.text, round(rule.start_s - first_s, 3), round(rule.end_s - first_s, 3)) for rule in rules
    ]


def test_faults_are_at_the_instants_at_which_they_were_in_force_counted_from_the_first() -> None:
    by_hand = Explorer()
    by_hand.add("stripe", "a", respond={"status": 503}, match="POST /v1/payment_intents")
    by_hand.wait(4.0)
    by_hand.add("twilio", "b", latency="2s", share="50%")
    by_hand.wait(3.5)
    by_hand.clear("stripe", "a")
    by_hand.wait(2.5)
    by_hand.clear("twilio")
    scenario = saved(by_hand.books())
    assert windows(scenario) == [
        ("stripe", "respond status 503 on POST /v1/payment_intents", 0.0, 7.5),
        ("twilio", "latency fixed 2s on 50% of every request", 4.0, 10.0),
    ]
    assert [(phase.name, phase.for_s) for phase in scenario.phases] == [
        ("steady", 20.0),
        ("explored", 10.0),
        ("recovery", 40.0),
    ]


def test_a_calm_between_them_is_a_phase_of_its_own() -> None:
    by_hand = Explorer()
    for _ in range(2):
        by_hand.add("stripe", "a", hang={})
        by_hand.wait(2.0)
        by_hand.clear("stripe")
        by_hand.wait(5.0)
    scenario = saved(by_hand.books())
    assert [(phase.name, phase.for_s) for phase in scenario.phases[1:-1]] == [
        ("explored-1", 2.0),
        ("calm-1", 5.0),
        ("explored-2", 2.0),
    ]
    assert [each[2:] for each in windows(scenario)] == [(0.0, 2.0), (7.0, 9.0)]


def test_one_that_is_still_in_force_ends_when_it_is_saved() -> None:
    by_hand = Explorer()
    by_hand.add("stripe", "a", hang={})
    by_hand.wait(3.0)
    assert windows(saved(by_hand.books())) == [("stripe", "hang on every request", 0.0, 3.0)]


def test_one_that_was_replaced_at_once_was_never_there() -> None:
    by_hand = Explorer()
    by_hand.add("stripe", "a", hang={})
    by_hand.add("stripe", "a", latency="2s")
    by_hand.wait(3.0)
    assert [each[1] for each in windows(saved(by_hand.books()))] == ["latency fixed 2s on every request"]


def test_what_a_schedule_brought_is_not_taken_for_tried_out() -> None:
    by_hand = Explorer()
    by_hand.add("stripe", "a", hang={})
    by_hand.wait(3.0)
    simulator = by_hand.of("twilio")
    simulator.schedule([], start_at_s=by_hand.now_s)
    assert [each.vendor for each in tried(by_hand.books())] == ["stripe"]


def test_a_window_that_was_given_by_hand_counts() -> None:
    by_hand = Explorer()
    by_hand.of("stripe").schedule([], start_at_s=by_hand.now_s)
    (book,) = by_hand.books()
    by_hand.add("stripe", "a", hang={})
    by_hand.wait(10.0)
    (book,) = by_hand.books()
    rule = {**book.changes[0].rule, "window": {"start_s": 2.0, "end_s": 5.0}}
    windowed = book._replace(changes=(book.changes[0]._replace(rule=rule),))
    assert [(one.start_s, one.end_s) for one in tried([windowed])] == [(0.0, 3.0)]


@pytest.mark.parametrize("dropped", [0, 3])
def test_where_there_is_nothing_to_save_or_not_all_of_it_that_is_said(dropped: int) -> None:
    book = Book("stripe", 0.0, 9.0, dropped, ())
    with pytest.raises(BadInput, match="forgotten the first" if dropped else "nobody has put a fault in force"):
        tried([book])


@pytest.mark.parametrize("vendor", ["stripe", "vault", "clerk"])
def test_it_asks_the_vendor_that_was_broken_for_something(vendor: str) -> None:
    by_hand = Explorer()
    by_hand.add(vendor, "a", hang={})
    by_hand.wait(3.0)
    operations = [each.name for each in saved(by_hand.books()).workload.operations]
    assert operations == [{"stripe": "pay", "vault": "rotate_secret", "clerk": "join_team"}[vendor]]


@pytest.mark.thorough
def test_the_same_rules_strike_in_the_same_windows_when_it_is_run() -> None:
    by_hand = Explorer()
    by_hand.add("stripe", "slow", latency="300ms", match="POST /v1/payment_intents")
    by_hand.wait(6.0)
    by_hand.add("stripe", "down", respond={"status": 503}, match="POST /v1/payment_intents", share="40%")
    by_hand.wait(5.0)
    by_hand.clear("stripe", "slow")
    by_hand.wait(4.0)
    by_hand.clear("stripe", "down")
    scenario = saved(by_hand.books())
    inputs = run_virtual(scenario)
    struck: dict[str, list[float]] = defaultdict(list)
    for row in inputs.tables.of(LedgerRow):
        for rule in row.faults:
            struck[rule].append(row.at_s - STEADY_S)
    asked = {"explored.0": (0.0, 11.0), "explored.1": (6.0, 15.0)}
    assert struck.keys() == asked.keys()
    for rule, (start_s, end_s) in asked.items():
        assert all(start_s <= at_s < end_s for at_s in struck[rule])
        assert len(struck[rule]) == inputs.fault_counts[rule].struck >= 3
        assert inputs.fault_counts[rule].matched > 0
