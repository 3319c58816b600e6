"""Supabase's tables and files, against its simulator in memory and against scripted answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from brownout_core.adapters.declaration import read_access
from brownout_core.adapters.supabase import ADAPTER, SupabaseAccess, SupabaseClient
from brownout_core.errors import (
    AuthenticationFailed,
    ConnectionLost,
    QuotaExhausted,
    ResponseBroken,
    ServiceError,
    Throttled,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.services.storage import Filter, Order, StorageService, StoredFile, eq, one_of
from brownout_core.transport import Lost, Response
from brownout_harness.virtual.wire import HostTransport, base_url_of
from brownout_simulators.hosts.memory import MemoryHost
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor
from tests.core.fakes import reply, wire
from tests.core.models import Scripted, Step
from tests.support.aio import virtually

ACCESS = SupabaseAccess(base_url="http://supabase.test", anon_key="planted-anon", service_role_key="planted-service")
JOB = {"business_key": "J-1", "payload": {"n": 1}, "amount": "12.50"}
SETUP: dict[str, Any] = {"storage": {"buckets": {"papers": {}}}}


@asynccontextmanager
async def project() -> AsyncIterator[tuple[SupabaseClient, Simulator[Any]]]:
    """The project's own client, and the simulator that it asks."""
    loop, vendor = asyncio.get_running_loop(), load_vendor("supabase")
    url = base_url_of("supabase")
    simulator = Simulator(vendor, clock=loop.time, epoch_s=1e9, seed=1, base_url=url)
    host = MemoryHost(simulator, loop)
    access = read_access({"supabase": ADAPTER}, vendor.environment(url, vendor.test_key("adapter")))["supabase"]
    yield SupabaseClient(access, wire(HostTransport(host))), simulator
    await host.close()


def scripted(*steps: Step) -> tuple[SupabaseClient, Scripted]:
    fake = Scripted(*steps)
    made = SupabaseClient(ACCESS, wire(fake.transport))
    _is_one: StorageService = made
    return made, fake


def check(body: Callable[[SupabaseClient, Simulator[Any]], Awaitable[None]]) -> None:
    async def main() -> None:
        async with project() as (client, simulator):
            await body(client, simulator)

    virtually(main())


def effects(simulator: Simulator[Any]) -> list[tuple[str, str]]:
    return [(row["route"], row["operation_id"]) for row in simulator.ledger.rows() if row["entry"] == "effect"]


def test_rows_are_written_read_changed_and_taken_away() -> None:
    async def body(client: SupabaseClient, _simulator: Simulator[Any]) -> None:
        jobs = client.admin
        for number in range(5):
            row = {"business_key": f'J,"{number}"', "amount": number, "payload": {"n": number}}
            await jobs.insert("jobs", row, key="business_key", operation_id=f"op-{number}")
        wanted = [one_of("business_key", ['J,"1"', 'J,"3"', "J,4"])]
        page = await jobs.select("jobs", where=wanted, order=[Order("amount", descending=True)], operation_id="r")
        assert [row["payload"]["n"] for row in page.rows] == [3, 1]
        page = await jobs.select(
            "jobs", columns=["amount"], limit=2, offset=1, count=True, operation_id="r", order=[Order("amount")]
        )
        assert ([row["amount"] for row in page.rows], page.total) == ([1, 2], 5)
        assert await jobs.count("jobs", where=[Filter("amount", "gte", 3)], operation_id="r") == 2
        assert (await jobs.select("jobs", offset=50, count=True, operation_id="r")).rows == ()
        changed = await jobs.update("jobs", {"status": "done"}, where=[eq("amount", 4)], operation_id="u")
        assert [row["status"] for row in changed] == ["done"]
        assert len(await jobs.delete("jobs", where=[Filter("amount", "lt", 2)], operation_id="d")) == 2
        assert await jobs.count("jobs", operation_id="r") == 3

    check(body)


def test_all_rows_are_walked_by_key_whatever_the_pages_size() -> None:
    async def body(client: SupabaseClient, _simulator: Simulator[Any]) -> None:
        jobs = client.admin
        for number in range(7):
            await jobs.insert("jobs", {**JOB, "business_key": f"J-{number}"}, key="business_key", operation_id="o")
        seen = []
        async for row in jobs.every("jobs", key="business_key", size=3, operation_id="r"):
            seen.append(row["business_key"])
            if len(seen) == 2:  # what goes meanwhile moves nobody out of the way
                await jobs.delete("jobs", where=[eq("business_key", "J-0")], operation_id="d")
        assert seen == [f"J-{number}" for number in range(7)]

    check(body)


