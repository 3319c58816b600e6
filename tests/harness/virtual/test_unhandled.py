"""An error that nobody handled is the target's defect, or a gap of the run."""

from contextvars import copy_context

from brownout_core.telemetry import Event, Kind
from brownout_harness.judging.evidence import Gap
from brownout_harness.virtual.frozen import PROCESS
from brownout_harness.virtual.life import Killed
from brownout_harness.virtual.unhandled import unhandled


def test_an_error_of_the_run_is_a_gap_that_names_it() -> None:
    told = unhandled({"message": "lost <Task at 0x7f>", "exception": ValueError("no")}, 3.0)
    assert isinstance(told, Gap)
    assert told.detail == "nobody handled an error: lost <Task>: ValueError('no')"


def test_an_error_of_the_target_is_its_defect() -> None:
    def in_the_target() -> object:
        PROCESS.set(object())
        return unhandled({"message": "ended", "exception": ValueError("no")}, 3.0)

    assert copy_context().run(in_the_target) == Event(3.0, Kind.DEFECT, outcome="ValueError", detail="ended")


def test_being_killed_is_none() -> None:
    assert unhandled({"exception": Killed()}, 3.0) is None
