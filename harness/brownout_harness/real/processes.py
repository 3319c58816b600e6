"""Starts processes that cannot outlive the harness, and notices when one of them ends unasked.

Each child runs under a warden (`warden.py`). What a child writes goes to two files in the run folder's `logs/`:
`<name>.out.log` and `<name>.log` (its standard error). Restarting a child appends to the same files.
Used from one thread, except that `Child.alive` and `Child.pid` may be read from any.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from brownout_harness.problems import NotJudged

WARDEN = Path(__file__).with_name("warden.py")
POLL_S = 0.02
GRACE_S = 3.0
KILL_MARGIN_S = 2.0
PAUSE_WITHIN_S = 2.0


class Child:
    """One process and its warden."""

    def __init__(
        self, name: str, warden: "subprocess.Popen[bytes]", *, control: int, pid: int, logs: Path, grace_s: float
    ) -> None:
        self.name = name
        self.grace_s = grace_s
        self.written_before: Mapping[Path, int] = {}
        """How long its two files were already when it was started."""
        self.pid = pid
        """The child's own process id (not the warden's)."""
        self.output = logs / f"{name}.out.log"
        self.errors = logs / f"{name}.log"
        self.asked_to_end = False
        self._warden = warden
        self._control = control

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._warden.poll() is None

    @property
    def exit_code(self) -> int | None:
        """The child's exit code, 128 + signal where one ended it, or None while it runs."""
        return self._warden.poll()

    def ask_to_end(self) -> None:
        """SIGTERM to its process group, SIGKILL after its grace. Returns at once."""
        self._order(b"T")

    def kill(self) -> None:
        """SIGKILL to its process group. Returns at once."""
        self._order(b"K")

    def pause(self) -> bool:
        """SIGSTOP to its process group. Returns when it is stopped; False if it is not after a while."""
        self._write(b"P")
        deadline_s = time.monotonic() + PAUSE_WITHIN_S
        while not (stopped := _is_stopped(self.pid)) and self.alive and time.monotonic() < deadline_s:
            pause(POLL_S)
        return stopped

    def go_on(self) -> None:
        """SIGCONT to its process group. Returns at once."""
        self._write(b"C")

    def wait(self, timeout_s: float) -> bool:
        """Wait until it and everything that it started are gone; False if `timeout_s` was not enough."""
        try:
            self._warden.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        self._close()
        return True

    def last_words(self) -> str:
        """The last line that it wrote on standard error, shortened; empty if none."""
        lines = self.last_lines(1)
        return lines[0].strip()[:200] if lines else ""

    def last_lines(self, count: int) -> tuple[str, ...]:
        """Of what it wrote on standard error."""
        with contextlib.suppress(OSError):
            return tuple(self.errors.read_text(errors="replace").strip().splitlines()[-count:])
        return ()

    def last_said(self, count: int) -> tuple[str, ...]:
        """The last lines that it wrote on standard error, or on standard output where it wrote none there."""
        lines = self.last_lines(count)
        if not lines and self.output.exists():
            lines = tuple(self.output.read_text(errors="replace").strip().splitlines()[-count:])
        return lines

    def has_written(self, text: str) -> bool:
        """Whether that is in what it wrote since it was started: an earlier one of its name wrote to the same files."""
        for path in (self.output, self.errors):
            with contextlib.suppress(OSError), path.open("rb") as file:
                file.seek(self.written_before.get(path, 0))
                if text.encode() in file.read():
                    return True
        return False

    def _order(self, order: bytes) -> None:
        self.asked_to_end = True
        self._write(order)

    def _write(self, order: bytes) -> None:
        if self._control >= 0:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._control, order)

    def _close(self) -> None:
        if self._control >= 0:
            os.close(self._control)
            self._control = -1


