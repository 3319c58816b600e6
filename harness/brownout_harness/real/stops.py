"""What comes of each stop of a process of the target, in real mode: looked at a few times a tenth of a second."""

from typing import Final, Protocol

from brownout_harness.judging.endings import Ending

SIGKILLED: Final = 128 + 9


class Stopping(Protocol):
    """A process that was told to stop."""

    grace_s: float

    @property
    def alive(self) -> bool: ...

    @property
    def exit_code(self) -> int | None: ...


class Stops:
    """Of one run, in their order."""

    def __init__(self) -> None:
        self._under_way: list[tuple[int, Stopping]] = []
        self._endings: list[Ending] = []

    def begin(self, process: str, child: Stopping, now_s: float) -> None:
        """It was told to just now."""
        self._under_way.append((len(self._endings), child))
        self._endings.append(Ending(process, now_s, child.grace_s))

    def look(self, now_s: float) -> None:
        """Note those that are gone."""
        for item in [each for each in self._under_way if not each[1].alive]:
            number, child = item
            self._under_way.remove(item)
            killed = child.exit_code == SIGKILLED
            self._endings[number] = self._endings[number]._replace(ended_s=now_s, was_killed=killed)

    @property
    def endings(self) -> tuple[Ending, ...]:
        """As far as they were seen."""
        return tuple(self._endings)
