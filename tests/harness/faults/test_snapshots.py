"""What the store held before: taken when the scenario will want it, and found again by its instant."""

import dataclasses
from functools import partial

from brownout_harness.faults.snapshots import Snapshots
from brownout_scenarios.load import load_text
from brownout_scenarios.phases import Action
from brownout_scenarios.schema import Scenario
from brownout_scenarios.stores import Restore
from tests.support.toy_vocabulary import SCENARIO, vocabulary


def restoring(*moments: tuple[float, float]) -> Scenario:
    """The toy scenario; in its first phase the store is put back, at these instants, to so long before."""
    whole = load_text(SCENARIO, vocabulary())
    actions = tuple(Action(at_s=at_s, restore=Restore(store=None, from_s=from_s)) for at_s, from_s in moments)
    first, *others = whole.phases
    return dataclasses.replace(whole, phases=(dataclasses.replace(first, actions=actions), *others))


def test_only_what_is_wanted_is_copied_and_only_when() -> None:
    snapshots = Snapshots[str](restoring((15.0, 10.0), (12.0, 3.0)))
    assert snapshots.due == [5.0, 9.0]
    for now_s in (4.9, 5.0, 6.0, 9.02):
        snapshots.take(now_s, partial("as of {:g} s".format, now_s))
    assert snapshots.as_of(9.0) == "as of 9.02 s"
    assert snapshots.as_of(5.0) == "as of 5 s"
    assert snapshots.as_of(5.6) is None
    assert snapshots.due == []


def test_what_could_not_be_copied_is_not_known() -> None:
    snapshots = Snapshots[str](restoring((15.0, 10.0)))
    snapshots.take(5.0, lambda: None)
    assert snapshots.as_of(5.0) is None
    assert Snapshots[str](restoring()).as_of(0.0) is None
