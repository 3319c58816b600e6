"""The disk under the gateway's dead letters: a small one of its own, where a scenario fills it.

It is a tmpfs that only the gateway sees: mounted in a namespace, which a process of the harness's own holds open and
the gateway enters when it is started. So no right of the system's is needed where users may have namespaces, nothing
else on the machine is touched, and it is gone with the last of them, however that ends.
"""

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.problems import NotJudged
from brownout_harness.real.processes import Child, Processes
from brownout_scenarios.phases import Action
from brownout_scenarios.schema import Scenario

NAME: Final = "disk"
FOLDER: Final = "letters"
"""Of the run's scratch folder, on the machine's disk where nothing fills it."""
SIZE: Final = "32m"
FILLER: Final = "filler"
READY: Final = "mounted"
_PROGRAMS: Final = ("unshare", "nsenter", "mount", "sleep")
_OWN: Final = ("unshare", "--user", "--map-root-user", "--mount", "--propagation", "private")
_MOUNTED: Final = f'mount -t tmpfs -o size={SIZE},mode=700 brownout "$0" && echo {READY} && exec sleep 1000000'
_PIECES: Final = (1 << 20, 4096, 1)
"""What is written until there is no room for it: large pieces first."""


def is_filled(scenario: Scenario) -> bool:
    """Whether the scenario ever does."""
    return any(action.disk is not None for phase in scenario.phases for action in phase.actions)


def objection() -> str:
    """Why this machine can have no such disk; empty where it can."""
    if missing := [name for name in _PROGRAMS if shutil.which(name) is None]:
        return f"there is no {missing[0]} here"
    tried = subprocess.run(  # noqa: S603 - our own words
        [*_OWN, "mount", "-t", "tmpfs", "brownout", tempfile.gettempdir()], capture_output=True, text=True, check=False
    )
    said = tried.stderr.strip().splitlines()
    return (said[-1] if said else f"unshare ended with {tried.returncode}") if tried.returncode else ""


class LettersDisk:
    """Of one run. Where the scenario never fills it, it is a folder and nothing else."""

    def __init__(
        self, scenario: Scenario, processes: Processes, *, scratch: Path, environment: Mapping[str, str]
    ) -> None:
        self._folder = (scratch / FOLDER).absolute()
        self._folder.mkdir(exist_ok=True)
        self._is_full = False
        self._holder: Child | None = None
        if is_filled(scenario):
            command = [*_OWN, "sh", "-c", _MOUNTED, str(self._folder)]
            self._holder = processes.start(NAME, command, environment)

    def is_ready(self) -> bool:
        """Whether it can be written to."""
        return self._holder is None or self._holder.has_written(READY)

    @property
    def holder(self) -> Child | None:
        """The process that keeps it; None: it is the machine's own."""
        return self._holder

    def under(self, command: Sequence[str]) -> Sequence[str]:
        """The command of a process that is to see it."""
        if self._holder is None:
            return command
        return ["nsenter", "--target", str(self._holder.pid), "--user", "--preserve-credentials", "--mount", *command]

    def act(self, action: Action, now_s: float) -> list[Gap]:
        """Fill or free it; the gap where that was not to be done."""
        try:
            self._is_full = action.fill is not None
            if self._is_full:
                self._fill()
            else:
                self._filler.unlink()
        except OSError as error:
            return [Gap(GapKind.NOT_STAGED, f"{action.text}: {error.strerror}", now_s)]
        return []

    def look(self) -> None:
        """Once a turn: whatever was taken away on a full one makes room for nobody."""
        if self._is_full:
            self._fill()

    @property
    def _filler(self) -> Path:
        """As the machine sees it."""
        if self._holder is None:
            raise NotJudged("the disk of the dead letters is the machine's own: it cannot be filled")
        return Path(f"/proc/{self._holder.pid}/root{self._folder}") / FILLER

    def _fill(self) -> None:
        file = os.open(self._filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            for size in _PIECES:
                _write_all_of(file, bytes(size))
        finally:
            os.close(file)


def _write_all_of(file: int, piece: bytes) -> None:
    """Again and again, until there is no room for another."""
    while True:
        try:
            os.write(file, piece)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            return
