"""The store of a real run: stopped, killed and back on its port, emptied, put back; and what its clients are told."""

import asyncio
import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from redis import Redis as Client

from brownout_core.records import ClaimStore, StoreUnavailable
from brownout_core.stores.redis import CONNECTIONS, RedisClaimStore
from brownout_harness.judging.evidence import GapKind
from brownout_harness.problems import BadInput
from brownout_harness.real.processes import Processes
from brownout_harness.real.redis_choice import AUTO, FAKE, Redis, choose
from brownout_harness.real.redis_process import RedisProcess
from brownout_harness.real.store import BACK_WITHIN_S, RealStore, require_own
from brownout_harness.virtual.store import VirtualStore
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.load import load
from brownout_scenarios.phases import Action
from brownout_scenarios.schema import Scenario
from brownout_scenarios.stores import Restore
from tests.support.aio import really, virtually
from tests.support.processes import eventually

PAUSE, START, KILL, EMPTY = Action(pause="store"), Action(start="store"), Action(kill="store"), Action(empty="store")
RESTORE = Action(at_s=9.0, restore=Restore(store=None, from_s=5.0))


class Stood:
    """A store that runs, and its processes; the clock is the test's where it is moved."""

    def __init__(self, redis: Redis, processes: Processes, folder: Path) -> None:
        self.ahead_s = 0.0
        self.processes = processes
        self.process = RedisProcess(redis, processes, scratch=folder, environment=os.environ)
        self.store = RealStore(restoring(), self.process, clock=lambda: time.monotonic() + self.ahead_s)
        self.url = self.store.wait()
        self.client = Client.from_url(self.url, socket_timeout=0.3)

    def is_back(self) -> bool:
        assert self.store.look(0.0) == []
        return len(self.store.away) == 1


def restoring() -> Scenario:
    """The library's `healthy`, in whose first phase the store is put back at 9 s to what it was 5 s before."""
    whole = load("healthy", vocabulary())
    first, *others = whole.phases
    return dataclasses.replace(whole, phases=(dataclasses.replace(first, actions=(RESTORE,)), *others))


@pytest.fixture(params=[AUTO, FAKE])
def stood(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stood]:
    with Processes(tmp_path) as processes:
        stood = Stood(choose(request.param), processes, tmp_path)
        yield stood
        stood.client.close()


@pytest.mark.real
def test_its_process_can_be_starved(stood: Stood) -> None:
    child = stood.process.child
    assert child is not None
    assert stood.store.pids == {"store": child.pid}


@pytest.mark.real
def test_one_that_is_stopped_answers_nobody_and_keeps_what_it_has(stood: Stood) -> None:
    stood.client.set("a", "1")
    assert stood.store.act(PAUSE, 1.0) == []
    with pytest.raises(Exception, match="Timeout"):
        stood.client.get("a")
    assert stood.store.act(START, 2.0) == []
    eventually(stood.is_back)
    assert stood.client.get("a") == b"1"
    (away,) = stood.store.away
    assert away.process == "redis"
    assert away.until_s - away.since_s >= 0.3


@pytest.mark.real
def test_one_that_is_killed_comes_back_where_it_was_and_empty(stood: Stood) -> None:
    stood.client.set("a", "1")
    assert stood.store.act(KILL, 1.0) == []
    assert not stood.process.answers()
    assert stood.store.look(1.5) == []
    assert stood.store.act(START, 2.0) == []
    eventually(stood.is_back)
    assert stood.client.get("a") is None
    assert stood.processes.died_unasked() == []
    # From now on its end is nobody's wish again.
    child = stood.process.child
    assert child is not None
    assert not child.asked_to_end


@pytest.mark.real
def test_one_that_is_not_back_in_time_is_a_gap_and_loses_nothing_else(
    stood: Stood, monkeypatch: pytest.MonkeyPatch
) -> None:
    stood.store.act(PAUSE, 1.0)
    assert stood.process.child is not None
    monkeypatch.setattr(stood.process.child, "go_on", lambda: None)
    stood.store.act(START, 2.0)
    monkeypatch.setattr(stood.process, "answers", lambda: False)
    assert stood.store.look(3.0) == []
    stood.ahead_s = BACK_WITHIN_S + 0.1
    (gap,) = stood.store.look(7.0)
    assert (gap.kind, gap.at_s) == (GapKind.NOT_STAGED, 7.0)
    assert gap.detail == "the store was not back 5 s after its start"
    assert stood.store.look(8.0) == []


