"""The wall clock of the application's machine, which may be wrong: a scenario moves it ahead of the true time."""

from collections.abc import Callable

from brownout_reports.rows import LetterRow


class MovedWall:
    """Seconds since 1970, as the application reads them. It never goes back: each date that it gave has its instant."""

    def __init__(self, now: Callable[[], float], epoch_s: float) -> None:
        """`now` gives seconds since the run's start, `epoch_s` is what it shows there."""
        self._now = now
        self._epoch_s = epoch_s
        self._ahead_s = 0.0
        self._jumps: list[tuple[float, float]] = []
        """When it was moved, and how far ahead it was from then on."""

    def __call__(self) -> float:
        return self._epoch_s + self._now() + self._ahead_s

    @property
    def now_s(self) -> float:
        """The true time, in seconds since the run's start."""
        return self._now()

    @property
    def ahead_s(self) -> float:
        """How far it is ahead of that."""
        return self._ahead_s

    def advance(self, seconds: float) -> None:
        """Move it ahead, for good."""
        self._ahead_s += seconds
        self._jumps.append((self._now(), self._ahead_s))

    def instant_s(self, wall_s: float) -> float:
        """When it showed this, in seconds since the run's start; of what it leapt over, when it did."""
        shown_s, until_s = wall_s - self._epoch_s, float("inf")
        for at_s, ahead_s in reversed(self._jumps):
            if shown_s >= at_s + ahead_s:
                return min(shown_s - ahead_s, until_s)
            until_s = at_s
        return min(shown_s, until_s)

    def true_dates(self, letter: LetterRow) -> LetterRow:
        """A letter with the dates that the application gave it turned into instants of the run."""
        return letter._replace(
            first_attempt_at=self._true(letter.first_attempt_at),
            last_attempt_at=self._true(letter.last_attempt_at),
            resolved_at=self._true(letter.resolved_at),
        )

    def _true(self, date: float | None) -> float | None:
        return None if date is None else self.instant_s(date)
