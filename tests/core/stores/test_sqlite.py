"""Dead letters in SQLite: durable, and one redriver at a time."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from brownout_core.clock import MachineClock
from brownout_core.errors import ConfigError
from brownout_core.records import OPEN_STATES, DeadLetter, LetterState, StoreUnavailable
from brownout_core.stores.sqlite import OwnThread, SqliteDeadLetterStore
from tests.support.aio import really, virtually


class Wall:
    """A wall clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def letter(number: int = 1, **changes: object) -> DeadLetter:
    plain = DeadLetter(
        id=f"dl_{number}",
        flow="pay",
        payload=b'{"amount":1}',
        payload_hash="hash",
        idempotency_key=f"key-{number}",
        operation_id=f"op-{number}",
        first_attempt_at=990.0,
        last_attempt_at=991.0,
        error_class="connection_lost",
        reason="lost",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_what_was_put_can_be_read_in_the_order_of_putting() -> None:
    async def main() -> None:
        store = SqliteDeadLetterStore(":memory:", wall_clock=Wall())
        for number in (3, 1, 2):
            assert await store.put(letter(number)) == f"dl_{number}"
        assert await store.get("dl_1") == letter(1)
        assert await store.get("dl_9") is None
        assert [each.id for each in await store.page(OPEN_STATES, 10)] == ["dl_3", "dl_1", "dl_2"]
        assert [each.id for each in await store.page(OPEN_STATES, 1, after="dl_3")] == ["dl_1"]
        assert await store.page([LetterState.REDRIVEN], 10) == []
        counts = await store.count()
        assert (counts[LetterState.PENDING], sum(counts.values())) == (3, 3)
        await store.close()
        await store.close()

    virtually(main())


def test_a_commit_is_on_the_disk_before_it_is_told(tmp_path: Path) -> None:
    async def main() -> None:
        store = SqliteDeadLetterStore(tmp_path / "letters", wall_clock=Wall())
        # Nothing less than a power cut shows the difference, so the settings that SQLite documents are looked at.
        settings = {
            name: store._database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "fullfsync")
        }
        assert settings == {"synchronous": 2, "fullfsync": 1}
        assert store._database.isolation_level is None
        await store.close()

    virtually(main())


def test_putting_it_again_renews_it_and_keeps_its_beginning() -> None:
    async def main() -> None:
        store = SqliteDeadLetterStore(":memory:", wall_clock=Wall())
        await store.put(letter())
        await store.put(letter(first_attempt_at=995.0, last_attempt_at=996.0, reason="again"))
        kept = await store.get("dl_1")
        assert kept is not None
        assert (kept.first_attempt_at, kept.last_attempt_at, kept.reason, kept.attempts) == (990.0, 996.0, "again", 2)

    virtually(main())


def test_a_letter_is_leased_to_one_until_it_is_settled() -> None:
    async def main() -> None:
        wall = Wall()
        store = SqliteDeadLetterStore(":memory:", wall_clock=wall)
        await store.put(letter())
        leased = await store.lease("dl_1", "a", 60)
        assert leased is not None
        assert (leased.state, leased.lease_owner, leased.lease_until) == (LetterState.REDRIVING, "a", 1060.0)
        assert await store.lease("dl_1", "b", 60) is None
        assert not await store.discard("dl_1")
        assert not await store.settle(replace(leased, state=LetterState.REDRIVEN), "b")
        assert await store.settle(replace(leased, state=LetterState.REDRIVEN, outcome="ok", resolved_at=1001.0), "a")
        assert not await store.settle(replace(leased, state=LetterState.PENDING), "a")
        kept = await store.get("dl_1")
        assert kept is not None
        assert (kept.state, kept.outcome, kept.resolved_at, kept.lease_owner) == (
            LetterState.REDRIVEN,
            "ok",
            1001.0,
            "",
        )
        assert await store.lease("dl_1", "b", 60) is None
        assert not await store.discard("dl_1")

    virtually(main())


