"""Rows that change, as channels are told of them."""

from typing import Any

import pytest

from brownout_simulators.vendors.supabase.keys import SERVICE, jwt_secret, legacy_key
from brownout_simulators.vendors.supabase.tokens import sign
from tests.simulators.vendors.supabase.bench import ALICE, BOB
from tests.simulators.vendors.supabase.realtime.bench import Client, RealtimeBench, payloads

DATABASE = {
    "tables": {
        "notes": {
            "columns": {
                "id": {"type": "bigint", "primary_key": True},
                "owner": "uuid",
                "text": "text",
                "tags": "text[]",
            },
            "owner": "owner",
            "policies": {"authenticated": {"select": "own"}, "anon": {"select": "no_grant"}},
        },
        "open": {"columns": {"id": {"type": "integer", "primary_key": True}, "at": "timestamptz"}},
    }
}
NOTES = {"event": "*", "schema": "public", "table": "notes"}
OPEN = {"event": "*", "schema": "public", "table": "open"}


def user(bench: RealtimeBench, user_id: str) -> str:
    """A user's token."""
    claims = {"sub": user_id, "role": "authenticated", "exp": 4_000_000_000}
    return sign(jwt_secret(bench.project), claims)


def changes(client: Client) -> list[Any]:
    """What a client was told of rows."""
    return payloads(client.heard(), "postgres_changes")


@pytest.mark.parametrize("version", [1, 2])
def test_a_subscription_is_confirmed_in_order_and_then_told_of_each_change(version: int) -> None:
    bench = RealtimeBench(database=DATABASE)
    client = bench.connect(version)
    wanted = [OPEN, {"event": "INSERT", "schema": "public", "table": "open", "filter": "id=gt.5"}]
    reply, _, system = client.join(postgres_changes=wanted)
    shown = reply.payload["response"]["postgres_changes"]
    assert [{name: value for name, value in each.items() if name != "id"} for each in shown] == wanted
    ids = [each["id"] for each in shown]
    assert len(set(ids)) == 2
    assert system.payload == {
        "message": "Subscribed to PostgreSQL",
        "status": "ok",
        "extension": "postgres_changes",
        "channel": "room",
    }
    bench.write("INSERT", "open", {"id": 3, "at": None})
    bench.write("INSERT", "open", {"id": 6, "at": "2025-01-01T00:00:00+00:00"})
    bench.write("UPDATE", "open", {"id": 6, "at": None}, {"id": 6, "at": "2025-01-01T00:00:00+00:00"})
    bench.write("DELETE", "open", None, {"id": 6, "at": None})
    told = changes(client)
    assert [each["ids"] for each in told] == [[ids[0]], ids, [ids[0]], [ids[0]]]
    assert [each["data"]["type"] for each in told] == ["INSERT", "INSERT", "UPDATE", "DELETE"]
    first = told[0]["data"]
    assert (first["record"], first["errors"], first["schema"], first["table"]) == (
        {"id": 3, "at": None},
        None,
        "public",
        "open",
    )
    assert first["columns"] == [{"name": "id", "type": "int4"}, {"name": "at", "type": "timestamptz"}]
    assert first["commit_timestamp"].endswith("Z")
    assert "old_record" not in first
    assert told[2]["data"]["old_record"] == {"id": 6}
    assert (told[3]["data"]["old_record"], "record" in told[3]["data"]) == ({"id": 6}, False)


def test_an_insert_over_http_reaches_who_listens_once_and_a_refused_one_nobody() -> None:
    bench = RealtimeBench(database=DATABASE)
    client = bench.connect()
    client.join(postgres_changes=[OPEN])
    assert bench.rest("POST", "open", {"id": 1}).status == 201
    assert bench.rest("POST", "open", {"id": 1}).status == 409
    assert bench.rest("PATCH", "open?id=eq.1", {"at": "2025-01-01T00:00:00Z"}).status == 204
    assert bench.rest("DELETE", "open?id=eq.1").status == 204
    told = changes(client)
    assert [each["data"]["type"] for each in told] == ["INSERT", "UPDATE", "DELETE"]
    assert [each["data"].get("record", {}).get("id") for each in told] == [1, 1, None]


