"""A subscription that outlives its sessions: nothing twice, nothing lost that can be read, no silence."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.errors import ConfigError, ConnectionLost, VendorUnavailable
from brownout_core.guarded import Guarded
from brownout_core.pipeline import Pipeline
from brownout_core.policies.backoff import BackoffConfig
from brownout_core.policies.settings import make_policies, recommended
from brownout_core.services.storage import Change, Filter, Listening, Order, Page, Row, eq
from brownout_core.subscription import Gap, News, Subscriber, Subscription
from tests.support.aio import virtually
from tests.support.examples import examples

START = datetime(2026, 1, 1, tzinfo=UTC)
TERMS = Subscription(table="jobs", page=3, rejoin=BackoffConfig(initial_delay_s=1.0, max_delay_s=4.0))


class Session:
    """One session: what was said to it, and whether it lives."""

    def __init__(self) -> None:
        self.words: asyncio.Queue[Change | Exception | None] = asyncio.Queue()
        self.is_mute = False
        self.asked = 0

    async def heard(self) -> Change | None:
        word = await self.words.get()
        if isinstance(word, Exception):
            raise word
        return word

    async def ask(self) -> None:
        self.asked += 1
        if not self.is_mute:
            self.words.put_nowait(None)


class Table:
    """A table, and those who listen to it; `loses` says which changes are lost on their way."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[str, Any]] = {}
        self.open: list[Session] = []
        self.joined = 0
        self.reads: list[Sequence[Filter]] = []
        self.refuses = 0
        self.down = False
        self.loses: Callable[[], bool] = lambda: False
        self.at_joining: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def listen(self, table: str, *, where: Filter | None = None) -> AsyncIterator[Listening]:
        assert (table, where) == ("jobs", None)
        if self.refuses:
            self.refuses -= 1
            raise VendorUnavailable("supabase", "listen", "no", status=503)
        session = Session()
        self.open.append(session)
        self.joined += 1
        self.at_joining()
        try:
            yield session
        finally:
            if session in self.open:
                self.open.remove(session)

    async def select(
        self, table: str, *, where: Sequence[Filter], order: Sequence[Order], limit: int, **_: Any
    ) -> Page:
        assert (table, order) == ("jobs", [Order("id")])
        self.reads.append(where)
        await asyncio.sleep(0.01)
        if self.down:
            raise VendorUnavailable("supabase", "select", "no", status=503)
        return Page(
            [dict(row) for _, row in sorted(self.rows.items()) if all(_fits(row, each) for each in where)][:limit]
        )

    def write(self, key: int, **values: Any) -> None:
        now = START + timedelta(seconds=asyncio.get_running_loop().time())
        kind = "update" if key in self.rows else "insert"
        self.rows[key] = {"id": key, "created_at": now.isoformat(), **values}
        self.tell(Change(kind, dict(self.rows[key])))  # type: ignore[arg-type]

    def delete(self, key: int) -> None:
        del self.rows[key]
        self.tell(Change("delete", {"id": key}))

    def tell(self, change: Change) -> None:
        for session in self.open:
            if not session.is_mute and not self.loses():
                session.words.put_nowait(change)

    def cut(self) -> None:
        for session in self.open[:]:
            session.words.put_nowait(ConnectionLost("supabase", "listen", "1011"))
            self.open.remove(session)


def _fits(row: Row, each: Filter) -> bool:
    value, wanted = row[each.column], each.value
    if each.operator == "gte":
        return datetime.fromisoformat(value) >= datetime.fromisoformat(wanted)
    return bool(value > wanted) if each.operator == "gt" else bool(value == wanted)


class Reader:
    """Who subscribes, and all that he was told."""

    def __init__(self, table: Table, terms: Subscription = TERMS) -> None:
        settings = recommended(3.0, 10.0)
        policies = make_policies("supabase", settings, seed=1)
        guarded: Guarded[Any] = Guarded(table, Pipeline("supabase", policies), policies)
        self.subscriber: Subscriber[Any] = Subscriber(guarded, terms, Random(1))
        self.told: list[News] = []

    async def read(self) -> None:
        async with aclosing(self.subscriber.news()) as news:
            async for each in news:
                self.told.append(each)

    @property
    def rows(self) -> list[tuple[str, int]]:
        return [(each.kind, each.row["id"]) for each in self.told if isinstance(each, Change)]

    @property
    def gaps(self) -> list[str]:
        return [each.why for each in self.told if isinstance(each, Gap)]


