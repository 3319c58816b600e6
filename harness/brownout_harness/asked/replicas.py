"""Which of several processes is asked: each in its turn, as behind a load balancer that looks at nothing.

The first ask of an operation goes by the number of its arrival, each further request of it to the next process; of
users who wait for their answers each goes round by itself. So who is asked follows from the plan alone, in both modes;
and one that is down is asked all the same.
"""

from collections.abc import Mapping
from typing import Generic, TypeVar

S = TypeVar("S")


def of_process(what: str, process: str) -> str:
    """`stripe of gateway.1`; where there is one process, `stripe`."""
    return f"{what} of {process}" if process else what


class Way(Generic[S]):
    """One operation's way round."""

    __slots__ = ("_number", "_processes", "taken")

    def __init__(self, processes: "Processes[S]", number: int) -> None:
        self._processes = processes
        self._number = number
        self.taken: tuple[str, ...] = ()
        """By name who was asked, in order; nothing where there is one process only."""

    def next(self) -> S:
        """Whom to ask now; it counts as asked."""
        name, server = self._processes.all[self._number % len(self._processes.all)]
        self._number += 1
        if len(self._processes.all) > 1:
            self.taken = (*self.taken, name)
        return server


class Processes(Generic[S]):
    """All that the target is; at least one."""

    def __init__(self, servers: Mapping[str, S]) -> None:
        self.all = tuple(servers.items())

    def way(self, number: int) -> Way[S]:
        """Of the operation that is the so many-th to arrive, or a user's, from 0."""
        return Way(self, number)
