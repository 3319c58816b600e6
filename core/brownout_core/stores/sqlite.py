"""Dead letters in one SQLite file: durable before acknowledged, and shared by the processes of one machine.

`synchronous=FULL` and a commit per change: what a method returned would survive a power cut. SQLite blocks, so a
real application runs it in a thread of its own (`in_thread`); virtual time has no threads and runs it in place
(`inline`).
"""

import asyncio
import fcntl
import os
import sqlite3
import weakref
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from brownout_core.clock import MachineClock, WallClock, machine_clock
from brownout_core.errors import ConfigError
from brownout_core.records import BEFORE, DeadLetter, LetterState, StoreUnavailable
from brownout_core.rows import columns, definitions, from_row, to_row

T = TypeVar("T")

SCHEMA_VERSION = 3
COLUMNS = columns(DeadLetter)

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS dead_letters (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    {", ".join(definitions(DeadLetter))},
    UNIQUE (id)
);
CREATE INDEX IF NOT EXISTS dead_letters_by_state ON dead_letters (state, seq);
"""

# What a file of version 1 calls otherwise.
_FROM_VERSION_1 = [
    *(f"ALTER TABLE dead_letters RENAME COLUMN {old} TO {new}" for old, new in BEFORE.columns.items()),
    *(f"UPDATE dead_letters SET state = '{new}' WHERE state = '{old}'" for old, new in BEFORE.states.items()),  # noqa: S608
]

# What files of an older version lack.
_BEFORE_VERSION_3 = [
    "ALTER TABLE dead_letters ADD COLUMN standing TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE dead_letters ADD COLUMN progress BLOB NOT NULL DEFAULT x''",
]

# A letter that is being redriven belongs to its redriver: it will write what came of it.
_PUT = f"""
INSERT INTO dead_letters ({", ".join(COLUMNS)}) VALUES ({", ".join(f":{name}" for name in COLUMNS)})
ON CONFLICT (id) DO UPDATE SET
    last_attempt_at = excluded.last_attempt_at, error_class = excluded.error_class, reason = excluded.reason,
    attempts = attempts + 1, state = 'pending', resolved_at = NULL, outcome = ''
WHERE state NOT IN ('redriving', 'under_way')
"""  # noqa: S608 - the names are constants of this module

# A lease goes by the machine's clock, which its owner's name says: a time server that moves the wall clock neither ends
# it nor makes it longer. Of one by no such clock, or by that of an earlier start of the machine, the wall clock's time
# and the start are what there is to go by.
_BOOT = "@boot:"
_LEASED = "state IN ('redriving', 'under_way')"
_OF_THIS_BOOT = "(:mark <> '' AND substr(lease_owner, -length(:mark)) = :mark)"
_BY_WALL = f"instr(lease_owner, '{_BOOT}') = 0"
_IS_OVER = f"""({_LEASED} AND CASE
    WHEN {_OF_THIS_BOOT} THEN lease_until <= :machine_now WHEN {_BY_WALL} THEN lease_until <= :now ELSE 1 END)"""

# What somebody did that never came back, he did before his lease was over; how long ago that is, by our wall clock.
_LAST_ATTEMPT = f"""CASE WHEN NOT {_LEASED} THEN last_attempt_at
        WHEN {_OF_THIS_BOOT} THEN MAX(last_attempt_at, :now - (:machine_now - lease_until))
        WHEN {_BY_WALL} THEN MAX(last_attempt_at, lease_until)
        ELSE MAX(last_attempt_at, :now) END"""

# One that is under way is shown to nobody while its lease lasts.
_SHOWN = f"(state <> 'under_way' OR {_IS_OVER})"

_LEASE = f"""
UPDATE dead_letters SET
    last_attempt_at = {_LAST_ATTEMPT}, state = 'redriving', lease_owner = :owner, lease_until = :until
WHERE id = :id AND (state = 'pending' OR {_IS_OVER} OR (state IN ('poison', 'incident') AND :insist))
"""  # noqa: S608 - the names are constants of this module

_UNDERTAKE = f"""
INSERT INTO dead_letters ({", ".join(COLUMNS)}) VALUES ({", ".join(f":{name}" for name in COLUMNS)})
ON CONFLICT (id) DO UPDATE SET
    last_attempt_at = {_LAST_ATTEMPT}, state = 'under_way', resolved_at = NULL,
    lease_owner = excluded.lease_owner, lease_until = excluded.lease_until
