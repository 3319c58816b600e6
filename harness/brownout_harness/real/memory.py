"""What processes hold, with all that they have started: memory and open descriptors, read from /proc once a second."""

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
    """The expectations about memory and descriptors, where there is no process whose they are."""
    for number, each in enumerate(scenario.expect):
        if _wants(each):
            yield ("expect", number), f"{each.name} looks at processes of the target's: {why}"


def _wants(each: Expected) -> bool:
    return bool(getattr(each.check, "NEEDS_MEMORY", False))


class MemoryWatch:
    """Of one run. Looks only where somebody wants to know."""

    def __init__(self, *, is_wanted: bool, are_all_wanted: bool = False, proc: Path = PROC) -> None:
        """`are_all_wanted`: the harness's own processes, too."""
        self._is_wanted = is_wanted or are_all_wanted
        self._are_all_wanted = are_all_wanted
        self._proc = proc
        self._page = os.sysconf("SC_PAGE_SIZE")
        self._next_s = 0.0
        self._samples: list[MemorySample] = []
        self._beside: list[MemorySample] = []

    def look(self, now_s: float, pids: Mapping[str, int], own: Mapping[str, int] | None = None) -> None:
        """A sample of each of the target's `pids`, and of the harness's `own`, if it is time; of one that is gone
        none."""
        if not self._is_wanted or now_s < self._next_s:
            return
        self._next_s = now_s + LOOK_EVERY_S
        self._samples += self._seen(now_s, pids)
        if self._are_all_wanted:
            self._beside += self._seen(now_s, own or {})

    @property
    def samples(self) -> tuple[MemorySample, ...]:
        """Of the target's processes, in the order of their instants."""
        return tuple(self._samples)

    @property
    def beside(self) -> tuple[MemorySample, ...]:
        """Of the harness's own."""
        return tuple(self._beside)

    def _seen(self, now_s: float, pids: Mapping[str, int]) -> Iterator[MemorySample]:
        for name, pid in pids.items():
            family = list(self._family(pid))
            if held := self._resident(family):
                yield MemorySample(now_s, name, pid, held, self._open(family))

    def _resident(self, family: Iterable[int]) -> int:
        return sum(self._page * int(text.split()[RESIDENT]) for text in self._texts(family, "statm"))

    def _open(self, family: Iterable[int]) -> int | None:
        """None where nobody may look: what another user's process has open is its own business."""
        found = None
        for pid in family:
            try:
                found = (found or 0) + sum(1 for _ in (self._proc / str(pid) / "fd").iterdir())
            except OSError:
                continue
        return found

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
