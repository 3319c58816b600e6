"""A program of its own: stops processes and lets them go on, in turn, until it is told to end.

    starver.py STILL_S RUNNING_S LEADER...

Each leader is that of a process group. Instants are kept, not intervals: a pulse that is late makes none of the others
late. When it ends, all of them run, and it says on standard output for how long they really stood still.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress


def main(arguments: Sequence[str]) -> None:
    """Until SIGTERM."""
    still_s, running_s, leaders = float(arguments[0]), float(arguments[1]), [int(each) for each in arguments[2:]]
    # Blocked, and waited for: so a pulse ends at once when it is to be the last.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    began_s = time.monotonic()
    stood_s, pulses = 0.0, 0
    ends = False
    while not ends:
        since_s = time.monotonic()
        _tell(leaders, signal.SIGSTOP)
        ends = _is_told_by(began_s + pulses * (still_s + running_s) + still_s)
        _tell(leaders, signal.SIGCONT)
        stood_s += time.monotonic() - since_s
        pulses += 1
        ends = ends or _is_told_by(began_s + pulses * (still_s + running_s))
    took_s = time.monotonic() - began_s
    told = json.dumps({"stood_s": stood_s, "took_s": took_s, "pulses": pulses})
    sys.stdout.write(f"{told}\n")
    sys.stdout.flush()


def _is_told_by(instant_s: float) -> bool:
    """Wait until then; True, and sooner, if it is told to end."""
    return signal.sigtimedwait({signal.SIGTERM}, max(0.0, instant_s - time.monotonic())) is not None


def _tell(leaders: Sequence[int], number: int) -> None:
    for leader in leaders:
        with suppress(ProcessLookupError):
            os.killpg(leader, number)


if __name__ == "__main__":
    main(sys.argv[1:])
