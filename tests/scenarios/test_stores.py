"""The store as a process, as records."""

import pytest

from brownout_scenarios.moments import Moment
from brownout_scenarios.phases import Action
from brownout_scenarios.stores import STORE, Restore

RESTORE = Action(restore=Restore(store=None, from_s=15.0))
COMMITTED = Moment(vendor="stripe", moment="committed")


def test_what_is_restored_is_the_store_and_is_told_in_words() -> None:
    assert (RESTORE.process, RESTORE.verb, RESTORE.text) == (STORE, "restore", "restore store from 15 s before")
    assert Action(empty="store").text == "empty store"
    with pytest.raises(ValueError, match="from: must be longer than 0s"):
        Restore(store=None, from_s=0.0)


def test_a_store_can_be_emptied_on_a_moment_and_not_be_put_back_on_one() -> None:
    assert Action(empty="store", on=COMMITTED).process == STORE
    with pytest.raises(ValueError, match="on: nobody knows beforehand when to take what is restored: say `at`"):
        Action(restore=RESTORE.restore, on=COMMITTED)
    with pytest.raises(ValueError, match="for: goes with what takes something away"):
        Action(empty="store", for_s=1.0)