@pytest.mark.real
def test_one_that_ends_as_it_is_started_is_a_gap_and_no_end_of_the_run(stood: Stood) -> None:
    stood.store.act(KILL, 1.0)
    stood.store.act(START, 2.0)
    child = stood.process.child
    assert child is not None
    child.kill()
    child.wait(10.0)
    (gap,) = stood.store.look(2.1)
    assert gap.detail.startswith("the store was started again, and ended")
    assert stood.processes.died_unasked() == []
    (gap,) = stood.store.act(EMPTY, 3.0)
    assert gap.kind is GapKind.NOT_STAGED
    assert gap.detail.startswith("empty store: ConnectionError")


@pytest.mark.real
def test_one_that_cannot_be_stopped_is_a_gap(stood: Stood, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stood.process.child, "pause", lambda: False)
    (gap,) = stood.store.act(PAUSE, 1.0)
    assert gap.detail == "pause store: it runs on"


@pytest.mark.real
def test_one_that_is_emptied_holds_nothing_and_emptying_nothing_is_a_gap(stood: Stood) -> None:
    stood.client.set("a", "1")
    assert stood.store.act(EMPTY, 1.0) == []
    assert stood.client.dbsize() == 0
    (gap,) = stood.store.act(EMPTY, 2.0)
    assert gap.detail == "empty store: it held nothing"


@pytest.mark.real
def test_one_that_is_put_back_holds_what_it_held_when_the_scenario_says(stood: Stood) -> None:
    stood.client.set("a", "then")
    assert stood.store.look(4.02) == []
    stood.client.set("a", "since")
    stood.client.set("b", "since")
    assert stood.store.act(RESTORE, 9.05) == []
    assert (stood.client.get("a"), stood.client.get("b")) == (b"then", None)
    (gap,) = stood.store.act(RESTORE, 9.06)
    assert gap.detail == "restore store from 5 s before: nothing had changed since"


@pytest.mark.real
@pytest.mark.parametrize("taken_s", [4.6, None])
def test_what_was_not_copied_then_cannot_be_put_back(stood: Stood, taken_s: float | None) -> None:
    """Too late, or while it was away."""
    stood.client.set("a", "then")
    if taken_s is None:
        stood.store.act(PAUSE, 3.9)
        stood.store.look(4.0)
        stood.store.act(START, 5.0)
        eventually(stood.is_back)
    else:
        stood.store.look(taken_s)
    (gap,) = stood.store.act(RESTORE, 9.0)
    assert gap.detail == "restore store from 5 s before: nobody knows what it held then"
    assert stood.client.get("a") == b"then"


async def asked(client: ClaimStore, pause: Callable[[], object], go_on: Callable[[], object]) -> list[object]:
    """What those are told who ask a store that is stopped for five seconds, and what it has done by then."""

    async def begin(number: int, after_s: float) -> str:
        await asyncio.sleep(after_s)
        try:
            return type(await client.begin(f"key {number}", "print", f"owner {number}", 60.0)).__name__
        except StoreUnavailable as error:
            return str(error)

    await begin(0, 0.0)
    pause()
    at_once = [begin(number, 0.0) for number in range(1, CONNECTIONS + 3)]
    askings = asyncio.gather(*at_once, begin(20, 4.5))
    await asyncio.sleep(5.0)
    go_on()
    told: list[object] = [*await askings]
    await asyncio.sleep(0.5)
    held = [type(await client.begin(f"key {number}", "print", "later", 60.0)).__name__ for number in range(7)]
    await client.close()
    return told + held


@pytest.mark.real
@pytest.mark.slow
def test_the_model_of_one_that_is_stopped_tells_its_clients_what_the_real_one_tells_them(stood: Stood) -> None:
    """Also which claims were made for those who had given up."""

    async def model() -> list[object]:
        store = VirtualStore(restoring(), asyncio.get_running_loop())
        return await asked(store.client(), partial(store.act, PAUSE), partial(store.act, START))

    async def real() -> list[object]:
        client = RedisClaimStore.from_url(stood.url)
        return await asked(client, partial(stood.store.act, PAUSE, 0.0), partial(stood.store.act, START, 5.0))

    told = virtually(model())
    assert told == really(real())
    assert told[:7] == [*["redis: TimeoutError"] * CONNECTIONS, *["redis: ConnectionError"] * 2, "Claimed"]
    # The first of those who gave up had the one connection that was open.
    assert told[7:] == [*["Busy"] * 2, *["Claimed"] * (CONNECTIONS + 1)]


def test_nothing_is_done_to_a_redis_that_the_user_names() -> None:
    mine = Redis(words="the Redis at 127.0.0.1:6379", url="redis://127.0.0.1:6379/5")
    with pytest.raises(
        BadInput, match=r"restore store from 5 s before: the Redis at 127.0.0.1:6379 is not the run's own"
    ):
        require_own(restoring(), mine)
    require_own(load("healthy", vocabulary()), mine)
    require_own(restoring(), choose(FAKE))
