"""`brownout toxiproxy`."""

import json
import signal
import socket
from pathlib import Path

import pytest

from tests.support.commands import brownout_here, start

CONFIG = [{"name": "db", "listen": "127.0.0.1:0", "upstream": "localhost:5432", "toxics": [{"type": "latency"}]}]


def refused(tmp_path: Path, *options: str) -> str:
    ended = brownout_here("toxiproxy", *options, cwd=tmp_path)
    assert ended.exit_code == 2
    return ended.error


def test_what_cannot_be_is_told_in_one_line_before_anything_starts(tmp_path: Path) -> None:
    file = tmp_path / "proxies.json"
    assert refused(tmp_path, "--host", "0.0.0.0") == (
        "error: --host 0.0.0.0 is not this machine: only loopback (127.0.0.1, ::1, localhost) is allowed"
    )
    assert refused(tmp_path, "--port", "70000") == "error: --port 70000: a port is from 0 to 65535"
    assert refused(tmp_path, "--config", "none.json") == "error: none.json: No such file or directory"
    file.write_text('[{"name": "db", "upstream": "db.example:5432"}]')
    assert refused(tmp_path, "--config", "proxies.json") == (
        "error: proxies.json: upstream at proxy 1 aims at db.example, not this machine: "
        "only loopback (127.0.0.1:PORT, [::1]:PORT) is allowed"
    )


def test_a_taken_port_is_told_with_the_cure(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        cure = f"error: port {port} is in use: end what uses it, or choose another with --port"
        assert refused(tmp_path, "--port", str(port)) == cure
        (tmp_path / "a.json").write_text(json.dumps([{**CONFIG[0], "listen": f"127.0.0.1:{port}"}]))
        told = refused(tmp_path, "--port", "0", "--config", "a.json")
        assert told == f"error: a.json: listen tcp 127.0.0.1:{port}: bind: address already in use"


@pytest.mark.real
def test_it_says_where_it_is_and_ends_clean_on_ctrl_c(tmp_path: Path) -> None:
    (tmp_path / "proxies.json").write_text(json.dumps(CONFIG))
    with start("toxiproxy", "--port", "0", "--config", "proxies.json", cwd=tmp_path) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert lines[0].startswith("db: 127.0.0.1:")
    assert lines[0].endswith(" leads to 127.0.0.1:5432\n")
    assert lines[1].startswith("Toxiproxy's API: http://127.0.0.1:")
    assert (process.returncode, errors) == (0, "stopped\n")
