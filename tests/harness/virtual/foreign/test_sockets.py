"""What libraries see of a socket in memory: enough to trust it, and to see that it has been closed."""

import select
import socket
import struct

from brownout_harness.virtual.foreign.sockets import Quiet, StandIn

HERE, THERE = ("127.0.0.1", 40_001), ("198.18.0.1", 80)


def test_names_are_those_of_both_ends() -> None:
    stand_in = StandIn(HERE, THERE, lambda: 7)
    assert stand_in.getsockname() == HERE
    assert stand_in.getpeername() == THERE
    assert stand_in.fileno() == 7


def test_only_lingering_for_nothing_makes_a_close_a_reset() -> None:
    stand_in = StandIn(HERE, THERE, lambda: 7)
    stand_in.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stand_in.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
    assert not stand_in.resets
    stand_in.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert stand_in.resets


def test_nothing_ever_comes_on_the_quiet_descriptor() -> None:
    quiet = Quiet()
    try:
        assert select.select([quiet.fd], [], [], 0) == ([], [], [])
    finally:
        quiet.close()