def test_a_lease_that_is_over_can_be_taken_and_its_owner_settles_nothing() -> None:
    async def main() -> None:
        wall = Wall()
        store = SqliteDeadLetterStore(":memory:", wall_clock=wall)
        await store.put(letter())
        first = await store.lease("dl_1", "a", 60)
        wall.now += 60
        second = await store.lease("dl_1", "b", 60)
        assert first is not None
        assert second is not None
        assert not await store.settle(replace(first, state=LetterState.REDRIVEN), "a")
        wall.now += 60
        assert await store.discard("dl_1")

    virtually(main())


def test_a_letter_that_is_being_redriven_is_not_renewed() -> None:
    async def main() -> None:
        store = SqliteDeadLetterStore(":memory:", wall_clock=Wall())
        await store.put(letter())
        await store.lease("dl_1", "a", 60)
        await store.put(letter(reason="again"))
        kept = await store.get("dl_1")
        assert kept is not None
        assert (kept.state, kept.reason) == (LetterState.REDRIVING, "lost")

    virtually(main())


def test_poison_is_leased_only_to_who_insists() -> None:
    async def main() -> None:
        store = SqliteDeadLetterStore(":memory:", wall_clock=Wall())
        await store.put(letter())
        leased = await store.lease("dl_1", "a", 60)
        assert leased is not None
        await store.settle(replace(leased, state=LetterState.POISON), "a")
        assert await store.lease("dl_1", "a", 60) is None
        assert await store.lease("dl_1", "a", 60, insist=True) is not None

    virtually(main())


def test_of_fifty_concurrent_leases_in_two_processes_exactly_one_is_given(tmp_path: Path) -> None:
    async def main() -> None:
        stores = [SqliteDeadLetterStore(tmp_path / "letters.db", wall_clock=Wall(), run=OwnThread()) for _ in range(2)]
        await stores[0].put(letter())
        leases = await asyncio.gather(*(stores[n % 2].lease("dl_1", f"owner-{n}", 60) for n in range(50)))
        assert sum(lease is not None for lease in leases) == 1
        for store in stores:
            await store.close()

    really(main())