def test_an_insert_that_finds_its_own_row_is_done_and_another_ones_is_refused() -> None:
    async def body(client: SupabaseClient, simulator: Simulator[Any]) -> None:
        jobs = client.admin
        first = await jobs.insert("jobs", JOB, key="business_key", operation_id="op-1")
        assert await jobs.insert("jobs", JOB, key="business_key", operation_id="op-1") == first
        with pytest.raises(VendorRefused) as caught:
            await jobs.insert("jobs", {**JOB, "payload": {"n": 2}}, key="business_key", operation_id="op-2")
        assert (caught.value.status, caught.value.code) == (409, "23505")
        assert effects(simulator) == [("supabase.row", "op-1")]

    check(body)


def test_an_upsert_changes_the_row_that_is_there() -> None:
    async def body(client: SupabaseClient, simulator: Simulator[Any]) -> None:
        jobs = client.admin
        first = await jobs.upsert("jobs", JOB, on=["business_key"], operation_id="op-1")
        again = await jobs.upsert("jobs", {**JOB, "status": "done"}, on=["business_key"], operation_id="op-1")
        assert (again["id"], again["status"]) == (first["id"], "done")
        assert effects(simulator) == [("supabase.row", "op-1"), ("supabase.row_updated", "op-1")]

    check(body)


def test_nobody_in_particular_sees_nothing_and_writes_nothing() -> None:
    async def body(client: SupabaseClient, _simulator: Simulator[Any]) -> None:
        await client.admin.insert("jobs", JOB, key="business_key", operation_id="op-1")
        assert (await client.select("jobs", operation_id="r")).rows == []
        with pytest.raises(ServiceError) as caught:
            await client.insert("jobs", {**JOB, "business_key": "J-2"}, key="business_key", operation_id="op-2")
        assert caught.value.code == "42501"
        with pytest.raises(AuthenticationFailed):
            await client.of("no token").select("jobs", operation_id="r")

    check(body)


def test_files_are_put_read_and_taken_away() -> None:
    async def body(client: SupabaseClient, simulator: Simulator[Any]) -> None:
        files, paper = client.admin, StoredFile(content=b"\x00\xffpaper", content_type="application/pdf")
        simulator.set_up(SETUP)
        await files.upload("papers", "a folder/one.pdf", paper, operation_id="op-1")
        await files.upload("papers", "a folder/one.pdf", paper, operation_id="op-1")
        assert await files.download("papers", "a folder/one.pdf", operation_id="r") == paper
        await files.remove("papers", ["a folder/one.pdf", "another.pdf"], operation_id="d")
        with pytest.raises(VendorRefused) as caught:
            await files.download("papers", "a folder/one.pdf", operation_id="r")
        assert (caught.value.status, caught.value.code) == (404, "NoSuchKey")

    check(body)


def test_every_row_is_never_meant_by_saying_nothing() -> None:
    jobs, fake = scripted(reply(200, []))
    for ask in (
        jobs.delete("jobs", where=[], operation_id="o"),
        jobs.update("jobs", {"a": 1}, where=[], operation_id="o"),
    ):
        with pytest.raises(ValueError, match="a filter is needed"):
            virtually(ask)
    assert fake.requests == []


def no(status: int, code: str | None, **more: Any) -> Response:
    return reply(status, {"code": code, "message": "no", "details": None, "hint": None}, **more)


