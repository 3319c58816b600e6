from typing import cast

import pytest

from brownout_harness.wire.connection import Connection, Side
from brownout_harness.wire.toxic import Stream, Toxic
from tests.harness.wire.fakes import FakeTransport, Pair
from tests.harness.wire.links import toxic


def upstream(made: Toxic) -> Toxic:
    return Toxic(name=made.name, kind=made.kind, stream=Stream.UPSTREAM, toxicity=made.toxicity)


def test_bytes_pass_in_both_directions_and_are_counted() -> None:
    pair = Pair()
    pair.connection.client.data_received(b"ask")
    pair.connection.server.data_received(b"answer")
    assert (pair.server.did, pair.client.did) == ([b"ask"], [b"answer"])
    assert [(each.received, each.sent) for each in pair.passage.bytes.values()] == [(3, 3), (6, 6)]
    assert pair.passage.seen_as == "127.0.0.1:5"


def test_nobody_is_read_from_before_both_are_there() -> None:
    seen: list[bool] = []

    def begin(connection: Connection) -> None:
        sides = (connection.client.transport, connection.server.transport)
        seen.extend(cast("FakeTransport", side).is_reading for side in sides)

    pair = Pair(begin)
    assert seen == [False, False]
    assert (pair.client.is_reading, pair.server.is_reading) == (True, True)


def greet(side: Side) -> None:
    side.data_received(b"hel")
    side.data_received(b"lo")


def refuse(side: Side) -> None:
    side.data_received(b"no")
    side.eof_received()


def test_what_is_said_before_both_are_there_is_not_lost_and_is_struck() -> None:
    slow = toxic("latency", latency=100)
    pair = Pair(lambda connection: connection.add(slow), early=greet)
    assert pair.client.did == []
    pair.timers.to(0.1)
    assert pair.client.did == [b"hel", b"lo"]
    assert pair.server.is_reading


def test_who_ends_before_both_are_there_ends_then() -> None:
    pair = Pair(early=refuse)
    assert pair.client.did == [b"no", "eof"]


def test_a_toxic_acts_on_its_own_direction_at_its_instant() -> None:
    pair = Pair()
    pair.connection.add(upstream(toxic("latency", latency=100)))
    pair.connection.client.data_received(b"ask")
    pair.connection.server.data_received(b"greeting")
    pair.timers.to(0.0999)
    assert (pair.server.did, pair.client.did) == ([], [b"greeting"])
    pair.timers.to(0.1)
    assert pair.server.did == [b"ask"]
    assert pair.timers.waiting == 0
    (noted,) = pair.passage.strikes
    assert (noted[0], noted[1].toxic, noted[1].chunks, noted[1].first_s) == (Stream.UPSTREAM, "latency", 1, 0)


def test_a_half_close_passes_and_the_second_closes_both() -> None:
    pair = Pair()
    assert pair.connection.client.eof_received()
    assert (pair.server.did, pair.client.did) == (["eof"], [])
    pair.connection.server.data_received(b"answer")
    assert pair.connection.server.eof_received()
    assert (pair.server.did, pair.client.did) == (["eof", "close"], [b"answer", "close"])


def test_who_resets_resets_the_other() -> None:
    pair = Pair()
    pair.connection.server.connection_lost(ConnectionResetError())
    assert pair.client.did == ["abort"]
    pair.connection.client.connection_lost(None)
    assert (pair.gone, pair.passage.strikes) == (1, [])


def test_who_resets_after_a_half_close_is_not_waited_for() -> None:
    pair = Pair()
    pair.connection.client.eof_received()
    pair.connection.client.connection_lost(ConnectionResetError())
    assert pair.server.did == ["eof", "close"]


@pytest.mark.parametrize("stream", list(Stream))
def test_limit_data_closes_both_ends(stream: Stream) -> None:
    pair = Pair()
    cut = toxic("limit_data", bytes=2)
    pair.connection.add(upstream(cut) if stream is Stream.UPSTREAM else cut)
    side = pair.connection.client if stream is Stream.UPSTREAM else pair.connection.server
    side.data_received(b"abc")
    assert sorted([pair.client.did[-1], pair.server.did[-1]]) == ["close", "close"]


def test_reset_peer_resets_both_ends_and_is_the_only_strike() -> None:
    pair = Pair()
    pair.connection.add(toxic("reset_peer", timeout=100))
    pair.connection.add(upstream(toxic("slow_close", delay=50)))
    pair.connection.server.data_received(b"x")
    pair.timers.to(0.1)
    assert (pair.client.did, pair.server.did) == (["abort"], ["abort"])
    for side in (pair.connection.client, pair.connection.server):
        side.connection_lost(None)
    assert [strike.type for _, strike in pair.passage.strikes] == ["reset_peer"]
    assert (pair.gone, pair.timers.waiting) == (1, 0)


def test_the_sender_waits_for_a_receiver_who_does_not_read() -> None:
    pair = Pair()
    pair.connection.client.pause_writing()
    assert (pair.server.is_reading, pair.client.is_reading) == (False, True)
    pair.connection.client.resume_writing()
    assert pair.server.is_reading


def test_the_sender_waits_for_a_toxic_that_is_full() -> None:
    pair = Pair()
    pair.connection.add(toxic("bandwidth", rate=100))
    pair.connection.server.data_received(b"x" * 100_000)
    was_reading = [pair.server.is_reading]
    pair.timers.to(0.76)
    assert [*was_reading, pair.server.is_reading] == [False, True]
    pair.timers.to(1.01)
    assert sum(map(len, pair.client.did)) == 100_000


def test_when_it_is_taken_down_nothing_comes_later() -> None:
    pair = Pair()
    pair.connection.add(toxic("latency", latency=100))
    pair.connection.server.data_received(b"x")
    pair.connection.abort("the proxy was taken down")
    pair.timers.to(1)
    assert (pair.client.did, pair.server.did) == (["abort"], ["abort"])
    assert pair.passage.fate == "the proxy was taken down"


def test_a_toxic_is_changed_and_removed_on_what_is_open() -> None:
    pair = Pair()
    slow = toxic("latency", latency=100)
    pair.connection.add(slow)
    pair.connection.change(slow.changed({"latency": 10}))
    pair.connection.server.data_received(b"a")
    pair.timers.to(0.01)
    assert pair.client.did == [b"a"]
    pair.connection.server.data_received(b"b")
    pair.connection.remove(slow)
    pair.connection.server.data_received(b"c")
    assert pair.client.did == [b"a", b"b", b"c"]
    assert pair.timers.waiting == 0
