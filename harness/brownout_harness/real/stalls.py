"""Which processes of the harness's own stood still during a run, and when: what a target does meanwhile proves little.

Simulators and load tell it of themselves, by their own heartbeat; Redis is asked, by the harness, whose own heartbeat
(`pulse.py`) says for how long nobody could ask.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.real.processes import Child, json_lines

LIMIT_S: Final = 0.5
"""The longest that a process may stand still. `docs/verdicts.md` says what was measured."""


class Standstill(NamedTuple):
    """One process, standing still; on the machine's monotonic clock."""

    process: str
    since_s: float
    until_s: float


def told_by(child: Child) -> list[Standstill]:
    """What a process has written down of its own heartbeat."""
    said = [line for line in json_lines(child.output)[0] if "stall" in line]
    return [
        # One may tell it for another that it speaks with.
        Standstill(line.get("process", child.name), line["stall"]["since_s"], line["stall"]["until_s"])
        for line in said
    ]


def gaps_of_stalls(
    found: Iterable[Standstill], *, start_at_s: float, end_at_s: float = math.inf, known: Sequence[Standstill] = ()
) -> list[Gap]:
    """The stalls of a run, in order. What lies before its start or after its end is none of its.

    `known` is what a process cannot be blamed for: stretches in which the scenario itself has it stand still, or in
    which nobody could ask it. Only those of the same process count.
    """
    gaps = []
    for each in found:
        for began_s, ended_s in _without(each, known):
            since_s, until_s = max(began_s, start_at_s), min(ended_s, end_at_s)
            if until_s - since_s > LIMIT_S:
                detail = f"{each.process} did not run for {until_s - since_s:.1f} s"
                gaps.append(
                    Gap(GapKind.STALLED, detail, since_s - start_at_s, until_s - start_at_s, process=each.process)
                )
    return sorted(gaps, key=lambda gap: (gap.at_s, gap.process))


def _without(stall: Standstill, known: Sequence[Standstill]) -> Iterator[tuple[float, float]]:
    """What is left of it."""
    since_s = stall.since_s
    for each in sorted(known, key=lambda other: other.since_s):
        if each.process == stall.process and each.until_s > since_s:
            yield since_s, min(each.since_s, stall.until_s)
            since_s = each.until_s
    yield since_s, stall.until_s