def test_the_file_is_for_its_owner_only_and_survives_being_closed(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "letters.db"
        store = SqliteDeadLetterStore(path, wall_clock=Wall())
        await store.put(letter())
        await store.close()
        assert path.stat().st_mode & 0o077 == 0
        again = SqliteDeadLetterStore(path, wall_clock=Wall())
        assert await again.get("dl_1") == letter()
        await again.close()

    virtually(main())


WRITER = """
import asyncio, os, sys
from tests.core.stores.test_sqlite import Wall, letter
from brownout_core.stores.sqlite import SqliteDeadLetterStore

async def main():
    store = SqliteDeadLetterStore(sys.argv[1], wall_clock=Wall())
    number = 0
    while True:
        number += 1
        await store.put(letter(number))
        os.write(1, b"%d\\n" % number)  # acknowledged

asyncio.run(main())
"""


@pytest.mark.real
def test_what_was_acknowledged_survives_sigkill(tmp_path: Path) -> None:
    path = tmp_path / "letters.db"
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    acknowledged = 0
    while acknowledged < 50:
        acknowledged = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    acknowledged = max([acknowledged, *map(int, process.stdout.read().split())])
    process.stdout.close()
    process.wait(timeout=10)

    async def main() -> None:
        store = SqliteDeadLetterStore(path, wall_clock=Wall())
        kept = (await store.count())[LetterState.PENDING]
        assert kept in {acknowledged, acknowledged + 1}
        await store.close()

    virtually(main())


def test_a_store_that_cannot_write_says_so() -> None:
    async def main() -> None:
        store = SqliteDeadLetterStore(":memory:", wall_clock=Wall())
        await store.close()
        with pytest.raises(StoreUnavailable):
            await store.put(letter())
        with pytest.raises(StoreUnavailable):
            await store.check()

    virtually(main())


def test_a_folder_that_does_not_exist_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be kept"):
        SqliteDeadLetterStore(tmp_path / "missing" / "letters.db", wall_clock=Wall())


VERSION_1 = """
CREATE TABLE dead_letters (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, flow TEXT NOT NULL, payload BLOB NOT NULL,
    payload_hash TEXT NOT NULL, idempotency_key TEXT NOT NULL, correlation_id TEXT NOT NULL,
    first_attempt_at REAL NOT NULL, last_attempt_at REAL NOT NULL, error_class TEXT NOT NULL, reason TEXT NOT NULL,
    attempts INTEGER NOT NULL, generation INTEGER NOT NULL, state TEXT NOT NULL, lease_owner TEXT NOT NULL,
    lease_until REAL NOT NULL, resolved_at REAL, outcome TEXT NOT NULL
);
CREATE INDEX dead_letters_by_state ON dead_letters (state, seq);
PRAGMA user_version=1;
"""
STATES_1 = ("waiting", "done", "redriving", "refused", "poison", "discarded")


def test_a_file_of_version_1_is_read_in_todays_words(tmp_path: Path) -> None:
    path = tmp_path / "letters.db"
    old = sqlite3.connect(path)
    old.executescript(VERSION_1)
    for number, state in enumerate(STATES_1):
        old.execute(
            "INSERT INTO dead_letters (id, flow, payload, payload_hash, idempotency_key, correlation_id,"
            " first_attempt_at, last_attempt_at, error_class, reason, attempts, generation, state, lease_owner,"
            " lease_until, resolved_at, outcome) VALUES (?, 'pay', X'7B7D', 'hash', ?, ?, 1, 2, 'lost', 'r', 1, 0, ?,"
            " '', 0, NULL, '')",
            (f"dl_{number}", f"key-{number}", f"op-{number}", state),
        )
    old.commit()
    old.close()

    async def main() -> None:
        for _ in range(2):  # the second time there is nothing left to do
            store = SqliteDeadLetterStore(path, wall_clock=Wall())
            letters = await store.page(tuple(LetterState), 10)
            assert [(each.operation_id, each.state.value) for each in letters] == [
                ("op-0", "pending"),
                ("op-1", "redriven"),
                ("op-2", "redriving"),
                ("op-3", "refused"),
                ("op-4", "poison"),
                ("op-5", "discarded"),
            ]
            await store.close()
        store = SqliteDeadLetterStore(path, wall_clock=Wall())
        await store.put(letter(9))
        assert await store.lease("dl_0", "a", 60) is not None
        await store.close()

    virtually(main())


def test_two_processes_that_open_an_old_file_at_once_change_it_once(tmp_path: Path) -> None:
    path = tmp_path / "letters.db"
    sqlite3.connect(path).executescript(VERSION_1).close()
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(lambda _: SqliteDeadLetterStore(path, wall_clock=Wall()), range(8)))

    async def main() -> None:
        assert await stores[3].put(letter()) == "dl_1"
        assert await stores[5].get("dl_1") == letter()
        for store in stores:
            await store.close()

    virtually(main())


def test_a_change_that_fails_leaves_an_old_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "letters.db"
    old = sqlite3.connect(path)
    old.executescript("CREATE TABLE dead_letters (id TEXT); PRAGMA user_version=1;")
    old.close()
    with pytest.raises(ConfigError, match="cannot be kept"):
        SqliteDeadLetterStore(path, wall_clock=Wall())
    again = sqlite3.connect(path)
    assert again.execute("PRAGMA user_version").fetchone() == (1,)
    again.close()


def test_who_takes_over_a_lease_knows_that_it_may_have_been_sent_until_the_lease_was_over() -> None:
    async def main() -> None:
        wall = Wall()
        store = SqliteDeadLetterStore(":memory:", wall_clock=wall)
        await store.put(letter())
        first = await store.lease("dl_1", "a", 60)
        assert first is not None
        assert first.last_attempt_at == 991.0
        wall.now += 100.0
        second = await store.lease("dl_1", "b", 60)
        assert second is not None
        assert second.last_attempt_at == 1060.0

    virtually(main())


def test_a_file_of_a_newer_version_is_a_config_error(tmp_path: Path) -> None:
    path = tmp_path / "letters.db"
    store = SqliteDeadLetterStore(path, wall_clock=Wall())
    store._database.execute("PRAGMA user_version=99")
    virtually(store.close())
    with pytest.raises(ConfigError, match="version 99"):
        SqliteDeadLetterStore(path, wall_clock=Wall())


def test_a_file_that_is_no_database_is_a_config_error(tmp_path: Path) -> None:
    path = tmp_path / "letters.db"
    path.write_bytes(b"something else entirely" * 100)
    with pytest.raises(ConfigError, match="cannot be kept"):
        SqliteDeadLetterStore(path, wall_clock=Wall())


