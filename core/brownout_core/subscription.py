"""A subscription to a table that outlives its sessions.

    jobs = Subscriber(guarded, Subscription(table="jobs", where=eq("status", "queued")), rng)
    async for news in jobs.news():
        ...

A session tells of a change at once, and once at most: what is committed between two sessions, and what is lost on the
way, it never tells. So the session makes it prompt, and **reading makes it complete**: after each joining, and at each
check-up, the rows are read that have come to be since the last reading.

- **Nothing twice.** A row that was told is known by its key and its date (`dated`): pushed and read, it is told once.
- **In order, each row.** What is older than what was told of the row is not told any more.
- **No silence.** At each check-up the vendor has to say something. Where it does not, the session is over.
- **What cannot be closed is told**: a `Gap`. Of what happened meanwhile only the last state of each row is known, and
  of rows that were deleted nothing.

Joining and reading are guarded calls. A session that lives is no call: no deadline ends it, its end is nobody's sample.
"""

import asyncio
from asyncio import get_running_loop
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Generic, NamedTuple, TypeVar

from brownout_core.asking import Asking
from brownout_core.errors import BrownoutError, ConfigError, ResponseBroken
from brownout_core.guarded import Guarded
from brownout_core.policies.backoff import BackoffConfig, delay_s
from brownout_core.services.storage import Change, Filter, Listening, Order, Page, Row, StorageService
from brownout_core.telemetry import outcome_of