WHERE state = 'discarded' OR (state = 'under_way' AND {_IS_OVER})
"""  # noqa: S608 - the names are constants of this module

_NOTE = """
UPDATE dead_letters SET progress = :progress WHERE id = :id AND lease_owner = :owner AND lease_until > :clock
"""

_FORGET = "DELETE FROM dead_letters WHERE id = :id AND state = 'under_way' AND lease_owner = :owner"

_SETTLE = """
UPDATE dead_letters SET state = :state, last_attempt_at = :last_attempt_at, error_class = :error_class,
    reason = :reason, attempts = :attempts, generation = :generation, resolved_at = :resolved_at,
    outcome = :outcome, standing = :standing, lease_owner = '', lease_until = 0
WHERE id = :id AND state IN ('redriving', 'under_way') AND lease_owner = :owner
"""

_DISCARD = f"""
UPDATE dead_letters SET state = 'discarded', resolved_at = :now
WHERE id = :id AND (state IN ('pending', 'poison', 'incident') OR {_IS_OVER})
"""  # noqa: S608 - the names are constants of this module


class Runner(Protocol):
    """Runs a blocking step and returns what it returned."""

    def __call__(self, step: Callable[[], T]) -> Awaitable[T]: ...


async def inline(step: Callable[[], T]) -> T:
    """Run the step here and now, blocking the loop: for virtual time and tests."""
    return step()


class OwnThread:
    """Runs every step in one thread of its own, one after the other."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite")

    async def __call__(self, step: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, step)

    def close(self) -> None:
        """Let the thread end once it has nothing to do."""
        self._executor.shutdown(wait=False)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Of those who open a store in this folder, in any process: a new kind of journal is the one thing for which SQLite
    does not wait for others, but fails."""
    # Not the file itself: to close a second handle of it would free SQLite's own locks.
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class SqliteDeadLetterStore:
    """A `DeadLetterStore` in a file (or `:memory:`). Several processes may share the file."""

    def __init__(
        self,
        path: str | Path,
        *,
        wall_clock: WallClock,
        machine: MachineClock | None = None,
        run: Runner = inline,
        busy_s: float = 5.0,
    ) -> None:
        """`machine` is what leases go by, without it the wall clock; `busy_s` how long a step waits for another
        process's write. Raises `ConfigError` where the file cannot be opened or was written by a newer version."""
        self._wall_clock = wall_clock
        self._machine = machine
        self._mark = "" if machine is None else f"{_BOOT}{machine.boot}"
        self._run = run
        self._closed = False
        try:
            if str(path) == ":memory:":
                self._open(path, busy_s)
            else:
                with _alone_in(Path(path).parent):
                    Path(path).touch(mode=0o600)  # customers' data: not for every user of the machine
                    self._open(path, busy_s)
        except (sqlite3.Error, OSError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise ConfigError(f"dead letters cannot be kept in {path}: {why}") from error

    def _open(self, path: str | Path, busy_s: float) -> None:
        # Every step runs alone: inline in one loop, or in the one thread of `OwnThread`.
        self._database = sqlite3.connect(str(path), timeout=busy_s, isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._database.close)  # whoever lets go of the store unclosed leaves no file open
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("PRAGMA fullfsync=ON")  # on macOS an fsync alone stops at the disk's own cache
        self._migrate()

    def _migrate(self) -> None:
        # One process at a time: whoever waits here finds it done.
        self._database.execute("BEGIN IMMEDIATE")
        try:
            version = self._version()
            for step in _FROM_VERSION_1 if version == 1 else ():
                self._database.execute(step)
            for step in _BEFORE_VERSION_3 if version in {1, 2} else ():
                self._database.execute(step)
            for statement in _SCHEMA.split(";"):
                self._database.execute(statement)
            self._database.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            self._database.execute("COMMIT")
        except BaseException:
            self._database.execute("ROLLBACK")
            raise

    def _version(self) -> int:
        version: int = self._database.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise sqlite3.DatabaseError(f"it has version {version}, this program knows {SCHEMA_VERSION}")
        return version

    async def put(self, letter: DeadLetter) -> str:
        await self._step(lambda: self._database.execute(_PUT, to_row(letter)))
        return letter.id

    async def get(self, letter_id: str) -> DeadLetter | None:
        rows = await self._query("SELECT * FROM dead_letters WHERE id = :id", {"id": letter_id})
        return from_row(DeadLetter, rows[0]) if rows else None

    async def page(self, states: Sequence[LetterState], limit: int, after: str = "") -> Sequence[DeadLetter]:
        marks = ", ".join(f"'{LetterState(state)}'" for state in states)
        rows = await self._query(
            f"SELECT * FROM dead_letters WHERE state IN ({marks}) AND {_SHOWN}"  # noqa: S608 - this module's own words
            " AND seq > COALESCE((SELECT seq FROM dead_letters WHERE id = :after), 0) ORDER BY seq LIMIT :limit",
            {**self._now(), "after": after, "limit": limit},
        )
        return [from_row(DeadLetter, row) for row in rows]

    async def count(self) -> dict[LetterState, int]:
        counted = f"SELECT state, COUNT(*) FROM dead_letters WHERE {_SHOWN} GROUP BY state"  # noqa: S608 - as above
        rows = await self._query(counted, self._now())
        found = {row[0]: row[1] for row in rows}
        return {state: found.get(state.value, 0) for state in LetterState}

    async def lease(self, letter_id: str, owner: str, lease_s: float, *, insist: bool = False) -> DeadLetter | None:
        values = {**self._held_by(owner, lease_s), "id": letter_id, "insist": int(insist)}
        return await self.get(letter_id) if await self._change(_LEASE, values) else None

    async def undertake(self, letter: DeadLetter, owner: str, lease_s: float) -> DeadLetter:
        held = self._held_by(owner, lease_s)
        row = {**to_row(letter), **held, "lease_owner": held["owner"], "lease_until": held["until"]}

        def step() -> sqlite3.Row:
            self._database.execute(_UNDERTAKE, row)
            found: sqlite3.Row = self._database.execute(
                "SELECT * FROM dead_letters WHERE id = :id", {"id": letter.id}
            ).fetchone()
            return found

        there = from_row(DeadLetter, await self._step(step))
        return replace(there, lease_owner=there.lease_owner.removesuffix(self._mark))

    async def note(self, letter_id: str, owner: str, progress: bytes) -> bool:
        values = {"id": letter_id, "owner": owner + self._mark, "progress": progress, "clock": self._clock(self._now())}
        return await self._change(_NOTE, values)

    async def forget(self, letter_id: str, owner: str) -> bool:
        return await self._change(_FORGET, {"id": letter_id, "owner": owner + self._mark})

    async def settle(self, letter: DeadLetter, owner: str) -> bool:
        return await self._change(_SETTLE, {**to_row(letter), "owner": owner + self._mark})

    async def discard(self, letter_id: str) -> bool:
        return await self._change(_DISCARD, {**self._now(), "id": letter_id})

    def _held_by(self, owner: str, lease_s: float) -> dict[str, Any]:
        """A lease from now on."""
        now = self._now()
        return {**now, "owner": owner + self._mark, "until": self._clock(now) + lease_s}

    def _clock(self, now: dict[str, Any]) -> float:
        """What leases go by."""
        return float(now["now" if self._machine is None else "machine_now"])

    def _now(self) -> dict[str, Any]:
        machine_now = 0.0 if self._machine is None else self._machine.now_s()
        return {"now": self._wall_clock(), "machine_now": machine_now, "mark": self._mark}

    async def check(self) -> None:
        await self._query("SELECT 1", {})

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        await self._run(self._database.close)
        if isinstance(self._run, OwnThread):
            self._run.close()

    async def _change(self, statement: str, values: dict[str, Any]) -> bool:
        cursor = await self._step(lambda: self._database.execute(statement, values))
        return cursor.rowcount == 1

    async def _query(self, statement: str, values: dict[str, Any]) -> list[sqlite3.Row]:
        return await self._step(lambda: self._database.execute(statement, values).fetchall())

    async def _step(self, step: Callable[[], T]) -> T:
        # Shielded by the thread: a caller that is cancelled stops waiting, the write still happens whole.
        try:
            return await self._run(step)
        except sqlite3.Error as error:
            raise StoreUnavailable(f"dead letters: {error}") from error


def open_dead_letters(place: str, wall_clock: WallClock) -> SqliteDeadLetterStore:
    """The store that a URL's rest names: a path, or nothing for one that ends with the process."""
    return SqliteDeadLetterStore(place or ":memory:", wall_clock=wall_clock, machine=machine_clock(), run=OwnThread())
