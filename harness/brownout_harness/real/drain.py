"""After the load: wait, within a limit, until nothing moves any more, and say what still does."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.real.booths import Booth, Rest

QUIET_S = 1.0
"""For so long nothing must have moved: the target may be waiting before another attempt."""
LOOK_EVERY_S = 0.1


def drain(
    booths: Iterable[Booth],
    *,
    limit_s: float,
    target_moves: Callable[[], object],
    redrives: Callable[[], int] = lambda: 0,
    tick: Callable[[float], None],
    clock: Callable[[], float] = time.monotonic,
) -> Mapping[str, int]:
    """Wait until requests and webhooks are at rest and stay so; returns what was still open when the limit came.

    `target_moves()` is anything that changes while the target is at work, `redrives()` how many of them have not ended;
    `tick(seconds)` waits that long.
    """
    deadline_s = clock() + limit_s
    last: tuple[object, ...] = ()
    quiet_since_s = clock()
    while True:
        rests = [booth.rest() for booth in booths]
        now: tuple[object, ...] = (target_moves(), *rests)
        still_open = _still_open(rests, redrives())
        if now != last or still_open:
            last, quiet_since_s = now, clock()
        if clock() - quiet_since_s >= QUIET_S:
            return {}
        if clock() >= deadline_s:
            return still_open
        tick(LOOK_EVERY_S)


def _still_open(rests: Sequence[Rest], redrives: int) -> dict[str, int]:
    counts = {
        "requests": sum(rest.requests for rest in rests),
        "webhooks": sum(rest.webhooks for rest in rests),
        "redrives": redrives,
    }
    return {name: count for name, count in counts.items() if count}


def gaps_of_drain(still_open: Mapping[str, int], limit_s: float) -> list[Gap]:
    """What was still moving at the end, as a gap: it may yet have effects."""
    if not still_open:
        return []
    what = " and ".join(f"{count} {name}" for name, count in still_open.items())
    return [Gap(GapKind.DRAIN_NOT_FINISHED, f"{what} still open {limit_s:.0f} s after the load ended")]