C = TypeVar("C")

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What one wants to be told of, and how it is made sure of."""

    table: str
    where: Filter | None = None
    """Only rows of which this holds. A row that ceases to be one of them is not told of."""
    key: str = "id"
    """A column that no two rows share."""
    dated: str = "created_at"
    """When the row came to be what it is, by the database's own clock. Where rows change, it must change with them: a
    change that leaves it is none."""
    check_every_s: float = 25.0
    """How long silence is believed, and how late a change is told at most that was lost on its way."""
    answer_within_s: float = 5.0
    """So soon the vendor says something when it is asked, or the session is over."""
    overlap_s: float = 10.0
    """How much later than its date a row may come to be seen: a transaction takes its time, a replica lags."""
    page: int = 500
    rejoin: BackoffConfig = field(
        default_factory=lambda: BackoffConfig(initial_delay_s=0.5, max_delay_s=10.0, jitter="full")
    )

    def __post_init__(self) -> None:
        for name in ("check_every_s", "answer_within_s"):
            if not 0.001 <= getattr(self, name) <= 86_400:
                raise ConfigError(f"{name} must be in [0.001, 86400], got {getattr(self, name)}")
        if not 0 <= self.overlap_s <= 86_400:
            raise ConfigError(f"overlap_s must be in [0, 86400], got {self.overlap_s}")
        if not 1 <= self.page <= 10_000:
            raise ConfigError(f"page must be in [1, 10000], got {self.page}")


class Silent(BrownoutError):
    """A session in which the vendor did not answer."""


class Gap(NamedTuple):
    """Nobody was told what happened for a while. The rows that are there now follow; what else there was is unknown."""

    why: str
    """How the session before had ended, in snake case."""


News = Change | Gap


class Subscriber(Generic[C]):
    """One subscription, over as many sessions as it takes. For one reader."""

    def __init__(
        self,
        guarded: Guarded[C],
        terms: Subscription,
        rng: Random,
        storage: Callable[[C], StorageService] = lambda client: client,  # type: ignore[assignment,return-value]
    ) -> None:
        """`storage` says as whom the client listens and reads."""
        self._guarded = guarded
        self._terms = terms
        self._rng = rng
        self._storage = storage
        self._told: dict[Any, datetime] = {}
        """By key, the date of what was told, as far back as the next reading looks."""
        self._latest = NEVER
        self._read_to = NEVER
        """Everything older than this, less the overlap, has been told."""
        self.trouble = "not yet joined"
        """Why it is told nothing now; empty while a session lives."""

    async def news(self) -> AsyncGenerator[News, None]:
        """All that there is, and all that comes. Never ends by itself."""
        rejoin, failures, pause_s = self._terms.rejoin, 0, 0.0
        had_one = False
        while True:
            joined_s = get_running_loop().time()
            try:
                async with self._session() as session:
                    if had_one:
                        yield Gap(self.trouble)
                    had_one = True
                    async with aclosing(self._look()) as found:
                        async for change in found:
                            yield change
                    self.trouble = ""
                    async with aclosing(self._hear(session)) as heard:
                        async for change in heard:
                            yield change
            except BrownoutError as error:
                self.trouble = outcome_of(error)
            if get_running_loop().time() - joined_s > rejoin.max_delay_s:
                failures, pause_s = 0, 0.0
            failures += 1
            pause_s = delay_s(failures, pause_s, rejoin, self._rng)
            await asyncio.sleep(pause_s)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Listening]:
        """Joined by a guarded call, and then nobody's call."""
        terms, joined = self._terms, AsyncExitStack()

        async def attempt(client: C) -> Listening:
            listening = self._storage(client).listen(terms.table, where=terms.where)
            return await joined.enter_async_context(listening)

        session = await self._guarded.read(Asking(), "listen", attempt)
        async with joined:
            yield session

    async def _hear(self, session: Listening) -> AsyncGenerator[Change, None]:
        """What a session tells, until it is over: raises how."""
        loop, terms = get_running_loop(), self._terms
        check_at_s = loop.time() + terms.check_every_s
        answer_by_s: float | None = None
        while True:
            if answer_by_s is None and loop.time() >= check_at_s:
                await session.ask()
                async for found in self._check_up():
                    yield found
                answer_by_s = loop.time() + terms.answer_within_s
                check_at_s = loop.time() + terms.check_every_s
            try:
                # What is there already is taken also where it is too late to wait.
                async with asyncio.timeout_at(check_at_s if answer_by_s is None else answer_by_s):
                    change = await session.heard()
            except TimeoutError:
                if answer_by_s is not None:
                    raise Silent(f"nothing said for {terms.answer_within_s:.3g} s") from None
                continue
            answer_by_s = None
            if change is None:
                continue
            if change.kind != "delete" and not (change.is_whole and self._is_named(change.row)):
                check_at_s = loop.time()  # it is read instead
            elif self._is_new(change):
                yield change

    async def _check_up(self) -> AsyncGenerator[Change, None]:
        """Read what was not told. What cannot be read now is read at the next one."""
        try:
            async for change in self._look():
                yield change
        except BrownoutError as error:
            self.trouble = outcome_of(error)
        else:
            self.trouble = ""

    async def _look(self) -> AsyncGenerator[Change, None]:
        """The rows that have come to be since the last reading, and were not told."""
        terms = self._terms
        kept = [] if terms.where is None else [terms.where]
        if self._read_to != NEVER:
            since = self._read_to - timedelta(seconds=terms.overlap_s)
            kept.append(Filter(terms.dated, "gte", since.isoformat()))
        read_to, after = self._latest, list[Filter]()
        while True:
            page = await self._guarded.read(Asking(), "select", partial(self._page, [*kept, *after]))
            if not page.rows:  # a page may be shorter than it was asked to be: only an empty one is the end
                break
            if not after:  # what comes to be while the others are read may be missing in them
                read_to = max(read_to, *map(self._date_of, page.rows))
            for row in page.rows:
                change = Change("found", row)
                if self._is_new(change):
                    yield change
            after = [Filter(terms.key, "gt", page.rows[-1][terms.key])]
        self._read_to = read_to
        if read_to != NEVER:
            oldest = read_to - timedelta(seconds=terms.overlap_s)
            self._told = {key: date for key, date in self._told.items() if date >= oldest}

    async def _page(self, where: Sequence[Filter], client: C) -> Page:
        terms = self._terms
        storage = self._storage(client)
        page = await storage.select(
            terms.table, operation_id="", where=where, order=[Order(terms.key)], limit=terms.page
        )
        if not all(map(self._is_named, page.rows)):
            raise ResponseBroken(storage.vendor, "select", f"a row without its {terms.key}")
        return page

    def _is_named(self, row: Row) -> bool:
        key = row.get(self._terms.key)
        return isinstance(key, str | int) and not isinstance(key, bool)

    def _is_new(self, change: Change) -> bool:
        """Whether it is to be told; if so, it has been."""
        key = change.row.get(self._terms.key)
        if change.kind == "delete":
            self._told.pop(key, None)
            return True
        date = self._date_of(change.row)
        if key in self._told and date <= self._told[key]:
            return False
        self._told[key] = date
        self._latest = max(self._latest, date)
        return True

    def _date_of(self, row: Row) -> datetime:
        try:
            date = datetime.fromisoformat(str(row.get(self._terms.dated)))
        except ValueError:
            return NEVER
        return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
