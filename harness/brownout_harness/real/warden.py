"""Watches over one child, so that the child dies with the harness, however the harness dies.

    python -I -S warden.py --control FD --status FD --grace 3 -- command argument ...

The harness holds the only write end of the control pipe. The kernel closes it when the harness ends, SIGKILL
included; the warden sees the end of the pipe, asks the child's process group to end (SIGTERM), and ends it (SIGKILL)
when `--grace` is over. While the harness lives it writes orders: `T` end with grace, `K` end at once, `P` pause
(SIGSTOP), `C` go on (SIGCONT). Orders go through the pipe and the warden signals only a group whose leader it has not
yet reaped, so no signal can reach a stranger that was given a recycled process id.

The child runs in a session of its own. On Linux the kernel also kills it if the warden is killed, and everything that
it starts and abandons becomes the warden's child: none of it outlives the warden.

One JSON line goes to the status pipe: `{"pid": 123}` when the child runs, `{"error": "..."}` if it cannot be started.
The warden's exit code is the child's, or 128 + the signal that ended it. It imports nothing heavy and starts fast.
"""

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
SWEEP_LIMIT_S = 2.0
CANNOT_START = 127
PAUSING = {ord("P"): signal.SIGSTOP, ord("C"): signal.SIGCONT}


def main(arguments: Sequence[str]) -> int:
    """Start the command, watch it, return its exit code. Arguments as in the module's docstring."""
    options, command = arguments[: arguments.index("--")], arguments[arguments.index("--") + 1 :]
    values = dict(zip(options[::2], options[1::2], strict=True))
    control, status, grace_s = int(values["--control"]), int(values["--status"]), float(values["--grace"])
    # The child must inherit neither: a copy of the status pipe's end would keep the harness waiting.
    os.set_inheritable(control, False)
    os.set_inheritable(status, False)
    wakeup = _wake_on_signals()
    control_process = _prctl()
    control_process(PR_SET_CHILD_SUBREAPER, 1)
    pid = _start(command, status, control_process)
    os.close(status)
    code = _watch(pid, control, wakeup, grace_s) if pid else CANNOT_START
    _sweep()
    return code


def _wake_on_signals() -> int:
    """A file descriptor that becomes readable when a child ends or somebody asks the warden to end."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: None)  # a handler, not SIG_IGN: the wake-up needs one
    return reading


def _prctl() -> Callable[[int, int], None]:
    """Linux's `prctl`; elsewhere a function that does nothing."""
    if sys.platform != "linux":
        return lambda _option, _value: None
    import ctypes

    function = ctypes.CDLL(None).prctl
    return lambda option, value: function(option, value, 0, 0, 0)


def _start(command: Sequence[str], status: int, control_process: Callable[[int, int], None]) -> int:
    """Fork and execute; report to `status`; 0 if the command cannot be executed."""
    failure, report = os.pipe()
    warden = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become(command, report, warden, control_process)
    os.close(report)
    with os.fdopen(failure, "rb") as pipe:  # its end comes when the command was executed, or failed to be
        error = pipe.read().decode(errors="replace")
    line = f'{{"error": "{error}"}}\n' if error else f'{{"pid": {pid}}}\n'
    with contextlib.suppress(BrokenPipeError):  # the harness is gone: the control pipe says so next
        os.write(status, line.encode())
    return 0 if error else pid


def _become(command: Sequence[str], report: int, warden: int, control_process: Callable[[int, int], None]) -> NoReturn:
    """In the child: a session of its own, the parent-death signal, the signals' defaults, then the command."""
    try:
        os.setsid()
        control_process(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != warden:  # it was killed before the line above took hold
            os._exit(CANNOT_START)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.execvp(command[0], list(command))  # noqa: S606 - no shell is what we want
    except OSError as error:
        os.write(report, (error.strerror or "cannot be executed").encode())
    os._exit(CANNOT_START)


def _watch(pid: int, control: int, wakeup: int, grace_s: float) -> int:
    """Until the child ends: obey orders and the clock. Returns the exit code."""
    sources = [control, wakeup]
    kill_at_s: float | None = None
    while (how := _how_it_ended(pid)) is None:
        left_s = None if kill_at_s is None else max(0.0, kill_at_s - time.monotonic())
        ready, _, _ = select.select(sources, [], [], left_s)
        orders = os.read(control, 64) if control in ready else None
        noticed = os.read(wakeup, 64) if wakeup in ready else b""
        if orders == b"":
            sources.remove(control)
        for order in orders or b"":
            if order in PAUSING:
                _signal_group(pid, PAUSING[order])
        asked_to_end = orders == b"" or b"T" in (orders or b"") or any(number != signal.SIGCHLD for number in noticed)
        if asked_to_end and kill_at_s is None:
            _signal_group(pid, signal.SIGTERM)
            _signal_group(pid, signal.SIGCONT)  # who is paused hears nothing before
            kill_at_s = time.monotonic() + grace_s
        if b"K" in (orders or b"") or (kill_at_s is not None and time.monotonic() >= kill_at_s):
            _signal_group(pid, signal.SIGKILL)
            kill_at_s = time.monotonic() + 1.0
    return 128 + os.WTERMSIG(how) if os.WIFSIGNALED(how) else os.WEXITSTATUS(how)


def _how_it_ended(pid: int) -> int | None:
    """The child's wait status, or None while it runs. What it left of its group is killed before it is reaped: until
    then its zombie guards the group's id. Orphans that fell to the warden are reaped on the way."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13: reaped first, so the group's id is unguarded for a moment
        ended_pid, how = os.waitpid(pid, os.WNOHANG)
        if ended_pid == 0:
            return None
        _signal_group(pid, signal.SIGKILL)
        return how
    while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        if ended.si_pid == pid:
            _signal_group(pid, signal.SIGKILL)
        _, how = os.waitpid(ended.si_pid, 0)
        if ended.si_pid == pid:
            return how
    return None


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _sweep() -> None:
    """End whatever was orphaned to the warden: daemons that left the child's group. Bounded by `SWEEP_LIMIT_S`."""
    deadline_s = time.monotonic() + SWEEP_LIMIT_S
    while time.monotonic() < deadline_s:
        for orphan in _children():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(orphan, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> list[int]:
    """The warden's own children, where the system tells (Linux)."""
    try:
        listing_of = f"/proc/{os.getpid()}/task/{os.getpid()}/children"
        with os.fdopen(os.open(listing_of, os.O_RDONLY), encoding="ascii") as listing:
            return [int(pid) for pid in listing.read().split()]
    except OSError:
        return []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
