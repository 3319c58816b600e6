"""A socket: joins, broadcasts, presence, tokens, and how each ends."""

import json
from typing import Any

import pytest

from brownout_simulators.session import Close
from brownout_simulators.vendors.supabase.keys import ANON, SERVICE, jwt_secret, legacy_key, publishable_key
from brownout_simulators.vendors.supabase.realtime.joining import REFUSALS
from brownout_simulators.vendors.supabase.tokens import sign
from tests.simulators.vendors.supabase.bench import ALICE
from tests.simulators.vendors.supabase.realtime.bench import ROOM, RealtimeBench, payloads
from tests.support.vendor_bench import EPOCH_S

BOTH = pytest.mark.parametrize("version", [1, 2])


def token(bench: RealtimeBench, lives_s: float = 3_600, **claims: Any) -> str:
    """A user's."""
    told = {"sub": ALICE, "role": "authenticated", "exp": int(EPOCH_S + bench.now_s + lives_s), **claims}
    return sign(jwt_secret(bench.project), {name: value for name, value in told.items() if value is not None})


@BOTH
def test_a_join_is_answered_with_its_ref_and_told_who_is_there(version: int) -> None:
    client = RealtimeBench().connect(version)
    reply, state = client.join(presence={"enabled": True, "key": "ada"})
    assert (reply.event, reply.ref, reply.topic) == ("phx_reply", "1", ROOM)
    assert reply.payload == {"status": "ok", "response": {"postgres_changes": []}}
    assert (state.event, state.payload, state.ref) == ("presence_state", {}, None)


@BOTH
def test_a_heartbeat_is_answered(version: int) -> None:
    (reply,) = RealtimeBench().connect(version).say("heartbeat", {}, "phoenix")
    assert reply.payload == {"status": "ok", "response": {}}


@pytest.mark.parametrize("said_by", [1, 2])
def test_a_broadcast_reaches_everybody_else_in_their_own_version(said_by: int) -> None:
    bench = RealtimeBench()
    sender, one, two, elsewhere = bench.connect(said_by), bench.connect(1), bench.connect(2), bench.connect(2)
    for client in (sender, one, two):
        client.join()
    elsewhere.join("realtime:other")
    counts = [len(client.said) for client in (sender, one, two, elsewhere)]
    sender.say("broadcast", {"type": "broadcast", "event": "cursor", "payload": {"x": 1}})
    for client in (one, two):
        (got,) = client.heard(counts[1 if client is one else 2])
        assert (got.event, got.ref) == ("broadcast", None)
        assert (got.payload["event"], got.payload["payload"]) == ("cursor", {"x": 1})
    assert [len(sender.said), len(elsewhere.said)] == [counts[0], counts[3]]


@BOTH
def test_a_sender_that_wants_it_gets_its_own_and_an_acknowledgement(version: int) -> None:
    client = RealtimeBench().connect(version)
    client.join(broadcast={"self": True, "ack": True}, presence={"enabled": False})
    heard = client.say("broadcast", {"type": "broadcast", "event": "e", "payload": {}})
    assert sorted(each.event for each in heard) == ["broadcast", "phx_reply"]


def test_a_broadcast_that_is_too_large_goes_nowhere_and_says_so_only_to_who_asked() -> None:
    bench = RealtimeBench(payload_kb=1)
    loud, quiet, listener = bench.connect(), bench.connect(), bench.connect()
    loud.join(broadcast={"ack": True})
    quiet.join()
    listener.join()
    before = len(listener.said)
    large = {"type": "broadcast", "event": "e", "payload": {"x": "y" * 1_000}}
    assert loud.say("broadcast", large)[0].payload["status"] == "error"
    assert quiet.say("broadcast", large) == []
    assert len(listener.said) == before


