"""Ports for processes that must be told one."""

import socket
from pathlib import Path

import pytest

from brownout_harness.problems import NotJudged
from brownout_harness.real import ports
from brownout_harness.real.ports import COUNT, FIRST, free_port


def test_a_free_port_can_be_bound() -> None:
    with socket.create_server(("127.0.0.1", free_port())):
        pass


def test_no_outgoing_connection_is_given_one_of_these() -> None:
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if not given.exists():
        pytest.skip("this system does not say which ports it gives to outgoing connections")
    assert int(given.read_text().split()[0]) >= FIRST + COUNT


def test_with_none_free_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(ports, "FIRST", taken.getsockname()[1])
        monkeypatch.setattr(ports, "COUNT", 1)
        with pytest.raises(NotJudged, match="no port is free"):
            free_port()
