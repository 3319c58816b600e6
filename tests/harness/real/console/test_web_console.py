"""The console, started and stopped."""

import http.client
import socket

import pytest

from brownout_harness.problems import BadInput
from brownout_harness.real.console.web_console import CALLS_KEPT, WebConsole
from brownout_harness.real.served import Served
from tests.harness.real.console.conftest import Street

pytestmark = pytest.mark.real


def test_from_its_start_the_simulators_keep_their_calls_and_its_end_frees_the_port(street: Street) -> None:
    console = WebConsole()
    url = console.start(0)
    console.over([*street.processes, Served("gone", "http://127.0.0.1:9")])
    assert street.at(street.payments).ask("GET", "calls")["keep"] == CALLS_KEPT
    console.stop()
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection(url.removeprefix("http://"), timeout=5).request("GET", "/")


def test_a_port_that_is_taken_is_named_with_the_cure_and_one_that_nobody_chose_is_passed_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from brownout_harness.real.console import web_console

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=rf"--console-port {port}: .*choose another, or 0"):
            WebConsole().start(port)
        monkeypatch.setattr(web_console, "PORT", port)
        console = WebConsole()
        assert console.start() != f"http://127.0.0.1:{port}"
        console.stop()
