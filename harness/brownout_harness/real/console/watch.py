"""Looks at the simulators while somebody looks at the console, and at no other time.

A look asks each one for its status, and for more only where that says that there is more. Pages read what it keeps
(`ring.py`), each at its own pace.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from brownout_harness.real.console.asking import Simulated, Unanswered
from brownout_harness.real.console.reading import Doing, Row, shown
from brownout_harness.real.console.ring import News, Ring

EVERY_S: Final = 0.5
ROWS_KEPT: Final = 20_000
"""Of all ledgers together."""
FIRST_ROWS: Final = 500
"""Of a ledger that was there before: the newest."""
PAGE_ROWS: Final = 1_000
PAGES_AT_ONCE: Final = 3
"""A vendor that writes more between two looks is not read whole; what was passed over is counted."""

_log = logging.getLogger(__name__)


class Update(NamedTuple):
    """What a page is told next."""

    version: int
    state: list[dict[str, Any]] | None
    """How the vendors are; None where that has not changed."""
    rows: News[Row]


class _One:
    """What is known of one simulator between two looks."""

    def __init__(self, simulated: Simulated) -> None:
        self.simulated = simulated
        self.doing = Doing()
        self.after: int | None = None
        """The last row that was read; None before the first look."""
        self.epoch = 0
        self.passed_over = 0
        self.state: dict[str, Any] | None = None
        """As of the last look; None before the first."""


class Watch:
    """Over the simulators of a console. Everything public is safe for use from several threads."""

    def __init__(
        self,
        *,
        wall_s: float,
        mask: Callable[[str], str] = str,
        on_look: Callable[[str, Mapping[str, Any]], None] | None = None,
    ) -> None:
        """`wall_s`: added to an instant of the machine's monotonic clock, it gives seconds since 1970. `mask`
        hides credentials in what callers wrote. `on_look` is told each vendor's status, in the thread that looks."""
        self._mask = mask
        self._wall_s = wall_s
        self._on_look = on_look
        self._all: list[_One] = []
        self._rows: Ring[Row] = Ring(ROWS_KEPT)
        self._version = 0
        self._lock = threading.Lock()
        self._fresh = threading.Event()
        """Set when something has come, and then another one takes its place."""
        self._listeners = 0
        self._is_over = False
        self._looked_s = time.monotonic()
        self._hurry = threading.Event()
        self._looking = threading.Lock()

    @property
    def simulated(self) -> dict[str, Simulated]:
        """Those that it looks at, by vendor."""
        with self._lock:
            return {one.simulated.vendor: one.simulated for one in self._all}

    def turn_to(self, simulated: Sequence[Simulated]) -> None:
        """Look at these from now on, at none of those before: their rows are gone."""
        with self._looking, self._lock:
            self._rows.add({"entry": "reset", "vendor": one.simulated.vendor} for one in self._all)
            self._all = [_One(each) for each in simulated]
            self._version += 1
            self._wake()
        self.hurry()

    # -- who looks at the console ---------------------------------------------------------------------------------

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While somebody is there, simulators are looked at."""
        with self._lock:
            self._listeners += 1
        self._hurry.set()
        try:
            yield
        finally:
            with self._lock:
                self._listeners -= 1

    def hurry(self) -> None:
        """Something was switched: look soon."""
        self._hurry.set()

    def wait(self, version: int, place: int, limit: int, timeout_s: float) -> Update | None:
        """What is new since `version` of the state and `place` among the rows; None where nothing came in time."""
        with self._lock:
            fresh = self._fresh
            is_there = self._version != version or self._rows.next > place or self._is_over
        if not is_there:
            fresh.wait(timeout_s)
        with self._lock:
            news = self._rows.since(place, limit)
            if self._version == version and not news.items:
                return None
            state = self._states() if self._version != version else None
            return Update(self._version, state, news)

    @property
    def newest(self) -> int:
        """The place behind the newest row."""
        return self._rows.next

    @property
    def age_s(self) -> float:
        """Seconds since the last look was over."""
        return time.monotonic() - self._looked_s

    def state(self) -> list[dict[str, Any]]:
        """How the vendors were at the last look."""
        with self._lock:
            return self._states()

    def _states(self) -> list[dict[str, Any]]:
        return [one.state for one in self._all if one.state is not None]

    @property
    def is_over(self) -> bool:
        """It was ended: nothing comes any more."""
        return self._is_over

    def rows_of(self, operation: str) -> tuple[list[Row], bool]:
        """Every row of an operation that is known; and whether older ones may be missing."""
        with self._lock:
            found = [row for row in self._rows if row.get("operation_id") == operation]
            return found, self._rows.dropped > 0 or any(one.passed_over for one in self._all)

    # -- looking --------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Look again and again, until it is ended; in a thread of its own."""
        while not self._is_over:
            self._hurry.wait(EVERY_S)
            self._hurry.clear()
            if self._listeners or self._on_look is not None:
                try:
                    self.look()
                except Exception:  # noqa: BLE001  the page says how old its news are
                    _log.exception("the console could not look at the simulators")

    def end(self) -> None:
        """Let whoever waits go."""
        with self._lock:
            self._is_over = True
            self._wake()
        self._hurry.set()

    def look(self) -> None:
        """Once, at all of them."""
        with self._looking:
            self._look()

    def _look(self) -> None:
        looked = [self._look_at(one) for one in self._all]
        with self._lock:
            before = self._states()
            for one, (state, _) in zip(self._all, looked, strict=True):
                one.state = state
            self._rows.add(sorted((row for _, rows in looked for row in rows), key=_when))
            if before != self._states():
                self._version += 1
            self._looked_s = time.monotonic()
            self._wake()

    def _wake(self) -> None:
        self._fresh.set()
        self._fresh = threading.Event()

    def _look_at(self, one: _One) -> tuple[dict[str, Any], list[Row]]:
        name, url = one.simulated.vendor, one.simulated.url
        try:
            status = one.simulated.ask("GET", "status")
            rows = self._new_rows(one, status["ledger"])
            faults = one.simulated.ask("GET", "faults")["faults"] if status["rules"] else []
        except Unanswered as error:
            return {"vendor": name, "url": url, "is_up": False, "why": str(error)}, []
        if self._on_look is not None:
            self._on_look(name, status)
        return {
            "vendor": name,
            "url": url,
            "is_up": True,
            **one.doing.figures(time.monotonic()),
            "in_flight": status["in_flight"],
            "accounts": status["accounts"],
            "rows": status["ledger"]["next_seq"],
            "dropped": status["ledger"]["dropped"],
            "passed_over": one.passed_over,
            "limits": list(status["limits"]),
            "faults": faults,
            "webhooks": {**status["webhooks"], "open": status["open_webhooks"]},
            "problems": status["problems"],
        }, rows

    def _new_rows(self, one: _One, ledger: Mapping[str, int]) -> list[Row]:
        rows: list[Row] = []
        if one.after is None or ledger["epoch"] != one.epoch:
            if one.after is not None:
                rows.append({"entry": "reset", "vendor": one.simulated.vendor})
                one.doing = Doing()
            one.epoch = ledger["epoch"]
            one.after = max(-1, ledger["next_seq"] - 1 - FIRST_ROWS)
            if one.after >= 0:
                one.doing.skip()
        behind = ledger["next_seq"] - 1 - one.after - PAGES_AT_ONCE * PAGE_ROWS
        if behind > 0:
            one.passed_over += behind
            one.doing.skip()
            one.after += behind
        while one.after + 1 < ledger["next_seq"]:
            page = one.simulated.ask("GET", "ledger", query=f"after={one.after}&limit={PAGE_ROWS}")
            one.doing.add(page["rows"])
            rows += (shown(row, self._wall_s, self._mask) for row in page["rows"])
            if not page["rows"]:
                break
            one.after = page["next_after"]
        return rows


def _when(row: Row) -> float:
    """When it was written; what tells of a reset goes before the rows that follow it."""
    return float("-inf") if row["entry"] == "reset" else row["at"] + row["took_s"]