@pytest.mark.parametrize(
    ("step", "kind", "code", "retryable", "wish_s"),
    [
        (reply(401, {"message": "Invalid API key", "hint": ""}), AuthenticationFailed, None, False, None),
        (no(401, "PGRST303"), AuthenticationFailed, "PGRST303", False, None),
        (no(403, "42501"), VendorRefused, "42501", False, None),
        (no(400, "22P02"), VendorRefused, "22P02", False, None),
        (no(409, "23503"), VendorRefused, "23503", False, None),
        (no(406, "PGRST116"), VendorRefused, "PGRST116", False, None),
        (no(404, "PGRST205"), VendorUnavailable, "PGRST205", True, None),
        (no(400, "PGRST204"), VendorUnavailable, "PGRST204", True, None),
        (no(404, "PGRST202"), VendorUnavailable, "PGRST202", True, None),
        (no(500, "57014"), VendorUnavailable, "57014", True, None),
        (no(500, "40P01"), VendorUnavailable, "40P01", True, None),
        (no(500, "21000"), VendorUnavailable, "21000", False, None),
        (no(503, "PGRST002", retry_after="3"), VendorUnavailable, "PGRST002", True, 3),
        (no(504, "PGRST003"), VendorUnavailable, "PGRST003", True, None),
        (no(503, "53300"), VendorUnavailable, "53300", True, None),
        (Response(520, {}, b"<html>"), VendorUnavailable, None, True, None),
        (Response(540, {}, b""), VendorUnavailable, None, True, None),
        (reply(402, {"message": "exceed_egress_quota"}), QuotaExhausted, None, False, None),
        (
            reply(429, {"statusCode": "429", "error": "too_many_connections", "code": "SlowDown"}),
            Throttled,
            "SlowDown",
            True,
            None,
        ),
        (
            reply(400, {"statusCode": "503", "error": "x", "code": "LockTimeout"}),
            VendorUnavailable,
            "LockTimeout",
            True,
            None,
        ),
        (
            reply(400, {"statusCode": "404", "error": "not_found", "code": "NoSuchKey"}),
            VendorRefused,
            "NoSuchKey",
            False,
            None,
        ),
        (Lost(), ConnectionLost, None, True, None),
        (Response(200, {}, b"<html>"), ResponseBroken, None, True, None),
        (Response(200, {}, b'{"a": 1}'), ResponseBroken, None, True, None),
        (reply(200, [1]), ResponseBroken, None, True, None),
    ],
    ids=str,
)
def test_each_way_of_failing_is_an_error_of_its_kind(
    step: Step, kind: type[ServiceError], code: str | None, retryable: bool, wish_s: float | None
) -> None:
    jobs, _ = scripted(step)
    with pytest.raises(kind) as caught:
        virtually(jobs.select("jobs", operation_id="o"))
    error = caught.value
    assert (type(error), error.code, error.retryable, error.retry_after_s) == (kind, code, retryable, wish_s)


def test_a_row_that_is_there_and_cannot_be_looked_at_leaves_it_open() -> None:
    jobs, _ = scripted(no(409, "23505"), no(403, "42501"))
    with pytest.raises(VendorRefused) as caught:
        virtually(jobs.insert("jobs", JOB, key="business_key", operation_id="o"))
    assert caught.value.may_have_effect


@pytest.mark.parametrize(
    ("written", "found", "is_same"),
    [
        ("12.50", 12.5, True),
        (12.5, "12.50", True),
        ("12.51", 12.5, False),
        ("2026-01-01T12:00:00Z", "2026-01-01T13:00:00+01:00", True),
        ("2026-01-01T12:00:00Z", "2026-01-01T12:00:01+00:00", False),
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}, True),
        ({"a": [1]}, {"a": [1, 2]}, False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        (None, None, True),
        (None, "x", False),
    ],
)
def test_a_row_is_its_own_however_its_values_are_written(written: Any, found: Any, is_same: bool) -> None:
    jobs, _ = scripted(no(409, "23505"), reply(200, [{"business_key": "J", "value": found, "id": "7"}]))
    ask = jobs.insert("jobs", {"business_key": "J", "value": written}, key="business_key", operation_id="o")
    if is_same:
        assert virtually(ask)["id"] == "7"
    else:
        with pytest.raises(VendorRefused):
            virtually(ask)


@pytest.mark.parametrize(
    "odd", [{"value": True}, {"value": None}, {"value": {"a": 7}}, {"value": {}}, {"id": None}, {"id": 7}]
)
def test_a_row_that_can_be_none_that_was_written_is_a_broken_answer_and_no_refusal(odd: dict[str, Any]) -> None:
    """Also where the refusal does not say that the row is there."""
    row = {"business_key": "J", "value": {"a": "b"}}
    for first in (no(409, "23505"), Response(409, {}, b"")):
        jobs, _ = scripted(first, reply(200, [{"id": "7", **row, **odd}]))
        with pytest.raises(ResponseBroken) as told:
            virtually(jobs.insert("jobs", row, key="business_key", operation_id="o"))
        assert told.value.may_have_effect
    jobs, _ = scripted(reply(201, [{"id": "7", **row, **odd}]))
    with pytest.raises(ResponseBroken):
        virtually(jobs.upsert("jobs", row, on=["business_key"], operation_id="o"))


@pytest.mark.parametrize("rows", [[], [{"id": 1}, {"id": 2}]])
def test_one_row_was_written_so_one_has_to_come_back(rows: list[Any]) -> None:
    jobs, _ = scripted(reply(201, rows))
    with pytest.raises(ResponseBroken):
        virtually(jobs.upsert("jobs", JOB, on=["business_key"], operation_id="o"))


def test_a_file_that_is_cut_is_not_a_file() -> None:
    files, _ = scripted(Response(200, {"content-length": "10"}, b"half"))
    with pytest.raises(ResponseBroken):
        virtually(files.download("papers", "x", operation_id="o"))