def run(body: Callable[[Table, Reader], Any], terms: Subscription = TERMS, **rows: Any) -> Reader:
    """`body` while somebody reads."""

    async def main() -> Reader:
        table = Table()
        for key in rows.get("there", ()):
            table.write(key)
        reader = Reader(table, terms)
        task = asyncio.get_running_loop().create_task(reader.read())
        await asyncio.sleep(1)
        await body(table, reader)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert table.open == []
        return reader

    return virtually(main())


def test_what_is_there_is_told_page_by_page_and_then_what_comes() -> None:
    async def body(table: Table, _reader: Reader) -> None:
        table.write(8)
        await asyncio.sleep(1)
        table.delete(8)
        await asyncio.sleep(1)

    reader = run(body, there=range(1, 8))
    assert reader.rows == [*(("found", key) for key in range(1, 8)), ("insert", 8), ("delete", 8)]
    assert (reader.gaps, reader.subscriber.trouble) == ([], "")


def test_what_is_written_between_two_sessions_is_read_and_told_once() -> None:
    """The case that a subscription which only joins again loses."""

    async def body(table: Table, reader: Reader) -> None:
        table.write(1)
        await asyncio.sleep(1)
        table.cut()
        table.write(2)
        assert table.open == []
        await asyncio.sleep(5)
        table.write(3)
        await asyncio.sleep(1)
        assert table.joined == 2
        assert reader.rows == [("insert", 1), ("found", 2), ("insert", 3)]

    assert run(body).gaps == ["connection_lost"]


def test_what_is_pushed_while_it_is_read_is_told_once() -> None:
    async def body(table: Table, reader: Reader) -> None:
        table.at_joining = lambda: table.write(1)  # joined, and not yet read: both tell of it
        table.cut()
        await asyncio.sleep(5)
        assert reader.rows == [("found", 1)]

    run(body)


def test_a_silent_session_is_noticed_and_what_it_kept_quiet_about_is_told() -> None:
    async def body(table: Table, reader: Reader) -> None:
        table.open[0].is_mute = True
        table.write(1)
        await asyncio.sleep(TERMS.check_every_s)
        assert reader.rows == [("found", 1)]
        await asyncio.sleep(TERMS.answer_within_s + 1.0 + 1.0)
        table.write(2)
        await asyncio.sleep(1)
        assert reader.rows == [("found", 1), ("insert", 2)]

    assert run(body).gaps == ["silent"]


def test_a_session_that_only_loses_messages_is_made_up_for_at_the_check_up() -> None:
    async def body(table: Table, reader: Reader) -> None:
        table.loses = lambda: True
        table.write(1)
        table.loses = lambda: False
        table.write(2)
        await asyncio.sleep(TERMS.check_every_s + 1)
        assert reader.rows == [("insert", 2), ("found", 1)]
        assert table.joined == 1

    assert run(body).gaps == []


def test_a_session_that_lives_is_ended_by_no_deadline() -> None:
    """The calls' deadline is 10 s."""

    async def body(table: Table, _reader: Reader) -> None:
        await asyncio.sleep(3_600)
        assert table.joined == 1
        assert 140 <= table.open[0].asked <= 3_600 / TERMS.check_every_s

    run(body)


def test_joining_is_tried_again_with_pauses_and_the_trouble_is_shown() -> None:
    async def body(table: Table, reader: Reader) -> None:
        table.refuses = 1_000
        table.cut()
        table.write(1)
        await asyncio.sleep(60)
        assert 10 < 1_000 - table.refuses < 80
        assert reader.subscriber.trouble in {"vendor_unavailable", "breaker_open", "retry_suppressed"}
        table.refuses = 0
        await asyncio.sleep(60)
        assert (reader.rows, reader.subscriber.trouble) == ([("found", 1)], "")

    run(body)


def test_a_reading_that_fails_at_a_joining_is_a_joining_that_failed() -> None:
    async def body(table: Table, reader: Reader) -> None:
        table.down = True
        table.cut()
        table.write(1)
        await asyncio.sleep(20)
        assert (reader.rows, reader.subscriber.trouble != "") == ([], True)
        table.down = False
        await asyncio.sleep(60)
        assert reader.rows == [("found", 1)]

    run(body)


