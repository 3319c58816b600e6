"""What is around the target's processes, and can be taken from them: a disk, the time of day, a processor."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from brownout_harness.faults.wall import MovedWall
from brownout_harness.judging.evidence import Gap
from brownout_harness.real.false_time import FalseTime, is_of_target
from brownout_harness.real.letters_disk import LettersDisk
from brownout_harness.real.processes import Processes
from brownout_harness.real.starving import Starving
from brownout_scenarios.phases import Action
from brownout_scenarios.schema import Scenario
from brownout_scenarios.stores import STORE


class Around:
    """Of one run."""

    def __init__(
        self, scenario: Scenario, processes: Processes, *, scratch: Path, environment: Mapping[str, str]
    ) -> None:
        self.disk = LettersDisk(scenario, processes, scratch=scratch, environment=environment)
        self._time = FalseTime(scenario, scratch)
        self._starving = Starving(processes)

    def under(self, command: Sequence[str]) -> Sequence[str]:
        """The command of a process of the target's."""
        return self.disk.under(command)

    def within(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """Its environment."""
        return self._time.within(environment)

    def takes(self, action: Action) -> bool:
        """Whether it is done to something of this."""
        return action.disk is not None or is_of_target(action) or bool(action.starve or action.feed)

    def act(
        self,
        action: Action,
        meant: Sequence[str],
        pids: Mapping[str, int],
        wall: MovedWall,
        note: Callable[[str], None],
    ) -> list[Gap]:
        """Do it; the gaps where it is not as asked. `meant` are the names of the processes that it is done to, `pids`
        all that run, `wall` what the target's clock shows; `note` takes what a reader should know of it."""
        if action.disk is not None:
            return self.disk.act(action, wall.now_s)
        if is_of_target(action):
            return list(self._time.advance(wall, action, {name: pids[name] for name in pids if name != STORE}))
        return self._starving.act(action, {name: pids[name] for name in meant if name in pids}, wall.now_s, note)

    def look(self) -> None:
        """Once a turn."""
        self.disk.look()
