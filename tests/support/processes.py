"""How tests look at processes and wait for what these do."""

import time
from collections.abc import Callable
from pathlib import Path

from brownout_harness.real.processes import pause

DEADLINE_S = 10.0


def eventually(condition: Callable[[], object], within_s: float = DEADLINE_S) -> None:
    """Wait for a condition with a deadline; fail if it does not come true."""
    deadline_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline_s, f"not true within {within_s} s"
        pause(0.02)


def is_running(pid: int) -> bool:
    """Whether that process runs: a zombie that waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def descendants(pid: int) -> set[int]:
    """Every process below `pid`, as Linux tells it."""
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        for listing in Path(f"/proc/{parent}/task").glob("*/children"):
            children = {int(word) for word in listing.read_text().split()}
            waiting += children - found
            found |= children
    return found