def test_a_check_up_that_cannot_read_is_made_up_for_by_the_next_and_the_session_goes_on() -> None:
    async def body(table: Table, reader: Reader) -> None:
        table.loses = lambda: True
        table.write(1)
        table.loses = lambda: False
        table.down = True
        await asyncio.sleep(TERMS.check_every_s + 11)
        assert reader.subscriber.trouble
        table.write(2)
        await asyncio.sleep(1)
        table.down = False
        await asyncio.sleep(60)
        assert reader.rows == [("insert", 2), ("found", 1)]
        assert table.joined == 1

    run(body)


def test_a_change_without_all_its_values_is_read_instead() -> None:
    async def body(table: Table, reader: Reader) -> None:
        session = table.open[0]
        table.open.clear()
        table.write(1, payload="large")
        session.words.put_nowait(Change("insert", {"id": 1}, is_whole=False))
        table.open.append(session)
        await asyncio.sleep(1)
        assert [each.row["payload"] for each in reader.told if isinstance(each, Change)] == ["large"]

    run(body)


@pytest.mark.parametrize("key", [None, True, [1], {"id": 1}])
def test_a_change_of_nobody_knows_which_row_is_read_instead(key: Any) -> None:
    async def body(table: Table, reader: Reader) -> None:
        session = table.open[0]
        table.open.clear()
        table.write(1)
        session.words.put_nowait(Change("insert", {"id": key}))
        table.open.append(session)
        await asyncio.sleep(1)
        assert reader.rows == [("found", 1)]

    run(body)


def test_only_so_much_is_read_and_remembered_as_could_have_come_late() -> None:
    async def body(table: Table, reader: Reader) -> None:
        for key in range(100):
            table.write(key)
            await asyncio.sleep(1)
        await asyncio.sleep(2 * TERMS.check_every_s)
        since = next(each.value for each in table.reads[-1] if each.column == "created_at")
        assert datetime.fromisoformat(since) >= START + timedelta(seconds=100 - TERMS.overlap_s)
        assert len(reader.subscriber._told) <= TERMS.overlap_s + 1
        assert reader.rows == [("insert", key) for key in range(100)]

    run(body)


@pytest.mark.parametrize(
    "wrong", [{"check_every_s": 0}, {"answer_within_s": 1e9}, {"overlap_s": -1}, {"page": 0}, {"page": 10_001}]
)
def test_terms_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        Subscription(table="jobs", **wrong)


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["write", "write", "write", "cut", "mute", "wait"]), st.integers(0, 4), st.integers(0, 9)
    ),
    max_size=25,
)


@examples(30)
@given(DEEDS)
def test_whatever_is_cut_or_lost_each_last_state_is_told_and_none_twice_or_backwards(
    deeds: list[tuple[str, int, int]],
) -> None:
    async def body(table: Table, reader: Reader) -> None:
        for what, key, pause in deeds:
            if what == "write":
                table.write(key)
            elif what == "cut":
                table.cut()
            elif what == "mute" and table.open:
                table.open[0].is_mute = True
            await asyncio.sleep(0.001 + pause)
        await asyncio.sleep(2 * (TERMS.check_every_s + TERMS.answer_within_s + 4.0))
        told: dict[int, list[str]] = {}
        for each in reader.told:
            if isinstance(each, Change):
                told.setdefault(each.row["id"], []).append(each.row["created_at"])
        assert {key: dates[-1] for key, dates in told.items()} == {
            key: row["created_at"] for key, row in table.rows.items()
        }
        for dates in told.values():
            assert dates == sorted(set(dates))

    run(body)


def test_only_what_was_asked_for_is_read() -> None:
    async def main() -> None:
        table, terms = Table(), Subscription(table="jobs", where=eq("status", "queued"))
        reader = Reader(table, terms)

        @asynccontextmanager
        async def listen(_table: str, *, where: Filter | None = None) -> AsyncIterator[Session]:
            assert where == terms.where
            yield Session()

        table.listen = listen  # type: ignore[method-assign,assignment]
        task = asyncio.get_running_loop().create_task(reader.read())
        await asyncio.sleep(1)
        assert list(table.reads[0]) == [terms.where]
        task.cancel()

    virtually(main())