def test_broadcasts_over_http_reach_the_channel_and_are_checked() -> None:
    bench = RealtimeBench()
    client = bench.connect()
    client.join(presence={"enabled": False})
    asked = {
        "messages": [{"topic": "room", "event": "e", "payload": {"x": 1}}, {"topic": "no", "event": "e", "payload": {}}]
    }
    assert bench.post_json("/realtime/v1/api/broadcast", asked).status == 202
    assert client.heard()[-1].payload["payload"] == {"x": 1}
    one = bench.post_json("/realtime/v1/api/broadcast/room/events/e2", {"x": 2})
    assert (one.status, client.said[-1]) == (202, bytes((4, 13, 2, 0, 1)) + b"realtime:roome2" + b'{"x": 2}')
    bad: list[Any] = [{}, {"messages": []}, {"messages": [{"topic": "a"}]}, {"messages": [1]}]
    for wrong in bad:
        assert bench.post_json("/realtime/v1/api/broadcast", wrong).status == 422
    count = len(client.said)
    half = {"messages": [asked["messages"][0], {"topic": "room", "event": "e", "payload": 1}]}
    assert bench.post_json("/realtime/v1/api/broadcast", half).status == 422
    assert len(client.said) == count


@BOTH
def test_presence_is_told_to_all_changed_and_ended_with_the_socket(version: int) -> None:
    bench = RealtimeBench()
    ada, bob = bench.connect(version), bench.connect(version)
    ada.join(presence={"key": "ada", "enabled": True})
    bob.join(presence={"key": "bob", "enabled": True})
    ada.say("presence", {"type": "presence", "event": "track", "payload": {"mood": "fine"}})
    (first,) = payloads(bob.heard(), "presence_diff")
    (meta,) = first["joins"]["ada"]["metas"]
    assert (meta["mood"], first["leaves"]) == ("fine", {})
    ada.say("presence", {"event": "track", "payload": {"mood": "fine"}})  # nothing new
    ada.say("presence", {"event": "track", "payload": {"mood": "better"}})
    _, second = payloads(bob.heard(), "presence_diff")
    (newer,) = second["joins"]["ada"]["metas"]
    assert (newer["mood"], newer["phx_ref_prev"]) == ("better", meta["phx_ref"])
    assert second["leaves"]["ada"]["metas"][0]["phx_ref"] == meta["phx_ref"]
    late = bench.connect(version)
    state = payloads(late.join(presence={"key": "late", "enabled": True}), "presence_state")
    assert state == [{"ada": {"metas": [newer]}}]
    ada.leave()
    assert payloads(bob.heard(), "presence_diff")[-1] == {"joins": {}, "leaves": {"ada": {"metas": [newer]}}}
    assert bench.simulator._shared.worlds.of(bench.project).account.state.realtime.presences == {}


def test_one_key_may_be_there_twice_and_each_leaves_alone() -> None:
    bench = RealtimeBench()
    one, two = bench.connect(), bench.connect()
    for client in (one, two):
        client.join(presence={"key": "ada", "enabled": True})
        client.say("presence", {"event": "track", "payload": {}})
    one.say("presence", {"event": "untrack"})
    third = bench.connect()
    (state,) = payloads(third.join(presence={"enabled": True}), "presence_state")
    assert len(state["ada"]["metas"]) == 1


@BOTH
def test_a_channel_that_is_left_is_closed_and_hears_nothing_more(version: int) -> None:
    bench = RealtimeBench()
    client, other = bench.connect(version), bench.connect(version)
    client.join()
    other.join()
    reply, close = client.say("phx_leave")
    assert (reply.payload["status"], close.event) == ("ok", "phx_close")
    before = len(client.said)
    other.say("broadcast", {"type": "broadcast", "event": "e", "payload": {}})
    assert len(client.said) == before
    assert client.say("broadcast", {})[0].payload == {"status": "error", "response": {"reason": "unmatched topic"}}


def test_a_topic_that_is_joined_again_is_closed_first() -> None:
    client = RealtimeBench().connect()
    client.join()
    assert [each.event for each in client.join(presence={"enabled": False})] == ["phx_close", "phx_reply"]


