"""Changes of rows over a session, against Supabase's simulator in memory and against scripted messages."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest

from brownout_core.adapters.declaration import read_access
from brownout_core.adapters.realtime import Channel, address
from brownout_core.adapters.supabase import ADAPTER, SupabaseClient
from brownout_core.errors import (
    AuthenticationFailed,
    ConnectFailed,
    ConnectionLost,
    ResponseBroken,
    ServiceError,
    Throttled,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.services.storage import Change, eq, one_of
from brownout_core.sessions import SessionOver
from brownout_harness.virtual.wire import HostTransport, base_url_of
from brownout_simulators.faults.kinds import rule_from_json
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor
from tests.core.adapters.test_supabase import scripted
from tests.core.fakes import wire
from tests.support.aio import virtually

Body = Callable[[SupabaseClient, Simulator[Any]], Awaitable[None]]


def check(body: Body, *rules: dict[str, Any]) -> None:
    """With the project's own client."""

    async def main() -> None:
        loop, vendor, url = asyncio.get_running_loop(), load_vendor("supabase"), base_url_of("supabase")
        simulator = Simulator(vendor, clock=loop.time, epoch_s=1e9, seed=1, base_url=url)
        simulator.schedule([rule_from_json({"id": "r", "vendor": "supabase", **rule}) for rule in rules])
        host = MemoryHost(simulator, loop)
        way = HostTransport(host, wire_s=0.001)
        access = read_access({"supabase": ADAPTER}, vendor.environment(url, vendor.test_key("realtime")))["supabase"]
        await body(SupabaseClient(access, wire(way)._replace(sessions=way)).admin, simulator)
        await host.close()

    virtually(main())


def test_inserts_updates_and_deletes_are_told_and_a_heartbeat_is_answered() -> None:
    async def body(jobs: SupabaseClient, simulator: Simulator[Any]) -> None:
        async with jobs.listen("jobs") as listening:
            await jobs.insert("jobs", {"business_key": "J-1"}, key="business_key", operation_id="a")
            await jobs.update("jobs", {"status": "done"}, where=[eq("business_key", "J-1")], operation_id="b")
            (gone,) = await jobs.delete("jobs", where=[eq("business_key", "J-1")], operation_id="c")
            told = [await listening.heard() for _ in range(3)]
            assert [(each.kind, each.row.get("status"), each.row["id"]) for each in told if each is not None] == [
                ("insert", "queued", gone["id"]),
                ("update", "done", gone["id"]),
                ("delete", None, gone["id"]),
            ]
            await listening.ask()
            assert await listening.heard() is None
            assert (simulator.in_flight, simulator.under_way) == (1, 0)
        assert simulator.in_flight == 0

    check(body)


@pytest.mark.parametrize("where", [eq("status", "done"), one_of("status", ["done", "failed"])])
def test_only_what_was_asked_for_is_told(where: Any) -> None:
    async def body(jobs: SupabaseClient, _simulator: Simulator[Any]) -> None:
        async with jobs.listen("jobs", where=where) as listening:
            for key, status in (("J-1", "queued"), ("J-2", "done")):
                await jobs.insert("jobs", {"business_key": key, "status": status}, key="business_key", operation_id="a")
            told = await listening.heard()
            assert told is not None
            assert told.row["business_key"] == "J-2"

    check(body)


def test_whoever_gives_up_waiting_loses_nothing() -> None:
    async def body(jobs: SupabaseClient, _simulator: Simulator[Any]) -> None:
        async with jobs.listen("jobs") as listening:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(5):
                    await listening.heard()
            await jobs.insert("jobs", {"business_key": "J-1"}, key="business_key", operation_id="a")
            told = await listening.heard()
            assert told is not None

    check(body)


@pytest.mark.parametrize("ending", ["close", "reset"])
def test_a_session_that_is_cut_is_a_lost_connection(ending: str) -> None:
    async def body(jobs: SupabaseClient, _simulator: Simulator[Any]) -> None:
        async with jobs.listen("jobs") as listening:
            with pytest.raises(ConnectionLost):
                await listening.heard()
            with pytest.raises(ConnectionLost):
                await listening.ask()

    check(body, {"match": "GET /realtime/*", "break_session": {"after_s": 3, "ending": ending}})


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"respond": {"error": "realtime_too_many_users"}}, Throttled),
        ({"respond": {"status": 503}}, VendorUnavailable),
        ({"drop_before_effect": {}}, ConnectionLost),
        ({"break_session": {"after_messages": 0}}, ConnectionLost),
    ],
)
def test_a_handshake_that_is_refused_is_the_error_that_it_means(
    fault: dict[str, Any], error: type[ServiceError]
) -> None:
    async def body(jobs: SupabaseClient, _simulator: Simulator[Any]) -> None:
        with pytest.raises(error):
            async with jobs.listen("jobs"):
                pass

    check(body, {"match": "GET /realtime/*", **fault})


