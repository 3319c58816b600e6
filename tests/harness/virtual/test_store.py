"""The store in virtual time: stopped, killed, emptied and put back as a Redis is, and what its clients get."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from brownout_core.records import Busy, Claimed, ClaimStore, Finished, StoreUnavailable
from brownout_core.stores.redis import CONNECTIONS, TIMEOUT_S, TRIES
from brownout_harness.judging.evidence import GapKind
from brownout_harness.virtual.shelf import FileShelf
from brownout_harness.virtual.store import CLAIMS_LIMIT, VirtualStore
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.load import load
from brownout_scenarios.phases import Action
from brownout_scenarios.stores import Restore
from tests.support.aio import virtually

PAUSE, START, KILL, EMPTY = Action(pause="store"), Action(start="store"), Action(kill="store"), Action(empty="store")
RESTORE = Action(at_s=9.0, restore=Restore(store=None, from_s=5.0))


def made(*restores: Action, away: FileShelf | None = None) -> VirtualStore:
    """One of a run in which it is put back so."""
    whole = load("healthy", vocabulary())
    first, *others = whole.phases
    scenario = replace(whole, phases=(replace(first, actions=restores), *others))
    return VirtualStore(scenario, asyncio.get_running_loop(), away=away)


def act(store: VirtualStore, action: Action) -> str:
    """In what it was not as asked."""
    gaps = store.act(action)
    assert {gap.kind for gap in gaps} <= {GapKind.NOT_STAGED}
    return "".join(gap.detail.removeprefix(f"{action.text}: ") for gap in gaps)


async def told(asking: Awaitable[object]) -> tuple[object, float]:
    """What came of it, and after how long."""
    loop = asyncio.get_running_loop()
    since_s = loop.time()
    try:
        answer = await asking
    except StoreUnavailable as error:
        return str(error), loop.time() - since_s
    return answer, loop.time() - since_s


def begin(client: ClaimStore, number: int, owner: str = "a") -> Awaitable[object]:
    return client.begin(f"key {number}", "print", f"{owner}{number}", 10.0)


def test_one_that_is_stopped_answers_nobody_and_those_without_a_connection_give_up_sooner() -> None:
    """As the real client does, measured on a Redis that was stopped (`tests/harness/real/test_store.py`)."""

    async def main() -> None:
        store = made()
        client = store.client()
        act(store, PAUSE)
        answers = await asyncio.gather(*(told(begin(client, number)) for number in range(CONNECTIONS + 2)))
        assert answers == [
            *[("redis: TimeoutError", TRIES * TIMEOUT_S)] * CONNECTIONS,
            *[("redis: ConnectionError", TIMEOUT_S)] * 2,
        ]

    virtually(main())


def test_one_that_is_starved_answers_in_turns_and_at_once_when_it_is_fed() -> None:
    async def main() -> None:
        store = made()
        client = store.client()
        act(store, Action(starve="store", taken=0.8))
        answer, took_s = await told(begin(client, 1))
        assert answer == Claimed(1)
        assert took_s == pytest.approx(0.08)
        assert await told(begin(client, 2)) == (Claimed(1), 0.0)
        await asyncio.sleep(0.05)
        answer, took_s = await told(begin(client, 3))
        assert answer == Claimed(1)
        assert took_s == pytest.approx(0.05)
        await asyncio.sleep(0.05)
        act(store, Action(feed="store"))
        assert await told(begin(client, 4)) == (Claimed(1), 0.0)
        await asyncio.sleep(10.0)
        assert store.runs

    virtually(main())


def test_another_process_has_connections_of_its_own() -> None:
    async def main() -> None:
        store = made()
        one, other = store.client(), store.client()
        act(store, PAUSE)
        askings = [told(begin(one, number)) for number in range(CONNECTIONS)]
        *_, last = await asyncio.gather(*askings, told(begin(other, 99)))
        assert last == ("redis: TimeoutError", TRIES * TIMEOUT_S)

    virtually(main())


def test_what_was_sent_to_one_that_is_stopped_is_done_when_it_goes_on_whether_anybody_waits_or_not() -> None:
    """The claim is made, and its owner has been told that there is no store: the next one meets a claim that nobody
    holds, for as long as its lease, which began when the store went on."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        store = made()
        client = store.client()
        await begin(client, 0)
        act(store, PAUSE)
        given_up = await asyncio.gather(*(told(begin(client, number)) for number in (1, 2)))
        assert given_up == [("redis: TimeoutError", 4.0)] * 2
        waiting = loop.create_task(told(begin(client, 3)))
        await asyncio.sleep(1.5)
        act(store, START)
        assert await waiting == (Claimed(1), 1.5)
        assert await begin(client, 1, "b") == Busy(10.0)
        # There was one open connection; over a new one nothing had been sent.
        assert await begin(client, 2, "b") == Claimed(1)
        await asyncio.sleep(10.0)
        taken_over = await begin(client, 1, "b")
        assert isinstance(taken_over, Claimed)
        assert taken_over.taken_over

    virtually(main())


