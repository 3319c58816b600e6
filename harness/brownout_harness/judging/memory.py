"""How much memory processes held, and how many descriptors."""

from collections.abc import Iterable
from itertools import groupby
from typing import Final, NamedTuple

from brownout_reports.run_folder import Holding

MOST_DRAWN: Final = 240
"""Points of one process: what is drawn has no more to show."""


class MemorySample(NamedTuple):
    """One look at one process, with all that it has started."""

    at_s: float
    process: str
    """`gateway`, or `gateway.1`."""
    pid: int
    """After a start it is another one, which begins anew."""
    resident_bytes: int
    descriptors: int | None = None
    """Files, sockets and pipes that were open; None where nobody could look."""


def holdings(samples: Iterable[MemorySample]) -> tuple[Holding, ...]:
    """What is drawn of them, process by process: of stretches of a long run the most that was held."""
    by_name = sorted(samples, key=lambda each: (each.process, each.at_s))
    return tuple(_holding(name, list(own)) for name, own in groupby(by_name, key=lambda each: each.process))


def _holding(name: str, samples: list[MemorySample]) -> Holding:
    step = -(-len(samples) // MOST_DRAWN)
    lots = [samples[start : start + step] for start in range(0, len(samples), step)]
    return Holding(
        process=name,
        at_s=tuple(lot[0].at_s for lot in lots),
        resident_bytes=tuple(max(each.resident_bytes for each in lot) for lot in lots),
        descriptors=tuple(
            max((each.descriptors for each in lot if each.descriptors is not None), default=None) for lot in lots
        ),
    )