def on_a_machine(path: Path | str, wall: Wall, machine: Wall, boot: str = "one") -> SqliteDeadLetterStore:
    return SqliteDeadLetterStore(path, wall_clock=wall, machine=MachineClock(machine, boot))


@pytest.mark.parametrize("moved_s", [90_000.0, -90_000.0])
def test_a_wall_clock_that_is_moved_neither_ends_a_lease_nor_makes_it_longer(tmp_path: Path, moved_s: float) -> None:
    async def main() -> None:
        wall, machine = Wall(), Wall()
        one, other = (on_a_machine(tmp_path / "letters.db", wall, machine) for _ in range(2))
        await one.put(letter(1))
        first = await one.lease("dl_1", "a", 60)
        assert first is not None
        wall.now += moved_s
        machine.now += 59
        assert await other.lease("dl_1", "b", 60) is None
        assert not await other.discard("dl_1")
        machine.now += 11
        second = await other.lease("dl_1", "b", 60)
        assert second is not None
        # It may have been sent until the lease was over, ten seconds ago by whatever the wall clock says now.
        assert second.last_attempt_at == max(letter(1).last_attempt_at, wall.now - 10)
        assert not await one.settle(first, "a")
        assert await other.settle(replace(second, state=LetterState.REDRIVEN), "b")
        await one.close()
        await other.close()

    virtually(main())


def test_a_lease_ends_with_the_machines_start_in_which_it_was_given(tmp_path: Path) -> None:
    """Whoever held it is dead; when he sent it last, no clock tells."""

    async def main() -> None:
        wall, machine = Wall(), Wall()
        before = on_a_machine(tmp_path / "letters.db", wall, machine)
        await before.put(letter(1))
        assert await before.lease("dl_1", "a", 60) is not None
        await before.close()
        wall.now, machine.now = wall.now + 30, 5.0
        after = on_a_machine(tmp_path / "letters.db", wall, machine, "two")
        found = await after.lease("dl_1", "b", 60)
        assert found is not None
        assert found.last_attempt_at == wall.now
        await after.close()

    virtually(main())


def test_work_that_is_under_way_is_held_by_the_machines_clock_too(tmp_path: Path) -> None:
    """A wall clock that leaps a day ahead frees nothing, and shows nothing; the machine's own does."""

    async def main() -> None:
        wall, machine = Wall(), Wall()
        one, other = (on_a_machine(tmp_path / "letters.db", wall, machine) for _ in range(2))
        begun = replace(letter(1), state=LetterState.UNDER_WAY)
        assert (await one.undertake(begun, "a", 60)).lease_owner == "a"
        wall.now += 90_000
        assert (await other.undertake(begun, "b", 60)).lease_owner != "b"
        assert await other.lease("dl_1", "b", 60) is None
        assert not await other.page([LetterState.UNDER_WAY], 10)
        assert await one.note("dl_1", "a", b"so far")
        machine.now += 61
        assert not await one.note("dl_1", "a", b"too late")
        assert len(await other.page([LetterState.UNDER_WAY], 10)) == 1
        taken = await other.undertake(begun, "b", 60)
        assert (taken.lease_owner, taken.progress) == ("b", b"so far")
        assert taken.last_attempt_at == wall.now - 1, "until the lease was over, a second ago, it may have been sent"
        assert await other.forget("dl_1", "b")
        await one.close()
        await other.close()

    virtually(main())


def test_a_lease_by_the_wall_clock_is_held_against_it(tmp_path: Path) -> None:
    """Of an earlier version that still runs beside."""

    async def main() -> None:
        wall = Wall()
        before = SqliteDeadLetterStore(tmp_path / "letters.db", wall_clock=wall)
        now = on_a_machine(tmp_path / "letters.db", wall, Wall())
        await before.put(letter(1))
        assert await before.lease("dl_1", "a", 60) is not None
        assert await now.lease("dl_1", "b", 60) is None
        wall.now += 61
        assert await now.lease("dl_1", "b", 60) is not None
        await before.close()
        await now.close()

    virtually(main())