class Processes:
    """The children of one run. As a context manager it stops all of them on the way out, whatever the reason."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._children: dict[str, Child] = {}
        self._reported: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_all()

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        cwd: Path | None = None,
        grace_s: float = GRACE_S,
    ) -> Child:
        """Start a process under a warden; `environment` is the whole of it.

        Raises:
            NotJudged: it cannot be executed.
        """
        earlier = self._children.get(name)
        if earlier is not None and earlier.alive:
            raise ValueError(f"{name} already runs")
        files = (self._logs / f"{name}.out.log", self._logs / f"{name}.log")
        written_before = {path: path.stat().st_size for path in files if path.exists()}
        warden, control, said = self._watched(name, [*command], environment, cwd, grace_s)
        child = Child(name, warden, control=control, pid=said.get("pid", 0), logs=self._logs, grace_s=grace_s)
        child.written_before = written_before
        self._children[name] = child
        if "error" in said:
            child.asked_to_end = True
            child.wait(KILL_MARGIN_S)
            raise NotJudged(f"{name} cannot be started: {command[0]}: {said['error']}")
        return child

    def _watched(
        self, name: str, command: list[str], environment: Mapping[str, str], cwd: Path | None, grace_s: float
    ) -> tuple["subprocess.Popen[bytes]", int, dict[str, Any]]:
        """A warden with its child; our end of its control pipe; what it said of the child."""
        control_reading, control = os.pipe()
        reading, status = os.pipe()
        warden_command = [sys.executable, "-I", "-S", str(WARDEN)]
        warden_command += ["--control", str(control_reading), "--status", str(status), "--grace", str(grace_s)]
        try:
            with (
                (self._logs / f"{name}.out.log").open("ab") as output,
                (self._logs / f"{name}.log").open("ab") as errors,
            ):
                warden = subprocess.Popen(  # noqa: S603 - the command is the scenario's author's own
                    [*warden_command, "--", *command],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=errors,
                    env=dict(environment),
                    cwd=cwd,
                    pass_fds=(control_reading, status),
                    start_new_session=True,
                )
            os.close(status)
            status = -1
            with os.fdopen(reading, "rb", closefd=False) as pipe:
                said = json.loads(pipe.readline() or b'{"error": "its warden did not start"}')
        except BaseException:  # an interruption, too: the pipe that closes is what ends the warden
            os.close(control)
            raise
        finally:
            for end in (control_reading, reading, status):
                if end >= 0:
                    os.close(end)
        return warden, control, said

    def get(self, name: str) -> Child | None:
        """The newest child of that name, dead or alive."""
        return self._children.get(name)

    def died_unasked(self) -> list[Child]:
        """The children that ended without having been asked to; each is reported once."""
        dead = [child for child in self._children.values() if not (child.asked_to_end or child.alive)]
        news = [child for child in dead if child.pid not in self._reported]
        self._reported.update(child.pid for child in news)
        return news

    def stop(self, name: str) -> None:
        """Ask one child to end, kill it after its grace, wait until it is gone. No effect on one that is gone."""
        if child := self._children.get(name):
            child.ask_to_end()
            child.wait(child.grace_s + KILL_MARGIN_S)

    def stop_all(self) -> None:
        """Stop every child, all at once; returns when they are gone. Bounded: grace, then SIGKILL."""
        for child in self._children.values():
            child.ask_to_end()
        for child in self._children.values():
            if not child.wait(child.grace_s + KILL_MARGIN_S):
                child.kill()
                child.wait(KILL_MARGIN_S)


def wait_until(
    ready: Callable[[], Any],
    child: Child,
    deadline_s: float,
    what: str,
    *,
    clock: Callable[[], float] = time.monotonic,
    why: Callable[[], str] = lambda: "",
    said: Callable[[], str] | None = None,
) -> Any:
    """Ask `ready()` every few milliseconds until it returns something true, and return that. `why` says why it does not
    yet, `said` what the child said last, in place of its last line.

    Raises:
        NotJudged: the child ended first, or `deadline_s` (an instant on `clock`) came first.
    """
    started_s = clock()
    while True:
        if answer := ready():
            return answer
        is_over = not child.alive or clock() >= deadline_s
        words = (said or child.last_words)() if is_over else ""
        hint = f"; its last words: {words}" if words else ""
        if not child.alive:
            raise NotJudged(f"{what} ended with exit code {child.exit_code} before it was ready{hint}")
        if clock() >= deadline_s:
            because = f": {reason}" if (reason := why()) else ""
            raise NotJudged(f"{what} was not ready after {clock() - started_s:.0f} s{because}{hint}")
        pause(POLL_S)


def pause(seconds: float) -> None:
    """The interval between two looks at a condition that has a deadline of its own."""
    time.sleep(seconds)  # noqa: TID251 - this is the place


def _is_stopped(pid: int) -> bool:
    """Whether the system says that it runs nothing; taken for granted where the system does not tell (macOS)."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return not Path("/proc/self/stat").exists()
    return told.rpartition(")")[2].split()[0] == "T"


def json_lines(path: Path, *, after: int = 0) -> tuple[list[dict[str, Any]], int]:
    """The whole JSON objects that a process has written to `path` since byte `after`, and where to go on."""
    try:
        with path.open("rb") as file:
            file.seek(after)
            block = file.read()
    except FileNotFoundError:
        return [], after
    whole = block[: block.rfind(b"\n") + 1]
    objects = []
    for line in whole.splitlines():
        if line.startswith(b"{"):
            with contextlib.suppress(ValueError):
                objects.append(json.loads(line))
    return objects, after + len(whole)