def test_one_that_is_killed_refuses_at_once_and_comes_back_empty() -> None:
    async def main() -> None:
        store = made()
        client = store.client()
        assert await begin(client, 1) == Claimed(1)
        assert act(store, KILL) == ""
        assert not store.runs
        assert await told(begin(client, 1)) == ("redis: ConnectionError", 0.0)
        assert await told(client.check()) == ("redis: ConnectionError", 0.0)
        act(store, START)
        assert await begin(client, 1, "b") == Claimed(1)

    virtually(main())


def test_one_that_is_emptied_has_forgotten_and_emptying_nothing_is_told() -> None:
    """Otherwise a scenario would pass that has done nothing."""

    async def main() -> None:
        store = made()
        client = store.client()
        assert act(store, EMPTY) == "it held nothing"
        assert await begin(client, 1) == Claimed(1)
        assert act(store, EMPTY) == ""
        assert act(store, EMPTY) == "it held nothing"
        assert await client.complete("key 1", "a1", 1, b"done") is False
        assert await begin(client, 1, "b") == Claimed(1)

    virtually(main())


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[FileShelf]:
    with closing(FileShelf(tmp_path)) as made:
        yield made


@pytest.mark.parametrize("on_disk", [False, True])
def test_one_that_is_put_back_holds_what_it_held_then(
    request: pytest.FixtureRequest, on_disk: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brownout_core.stores.memory.NEWEST", 1)
    away = request.getfixturevalue("shelf") if on_disk else None

    async def main() -> None:
        store = made(RESTORE, away=away)
        client = store.client()
        for number in (1, 2, 3):
            await begin(client, number)
        for number in (1, 2):
            assert await client.complete(f"key {number}", f"a{number}", 1, b"then")
        await asyncio.sleep(5.0)
        assert await client.complete("key 3", "a3", 1, b"since")
        assert await begin(client, 4) == Claimed(1)
        await asyncio.sleep(4.0)
        for _ in range(2):  # as often as one likes
            assert act(store, RESTORE) == ""
            assert await begin(client, 2, "b") == Finished(b"then")
            assert await begin(client, 3, "b") == Busy(1.0)
            assert await begin(client, 4, "b") == Claimed(1)
            assert await client.complete("key 3", "a3", 1, b"again")

    virtually(main())


def test_what_is_put_back_to_what_it_is_or_to_what_nobody_knows_is_told() -> None:
    async def main() -> None:
        store = made(RESTORE)
        client = store.client()
        assert await begin(client, 1) == Claimed(1)
        assert act(store, RESTORE) == "nobody knows what it held then"
        await asyncio.sleep(9.0)
        assert act(store, RESTORE) == "nothing had changed since"
        assert await begin(client, 1) == Claimed(1)

    virtually(main())


def test_what_it_held_while_it_was_stopped_nobody_knows() -> None:
    async def main() -> None:
        store = made(RESTORE)
        act(store, PAUSE)
        await asyncio.sleep(5.0)
        act(store, START)
        await asyncio.sleep(4.0)
        assert act(store, RESTORE) == "nobody knows what it held then"

    virtually(main())


def test_claims_that_were_forgotten_for_want_of_room_are_counted_over_all_that_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert CLAIMS_LIMIT == 1_000_000
    monkeypatch.setattr("brownout_harness.virtual.store.CLAIMS_LIMIT", 1)

    async def main() -> None:
        store = made()
        client = store.client()
        for _ in range(2):
            for number in (1, 2):
                await begin(client, number)
                await client.complete(f"key {number}", f"a{number}", 1, b"done")
            act(store, EMPTY)
        assert store.forgotten == 2

    virtually(main())