def test_a_join_without_a_good_token_says_why() -> None:
    bench = RealtimeBench()
    other = RealtimeBench()
    other.project = "x" * 20
    reasons = {}
    for name, bad in {
        "none": "nonsense",
        "foreign": token(other),
        "old": token(bench, -5),
        "roleless": token(bench, role=None),
    }.items():
        (reply,) = bench.connect().join(token=bad)
        assert reply.payload["status"] == "error"
        reasons[name] = reply.payload["response"]["reason"]
    assert reasons == {
        "none": "MalformedJWT: The token provided is not a valid JWT",
        "foreign": "JwtSignatureError: Failed to validate JWT signature",
        "old": "InvalidJWTToken: Token has expired 5 seconds ago",
        "roleless": "InvalidJWTToken: Fields `role` and `exp` are required in JWT",
    }


def test_a_token_that_expires_ends_the_channel_unless_a_newer_one_is_pushed() -> None:
    bench = RealtimeBench()
    idle, lively = bench.connect(), bench.connect()
    idle.join(token=token(bench, 100))
    lively.join(token=token(bench, 100))
    bench.pass_time(50)
    assert lively.say("access_token", {"access_token": token(bench, 3_600)}) == []
    bench.pass_time(60)
    system, close = idle.heard()[-2:]
    assert (system.payload["status"], close.event) == ("error", "phx_close")
    assert "expired" in system.payload["message"]
    assert lively.events()[-1] != "phx_close"
    assert idle.closed is None  # the socket lives


def test_a_bad_token_that_is_pushed_ends_the_channel_and_an_opaque_one_is_ignored() -> None:
    bench = RealtimeBench()
    client = bench.connect()
    client.join()
    for ignored in (None, publishable_key(bench.project), 7):
        assert client.say("access_token", {"access_token": ignored}) == []
    assert [each.event for each in client.say("access_token", {"access_token": "nonsense"})] == ["system", "phx_close"]


def test_a_private_channel_is_for_those_whom_a_policy_lets() -> None:
    rule = {"topic": "team:*", "read": ["authenticated"], "write": []}
    bench = RealtimeBench(private=[rule])
    anybody, member, service = bench.connect(), bench.connect(), bench.connect(key=legacy_key(bench.project, SERVICE))
    (refused,) = anybody.join("realtime:team:1", private=True)
    assert refused.payload["response"]["reason"].startswith("Unauthorized: You do not have permissions to read")
    (other,) = member.join("realtime:room", token(bench), private=True)
    assert other.payload["status"] == "error"
    assert member.join("realtime:team:1", token(bench), private=True)[0].payload["status"] == "ok"
    assert service.join("realtime:team:1", private=True)[0].payload["status"] == "ok"
    before = len(service.said)
    member.say("broadcast", {"type": "broadcast", "event": "e", "payload": {}}, "realtime:team:1")
    assert len(service.said) == before  # it may read, not write
    service.say("broadcast", {"type": "broadcast", "event": "e", "payload": {}}, "realtime:team:1")
    assert member.events()[-1] == "broadcast"
    public = bench.connect()
    public.join("realtime:team:1")
    count = len(public.said)
    service.say("broadcast", {"type": "broadcast", "event": "e", "payload": {}}, "realtime:team:1")
    assert len(public.said) == count


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_topic_named_for_a_refusal_refuses_so(code: str) -> None:
    bench = RealtimeBench()
    client = bench.connect()
    (reply,) = client.join(f"realtime:refused-{code}")
    assert reply.payload["response"]["reason"] == f"{code}: {REFUSALS[code]}"
    assert (client.closed is not None) is (code == "ClientJoinRateLimitReached")
    once = bench.connect()
    assert once.join(f"realtime:refused-once-{code}")[0].payload["status"] == "error"
    again = once if once.closed is None else bench.connect()
    assert again.join(f"realtime:refused-once-{code}")[0].payload["status"] == "ok"