def test_only_what_the_token_may_see_is_told() -> None:
    bench = RealtimeBench(database=DATABASE)
    alice, bob, nobody = bench.connect(), bench.connect(), bench.connect()
    service = bench.connect(key=legacy_key(bench.project, SERVICE))
    alice.join(token=user(bench, ALICE), postgres_changes=[NOTES])
    bob.join(token=user(bench, BOB), postgres_changes=[NOTES])
    nobody.join(postgres_changes=[NOTES])
    service.join(postgres_changes=[NOTES])
    bench.write("INSERT", "notes", {"id": 1, "owner": ALICE, "text": "x", "tags": None})
    assert [len(changes(client)) for client in (alice, bob, nobody, service)] == [1, 0, 0, 1]
    alice.say("access_token", {"access_token": user(bench, BOB)})
    bench.write("UPDATE", "notes", {"id": 1, "owner": ALICE, "text": "y", "tags": None}, {"id": 1})
    assert [len(changes(client)) for client in (alice, bob, nobody, service)] == [1, 0, 0, 2]


def test_a_whole_old_row_is_told_where_the_table_says_so() -> None:
    bench = RealtimeBench(database=DATABASE, full_identity=["open"])
    client = bench.connect()
    client.join(postgres_changes=[OPEN])
    bench.write("UPDATE", "open", {"id": 1, "at": None}, {"id": 1, "at": "x"})
    assert changes(client)[0]["data"]["old_record"] == {"id": 1, "at": "x"}


def test_what_is_written_before_the_subscription_stands_is_never_told() -> None:
    bench = RealtimeBench(database=DATABASE, subscribe_delay_s=2.0)
    client = bench.connect()
    assert "system" not in [each.event for each in client.join(postgres_changes=[OPEN])]
    bench.write("INSERT", "open", {"id": 1, "at": None})
    bench.pass_time(2.5)
    assert client.heard()[-1].payload["message"] == "Subscribed to PostgreSQL"
    bench.write("INSERT", "open", {"id": 2, "at": None})
    assert [each["data"]["record"]["id"] for each in changes(client)] == [2]


@pytest.mark.parametrize(
    "wanted",
    [
        {"event": "*", "schema": "public", "table": "nowhere"},
        {"event": "*", "schema": "public", "table": "open", "filter": "nothing=eq.1"},
        {"event": "*", "schema": "public", "table": "open", "filter": "undefined"},
        {},
    ],
)
def test_a_subscription_that_cannot_be_is_told_by_a_system_message_and_the_channel_stays(
    wanted: dict[str, str],
) -> None:
    bench = RealtimeBench(database=DATABASE)
    client = bench.connect()
    client.join(postgres_changes=[wanted])
    (told,) = payloads(client.heard(), "system")
    assert (told["status"], told["extension"]) == ("error", "postgres_changes")
    assert client.say("broadcast", {}) == []
    assert client.say("phx_leave")[0].payload["status"] == "ok"


def test_a_table_that_is_not_published_is_not_told() -> None:
    bench = RealtimeBench(database=DATABASE, tables=["notes"])
    client = bench.connect()
    client.join(postgres_changes=[OPEN])
    assert payloads(client.heard(), "system")[0]["status"] == "error"
    everything = bench.connect()
    everything.join(postgres_changes=[{"event": "*", "schema": "public"}])
    bench.write("INSERT", "open", {"id": 1, "at": None})
    assert changes(client) == changes(everything) == []


def test_chosen_columns_and_what_is_too_large() -> None:
    bench = RealtimeBench(database=DATABASE)
    client = bench.connect(key=legacy_key(bench.project, SERVICE))
    client.join(postgres_changes=[NOTES | {"select": ["id"]}])
    bench.write("INSERT", "notes", {"id": 1, "owner": ALICE, "text": "x", "tags": None})
    data = changes(client)[0]["data"]
    assert (data["record"], data["columns"]) == ({"id": 1}, [{"name": "id", "type": "int8"}])
    whole = bench.connect(key=legacy_key(bench.project, SERVICE))
    whole.join(postgres_changes=[NOTES])
    bench.write("INSERT", "notes", {"id": 2, "owner": ALICE, "text": "x" * 1_100_000, "tags": []})
    cut = changes(whole)[0]["data"]
    assert (cut["record"], cut["errors"]) == ({"id": 2, "owner": ALICE, "tags": []}, ["Error 413: Payload Too Large"])
