"""When each process was gone that was told to stop, and whether by itself."""

from dataclasses import dataclass

from brownout_harness.judging.endings import Ending
from brownout_harness.real.stops import Stops


@dataclass
class Process:
    exit_code: int | None = None
    grace_s: float = 3.0

    @property
    def alive(self) -> bool:
        return self.exit_code is None


def test_one_that_ends_is_noted_at_the_next_look_and_once() -> None:
    stops, process = Stops(), Process()
    stops.begin("gateway", process, 10.0)
    stops.look(10.5)
    assert stops.endings == (Ending("gateway", 10.0, 3.0),)
    process.exit_code = 0
    stops.look(11.0)
    stops.look(12.0)
    assert stops.endings == (Ending("gateway", 10.0, 3.0, 11.0),)


def test_one_that_had_to_be_killed_did_not_end_by_itself() -> None:
    stops, killed, ended = Stops(), Process(137), Process(143)
    stops.begin("gateway.0", killed, 10.0)
    stops.begin("gateway.1", ended, 10.0)
    stops.look(15.1)
    assert [(each.process, each.was_killed) for each in stops.endings] == [("gateway.0", True), ("gateway.1", False)]


def test_two_stops_of_one_process_are_two() -> None:
    stops = Stops()
    for at_s in (10.0, 20.0):
        stops.begin("gateway", Process(0), at_s)
        stops.look(at_s + 1)
    assert [(each.asked_s, each.ended_s) for each in stops.endings] == [(10.0, 11.0), (20.0, 21.0)]
