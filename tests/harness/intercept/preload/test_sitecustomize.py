"""What Python loads at its start, tried in a process of its own: in this one it would stay."""

import os
import subprocess
import sys
from pathlib import Path

from brownout_harness.intercept.variables import PRELOAD


def run(folder: Path, program: str, **environment: str) -> str:
    told = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PRELOAD), str(folder)]), **environment}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=told, capture_output=True, text=True, check=True).stdout.strip()


def test_another_one_behind_it_is_loaded_as_well(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os\nos.environ['BEHIND'] = 'loaded'\n")
    assert run(tmp_path, "import os; print(os.environ.get('BEHIND'))") == "loaded"


def test_an_authority_is_trusted_besides_a_library_s_own_list_and_only_where_one_is_named(tmp_path: Path) -> None:
    from trustme import CA

    for name in ("ours", "theirs"):
        CA().cert_pem.write_to_path(tmp_path / f"{name}.pem")
    program = (
        "import ssl; context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT);"
        f"context.load_verify_locations({str(tmp_path / 'theirs.pem')!r}); print(len(context.get_ca_certs()))"
    )
    assert run(tmp_path, program, SSL_CERT_FILE=str(tmp_path / "ours.pem")) == "2"
    assert run(tmp_path, program, SSL_CERT_FILE="") == "1"


def test_a_host_that_is_answered_here_is_found_here_and_any_other_where_it_is(tmp_path: Path) -> None:
    program = (
        "import socket\n"
        "for host in ('api.stripe.com', 'Verify.Twilio.com.', b'api.stripe.com', '127.0.0.2'):\n"
        "    print(socket.getaddrinfo(host, 443, 0, socket.SOCK_STREAM)[0][4])\n"
    )
    led = run(tmp_path, program, BROWNOUT_INTERCEPTED="9 api.stripe.com *.twilio.com")
    assert led.splitlines() == [*["('127.0.0.1', 9)"] * 3, "('127.0.0.2', 443)"]
