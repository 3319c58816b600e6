"""How much memory the target's processes hold, with all that they have started: read from /proc once a second."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from brownout_harness.judging.memory import MemorySample
from brownout_scenarios.schema import Expected, Scenario
from brownout_scenarios.yaml_tree import Path as Place

LOOK_EVERY_S: Final = 1.0
PROC: Final = Path("/proc")
RESIDENT: Final = 1
"""Its place among the numbers in `statm`, which are pages."""


def is_wanted(scenario: Scenario) -> bool:
    """Whether an expectation is about it."""
    return any(_wants(each) for each in scenario.expect)


def without_processes(scenario: Scenario, why: str) -> Iterator[tuple[Place, str]]:
    """The expectations about memory, where there is no process whose memory that is."""
    for number, each in enumerate(scenario.expect):
        if _wants(each):
            yield ("expect", number), f"{each.name} looks at processes of the target's: {why}"


def _wants(each: Expected) -> bool:
    return bool(getattr(each.check, "NEEDS_MEMORY", False))


class MemoryWatch:
    """Of one run. Looks only where somebody wants to know."""

    def __init__(self, *, is_wanted: bool, proc: Path = PROC) -> None:
        self._is_wanted = is_wanted
        self._proc = proc
        self._page = os.sysconf("SC_PAGE_SIZE")
        self._next_s = 0.0
        self._samples: list[MemorySample] = []

    def look(self, now_s: float, pids: Mapping[str, int]) -> None:
        """A sample of each of these, if it is time; of one that is gone none."""
        if not self._is_wanted or now_s < self._next_s:
            return
        self._next_s = now_s + LOOK_EVERY_S
        for name, pid in pids.items():
            if held := self._resident(pid):
                self._samples.append(MemorySample(now_s, name, pid, held))

    @property
    def samples(self) -> tuple[MemorySample, ...]:
        """In the order of their instants."""
        return tuple(self._samples)

    def _resident(self, pid: int) -> int:
        return sum(self._page * int(text.split()[RESIDENT]) for text in self._texts(self._family(pid), "statm"))

    def _family(self, pid: int) -> Iterator[int]:
        """It, and all that it has started, as far as they live."""
        yield pid
        try:
            tasks = list((self._proc / str(pid) / "task").iterdir())
        except OSError:
            return
        for task in tasks:
            for text in self._texts([f"{pid}/task/{task.name}"], "children"):
                for child in text.split():
                    yield from self._family(int(child))

    def _texts(self, whose: Iterable[int | str], name: str) -> Iterator[str]:
        """A file of each; of one that has ended meanwhile nothing."""
        for each in whose:
            try:
                yield (self._proc / str(each) / name).read_text(encoding="ascii")
            except OSError:
                continue