def test_a_table_that_is_not_there_cannot_be_listened_to() -> None:
    async def body(jobs: SupabaseClient, _simulator: Simulator[Any]) -> None:
        with pytest.raises(VendorRefused):
            async with jobs.listen("nothing"):
                pass

    check(body)


def test_without_a_transport_for_sessions_nothing_was_sent() -> None:
    async def main() -> None:
        client, fake = scripted([])
        with pytest.raises(ConnectFailed):
            async with client.listen("jobs"):
                pass
        assert fake.requests == []

    virtually(main())


class Said:
    """A session in which the vendor's words are given; after them it is over."""

    def __init__(self, *words: Any) -> None:
        self.words = deque(words)
        self.heard: list[dict[str, Any]] = []

    async def send(self, text: str) -> None:
        self.heard.append(orjson.loads(text))

    async def receive(self) -> str:
        if not self.words:
            raise SessionOver(1011, "a reason")
        word = self.words.popleft()
        return word if isinstance(word, str) else orjson.dumps(word).decode()


def reply(status: str, ref: str = "1", **response: Any) -> dict[str, Any]:
    payload = {"status": status, "response": response}
    return {"topic": "realtime:jobs", "event": "phx_reply", "payload": payload, "ref": ref}


def event(name: str, payload: Any, topic: str = "realtime:jobs") -> dict[str, Any]:
    return {"topic": topic, "event": name, "payload": payload, "ref": None}


SUBSCRIBED = event("system", {"extension": "postgres_changes", "status": "ok"})


def join(*words: Any) -> Said:
    said = Said(*words)
    virtually(Channel(said, "jobs").join("token", eq("status", "queued")))
    return said


def test_it_has_joined_when_the_database_is_listened_to() -> None:
    said = join(reply("ok"), event("presence_state", {}), event("x", {}, "realtime:other"), SUBSCRIBED)
    (frame,) = said.heard
    assert (frame["topic"], frame["event"], frame["ref"]) == ("realtime:jobs", "phx_join", "1")
    asked = {"event": "*", "schema": "public", "table": "jobs", "filter": "status=eq.queued"}
    assert frame["payload"]["config"]["postgres_changes"] == [asked]
    assert frame["payload"]["access_token"] == "token"


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("ClientJoinRateLimitReached: Too many joins per second", Throttled),
        ("InvalidJWTToken: Token has expired", AuthenticationFailed),
        ("Unauthorized: no", VendorRefused),
        ("RealtimeRestarting: please standby", VendorUnavailable),
        ("", VendorUnavailable),
    ],
)
def test_a_join_that_is_refused_is_the_error_that_its_code_means(reason: str, error: type[ServiceError]) -> None:
    with pytest.raises(error):
        join(reply("error", reason=reason))


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("no json", ResponseBroken),
        ("[1]", ResponseBroken),
        (event("phx_close", {}), ConnectionLost),
        (event("phx_error", {}), ConnectionLost),
        (event("postgres_changes", {"data": {"type": "TRUNCATE"}}), ResponseBroken),
        (event("postgres_changes", None), ResponseBroken),
        ('{"topic": ["realtime:jobs"], "event": "postgres_changes", "payload": {}}', ResponseBroken),
        ('{"topic": "realtime:jobs", "event": 7, "payload": {}}', ResponseBroken),
        ('{"event": "postgres_changes", "payload": {}}', ResponseBroken),
    ],
)
def test_what_cannot_be_read_is_no_change(word: Any, error: type[ServiceError]) -> None:
    with pytest.raises(error):
        virtually(Channel(Said(word), "jobs").heard())


def test_a_change_that_was_too_large_says_so() -> None:
    data = {"type": "INSERT", "record": {"id": 1}, "errors": ["Error 413: Payload Too Large"]}
    told = virtually(Channel(Said(event("postgres_changes", {"data": data})), "jobs").heard())
    assert told == Change("insert", {"id": 1}, is_whole=False)


def test_the_key_travels_in_the_address() -> None:
    assert address("http://x", "a b") == "http://x/realtime/v1/websocket?apikey=a%20b&vsn=1.0.0"
