"""What travels: both versions, text and binary."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.supabase.realtime.frames import (
    JSON,
    RAW,
    BadFrame,
    Frame,
    UserBroadcast,
    broadcast,
    read,
    reply,
    text,
)
from tests.support.examples import examples


def pushed(*parts: bytes, encoding: int, payload: bytes) -> bytes:
    """A client's binary broadcast, as supabase-js writes it: join_ref, ref, topic, event, metadata."""
    return bytes((3, *(len(part) for part in parts), encoding)) + b"".join(parts) + payload


def test_a_message_is_read_in_either_version() -> None:
    wanted = Frame("1", "2", "realtime:a", "phx_join", {"x": 1})
    one = {"join_ref": "1", "ref": "2", "topic": "realtime:a", "event": "phx_join", "payload": {"x": 1}}
    assert read(json.dumps(one), 1) == wanted
    assert read(json.dumps(["1", "2", "realtime:a", "phx_join", {"x": 1}]), 2) == wanted
    assert read('{"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": null}', 1).ref is None


def test_a_binary_broadcast_is_read_and_said_on_without_being_looked_into() -> None:
    raw = pushed(b"1", b"2", b"realtime:a", b"cursor", b"", encoding=JSON, payload=b'{"x":1}')
    frame = read(raw, 2)
    assert frame == Frame("1", "2", "realtime:a", "broadcast", UserBroadcast("cursor", JSON, b'{"x":1}'))
    assert broadcast(2, "realtime:a", frame.payload) == bytes((4, 10, 6, 0, 1)) + b"realtime:acursor" + b'{"x":1}'
    told = json.loads(broadcast(1, "realtime:a", frame.payload) or "")
    assert told["payload"] == {"type": "broadcast", "event": "cursor", "payload": {"x": 1}}


def test_bytes_have_no_form_in_the_first_version() -> None:
    assert broadcast(1, "realtime:a", UserBroadcast("e", RAW, b"\x00")) is None
    assert broadcast(1, "realtime:a", UserBroadcast("e", JSON, b"{")) is None
    assert broadcast(2, "realtime:" + "a" * 300, UserBroadcast("e", RAW, b"")) == b""


def test_a_message_of_the_servers_has_a_ref_in_the_first_version_even_where_it_is_null() -> None:
    assert json.loads(text(1, "realtime:a", "system", {})) == {
        "topic": "realtime:a",
        "event": "system",
        "payload": {},
        "ref": None,
    }
    assert json.loads(text(2, "realtime:a", "system", {}, join_ref="1")) == ["1", None, "realtime:a", "system", {}]
    asked = Frame("1", "7", "realtime:a", "phx_join", {})
    assert json.loads(reply(2, asked, "ok", {})) == [
        "1",
        "7",
        "realtime:a",
        "phx_reply",
        {"status": "ok", "response": {}},
    ]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    "message", ["", "{", "1", "[]", "{}", '["1","2",3,"e",{}]', '{"topic": 1}', b"", b"\x09", b"\x03"]
)
def test_what_cannot_be_read_is_told_so(message: str | bytes, version: int) -> None:
    with pytest.raises(BadFrame):
        read(message, version)


@given(st.binary(max_size=60) | st.text(max_size=60), st.sampled_from([1, 2]))
@examples(200)
def test_whatever_comes_is_read_or_told_to_be_unreadable(message: str | bytes, version: int) -> None:
    with suppress(BadFrame):
        assert isinstance(read(message, version), Frame)
