"""The wall clock of the target's processes, and of no others: moved by libfaketime, where a scenario moves it.

The library stands between a process and its C library, and adds what a file says to each reading of the wall clock; the
file is read again for each, so that the clock jumps at once. The monotonic clock is left alone, and so are the dates of
files: timers keep true time, and what the process tells of itself is stamped like everything else of the run.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from brownout_harness.faults.wall import MovedWall
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_scenarios.phases import Action
from brownout_scenarios.schema import GATEWAY, TARGET, Scenario

LIBRARY: Final = "libfaketimeMT.so.1"
FOLDERS: Final = ("/usr/lib/*/faketime", "/usr/lib/faketime", "/usr/lib64/faketime", "/usr/local/lib/faketime")
FILE: Final = "wall-clock"
ABSENT: Final = "needs libfaketime, which is not on this machine: apt-get install libfaketime"
PROC: Final = Path("/proc")


def is_moved(scenario: Scenario) -> bool:
    """Whether the scenario moves the clock of the target's processes."""
    return any(is_of_target(action) for phase in scenario.phases for action in phase.actions)


def is_of_target(action: Action) -> bool:
    """Whether it is the target's clock, and no vendor's."""
    return action.clock in (GATEWAY, TARGET)


def library() -> Path | None:
    """Where it is; None: not on this machine."""
    found = (path for folder in FOLDERS for path in Path("/").glob(f"{folder[1:]}/{LIBRARY}"))
    return next(found, None)


class FalseTime:
    """Of one run. Where the scenario moves no such clock, it does nothing."""

    def __init__(self, scenario: Scenario, scratch: Path, *, proc: Path = PROC) -> None:
        self._file = (scratch / FILE).absolute()
        self._library = library() if is_moved(scenario) else None
        self._ahead_s = 0.0
        self._proc = proc
        self._write()

    def within(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """The environment of a process whose clock it is to be."""
        if self._library is None:
            return environment
        others = environment.get("LD_PRELOAD", "")
        return {
            **environment,
            "LD_PRELOAD": f"{self._library} {others}".strip(),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def advance(self, wall: MovedWall, action: Action, pids: Mapping[str, int]) -> Iterator[Gap]:
        """Move it ahead, for good; `wall` is told. A process that does not read it so is a gap: a program that needs no
        C library, such as one that Go made."""
        wall.advance(action.ahead_s or 0.0)
        self._ahead_s = wall.ahead_s
        self._write()
        for name, pid in pids.items():
            if not self._is_loaded(pid):
                why = f"the clock of {name} was to be moved, and it reads the machine's own: it loads no {LIBRARY}"
                yield Gap(GapKind.NOT_STAGED, why, wall.now_s)

    def _write(self) -> None:
        if self._library is not None:
            new = self._file.with_suffix(".new")
            new.write_text(f"{self._ahead_s:+.6f}\n", encoding="ascii")
            new.replace(self._file)  # nobody reads half of it

    def _is_loaded(self, pid: int) -> bool:
        try:
            return LIBRARY in (self._proc / str(pid) / "maps").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