def test_quotas_of_a_project() -> None:
    bench = RealtimeBench(channels_per_client=2, joins_per_s=4, messages_per_s=3, presence_per_client=2)
    client = bench.connect()
    assert [client.join(f"realtime:{name}")[0].payload["status"] for name in "abc"] == ["ok", "ok", "error"]
    assert client.heard()[-1].payload["response"]["reason"] == "ChannelRateLimitReached: Too many channels"
    hasty = bench.connect()
    hasty.join("realtime:d")
    hasty.join("realtime:e")
    assert hasty.closed == Close(1011, "")
    bench.pass_time(2)
    message = {"type": "broadcast", "event": "e", "payload": {}}
    for _ in range(3):
        assert client.say("broadcast", message, "realtime:a") == []
    system, close = client.say("broadcast", message, "realtime:a")
    assert (system.payload["message"], close.event) == ("Too many messages per second", "phx_close")
    track = {"event": "track", "payload": {}}
    ends = [client.say("presence", track, "realtime:b")[-1].event for _ in range(3)]
    assert ("phx_close" in ends[:2], ends[2]) == (False, "phx_close")


def test_presence_has_a_quota_of_the_project() -> None:
    bench = RealtimeBench(presence_per_s=2)
    one, two = bench.connect(), bench.connect()
    for client in (one, two):
        client.join()
        assert client.say("presence", {"event": "track", "payload": {"n": 0}})[0].payload["status"] == "ok"
    system, close, *_ = one.say("presence", {"event": "track", "payload": {"n": 1}})
    assert (system.payload["message"], close.event) == ("Too many presence messages per second", "phx_close")
    bench.pass_time(1)
    assert two.say("presence", {"event": "track", "payload": {"n": 1}})[0].payload["status"] == "ok"


@pytest.mark.parametrize("message", ["", "[]", "{}", b"\x00", "null", '["1"]'])
def test_what_cannot_be_read_ends_the_socket(message: str | bytes) -> None:
    client = RealtimeBench().connect()
    client.raw(message)
    assert client.closed == Close(1011, "")


def test_a_handshake_is_refused_in_realtimes_words() -> None:
    bench = RealtimeBench()
    for key, words in {
        "": "API key is missing",
        "nonsense": "The token provided is not a valid JWT",
        sign("other", {"role": "anon", "ref": bench.project, "exp": 4e9}): "Failed to validate JWT signature",
    }.items():
        sending = bench.shake(key=key)
        assert (sending.status, json.loads(sending.body)) == (401, {"error": words})
    bench.put(realtime_connections={"concurrency": 1})
    first = bench.connect()
    assert json.loads(bench.shake().body) == {"error": "Too many connected users"}
    first.leave()
    second = bench.connect(key=publishable_key(bench.project))
    assert second.join()[0].payload["status"] == "ok"
    bench.put({"match": "GET /realtime/v1/websocket", "respond": {"error": "realtime_too_many_joins"}})
    refused = bench.shake()
    assert (refused.status, json.loads(refused.body)) == (429, {"error": "Too many joins per second"})


def test_the_same_seed_says_the_same() -> None:
    def said(seed: int) -> list[Any]:
        client = RealtimeBench(seed=seed).connect()
        client.join(presence={"enabled": True}, postgres_changes=[{"event": "*", "schema": "public", "table": "jobs"}])
        client.say("presence", {"event": "track", "payload": {}})
        return client.said

    assert said(3) == said(3)
    assert said(3) != said(4)


def test_projects_do_not_hear_each_other() -> None:
    bench = RealtimeBench()
    mine, theirs = bench.connect(), bench.connect(key=legacy_key("y" * 20, ANON))
    mine.join()
    theirs.join()
    before = len(theirs.said)
    mine.say("broadcast", {"type": "broadcast", "event": "e", "payload": {}})
    assert len(theirs.said) == before
