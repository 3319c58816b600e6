"""Takes processor time from processes of the target, by a program of its own that stops them again and again.

It ends with the harness, and so do they. How long they really stood still it tells in the end: much less or much more
than was asked for, and it was another experiment.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from brownout_harness.faults.starving import pulse_of
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.real import starver
from brownout_harness.real.processes import Child, Processes, json_lines
from brownout_scenarios.phases import Action

OFF: Final = 0.1
"""By how much the share of time may miss what was asked for."""
ENDS_WITHIN_S: Final = 5.0


class Hungry(NamedTuple):
    """Processes that are starved."""

    pids: Mapping[str, int]
    """By name."""
    starver: Child
    taken: float


class Starving:
    """Of one run."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._hungry: dict[str, Hungry] = {}

    def act(self, action: Action, pids: Mapping[str, int], now_s: float, note: Callable[[str], None]) -> list[Gap]:
        """Starve these, or have them fed; the gap where it was not as asked. `note` is told how it was then."""
        if action.starve is None:
            return list(self._end(str(action.feed), pids, now_s, note))
        still_s, running_s = pulse_of(action)
        program = [sys.executable, "-I", "-S", str(Path(starver.__file__)), f"{still_s:.6f}", f"{running_s:.6f}"]
        child = self._processes.start(f"starver-of-{action.starve}", [*program, *map(str, pids.values())], {})
        self._hungry[action.starve] = Hungry(dict(pids), child, still_s / (still_s + running_s))
        return []

    def _end(self, name: str, pids: Mapping[str, int], now_s: float, note: Callable[[str], None]) -> Iterator[Gap]:
        hungry = self._hungry.pop(name)
        hungry.starver.ask_to_end()
        hungry.starver.wait(ENDS_WITHIN_S)
        for pid in hungry.pids.values():
            with suppress(ProcessLookupError):  # also where nobody is left who would let it go on
                os.killpg(pid, signal.SIGCONT)
        told = json_lines(hungry.starver.output)[0]
        if not told:
            yield Gap(GapKind.NOT_STAGED, f"who was to starve {name} ended: {hungry.starver.last_words()}", now_s)
            return
        stood_s, took_s = told[-1]["stood_s"], told[-1]["took_s"]
        how = f"{name} stood still for {stood_s:.1f} of {took_s:.1f} s, in {told[-1]['pulses']} pulses"
        note(how)
        if abs(stood_s / took_s - hungry.taken) > OFF:
            yield Gap(GapKind.NOT_STAGED, f"{how}: {hungry.taken:.0%} were to be taken", now_s)
        if dict(pids) != hungry.pids:
            yield Gap(GapKind.NOT_STAGED, f"{name} was another process in the end than when it was starved", now_s)
