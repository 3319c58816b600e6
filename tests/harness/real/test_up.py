"""`brownout up`: the simulators alone."""

import io
import json
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
import stripe
from rich.console import Console

from brownout_harness.commands.parameters import EnvForm
from brownout_harness.real.booths import Booth
from brownout_harness.real.env_forms import ENV_FORMS
from brownout_harness.real.http_json import call
from brownout_harness.real.served_here import serving
from brownout_harness.real.up import shown
from tests.support.commands import LIMIT_S, brownout, start
from tests.support.processes import descendants, eventually, is_running

pytestmark = pytest.mark.real


def words_of(process: "subprocess.Popen[str]") -> list[str]:
    """What it prints until it serves."""
    assert process.stdout is not None
    lines: list[str] = []
    while "Ctrl-C" not in "".join(lines[-1:]):
        lines.append(process.stdout.readline())
        assert lines[-1], "".join(lines)
    return " ".join(lines).split()


def test_addresses_and_test_keys_are_printed_and_ctrl_c_ends_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    process = start("up", "stripe", "--port-base", "0", cwd=tmp_path)
    try:
        words = words_of(process)
        url = next(word for word in words if word.startswith("http://127.0.0.1:"))
        assert any(word.startswith("STRIPE_API_KEY=sk_test_") for word in words)
        assert call("GET", f"{url}/_brownout/").json["vendor"] == "stripe"
        console = words[words.index("Console:") + 1]
        assert [each["url"] for each in call("GET", f"{console}/api/state").json["vendors"]] == [url]
        (found,) = serving()
        assert (found.what, found.pid, [one.url for one in found.simulators]) == ("brownout up", process.pid, [url])
        below = descendants(process.pid)
        assert len(below) == 2
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=LIMIT_S)
    finally:
        process.kill()
        process.wait(LIMIT_S)
    assert process.returncode == 0
    assert serving() == []
    log = errors.splitlines()
    assert "limits are off" in log[0]
    assert log[-1] == "stopped"
    eventually(lambda: not any(map(is_running, below)))


def test_the_environment_is_printed_in_a_form_that_a_program_reads_and_nothing_beside_it(tmp_path: Path) -> None:
    process = start("up", "stripe", "twilio", "--port-base", "0", "--no-console", "--env", "json", cwd=tmp_path)
    try:
        assert process.stdout is not None
        told = "".join(iter(process.stdout.readline, "}\n")) + "}"
        environment = json.loads(told)
        assert [name for name in environment if name.endswith("_API_BASE")] == ["STRIPE_API_BASE", "TWILIO_API_BASE"]
        assert call("GET", f"{environment['TWILIO_API_BASE']}/_brownout/").json["vendor"] == "twilio"
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=LIMIT_S)
    finally:
        process.kill()
        process.wait(LIMIT_S)
    assert (process.returncode, rest) == (0, "")
    assert "Ctrl-C ends them." in errors
    assert "Console" not in errors


def test_the_command_line_and_the_forms_know_the_same_names() -> None:
    assert [form.value for form in EnvForm] == list(ENV_FORMS)


def test_a_value_that_nobody_could_copy_from_the_table_is_cut_short() -> None:
    key = "-----BEGIN PUBLIC KEY-----\n" + "A" * 300
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(shown(console, [Booth("clerk", "http://x", {"CLERK_JWT_KEY": key, "CLERK_SECRET_KEY": "sk_test_a"})]))
    lines = console.export_text().splitlines()
    assert any(line.rstrip().endswith("CLERK_JWT_KEY=-----BEGIN PUBLIC KEY-----…") for line in lines)
    assert any(line.rstrip().endswith("CLERK_SECRET_KEY=sk_test_a") for line in lines)


def test_the_ledger_tells_operations_apart_by_where_somebody_says_that_their_ids_travel(tmp_path: Path) -> None:
    place = "stripe=body.metadata.order_id"
    process = start("up", "stripe", "--port-base", "0", "--correlate", place, cwd=tmp_path)
    try:
        words = words_of(process)
        url = next(word for word in words if word.startswith("http://127.0.0.1:"))
        key = next(word for word in words if word.startswith("STRIPE_API_KEY=")).partition("=")[2]

        def entries_of_a_payment() -> set[tuple[str, str]]:
            paid = stripe.StripeClient(key, base_addresses={"api": url}).v1.payment_intents.create(PAYMENT)
            assert paid.status == "succeeded"
            rows = call("GET", f"{url}/_brownout/ledger").json["rows"]
            return {(row["entry"], row["operation_id"]) for row in rows}

        assert entries_of_a_payment() == {("request", "A-17"), ("effect", "A-17")}
        assert call("POST", f"{url}/_brownout/reset", {}).status == 200
        assert entries_of_a_payment() == {("request", "A-17"), ("effect", "A-17")}
    finally:
        process.kill()
        process.communicate(timeout=LIMIT_S)


PAYMENT: Any = {
    "amount": 1200,
    "currency": "usd",
    "confirm": True,
    "payment_method": "pm_card_visa",
    "return_url": "https://example.test/back",
    "metadata": {"order_id": "A-17"},
}


@pytest.mark.parametrize("place", ["strip=body.x", "stripe=cookie.x", "stripe=path.sid", "twilio=body.Body", "stripe"])
def test_a_place_that_does_not_exist_is_one_line_and_exit_code_2(tmp_path: Path, place: str) -> None:
    ended = brownout("up", "stripe", "--correlate", place, cwd=tmp_path)
    assert ended.exit_code == 2
    assert ended.error.startswith(f"error: --correlate '{place}': ")


def test_a_file_that_a_vendor_cannot_be_set_up_with_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("shop: Noon\n")
    ended = brownout("up", "stripe", "--setup", "stripe=shop.yaml", cwd=tmp_path)
    assert ended.exit_code == 2
    assert ended.error == "error: shop.yaml: stripe has nothing to set up"


def test_a_port_that_is_taken_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = brownout("up", "stripe", "--port-base", port, cwd=tmp_path)
    assert ended.exit_code == 2
    assert port in ended.error
    assert "--port-base" in ended.error


@pytest.mark.parametrize("port_base", ["-1", "65536", "70000", "65534"])
def test_ports_that_do_not_exist_are_refused(tmp_path: Path, port_base: str) -> None:
    """65534 would do for one or two vendors, not for all of them."""
    ended = brownout("up", "--port-base", port_base, cwd=tmp_path)
    assert ended.exit_code == 2
    assert f"--port-base {port_base}" in ended.error


def test_a_vendor_that_does_not_exist_is_named_with_the_nearest(tmp_path: Path) -> None:
    ended = brownout("up", "strip", cwd=tmp_path)
    assert ended.exit_code == 2
    assert "did you mean stripe" in ended.error


def test_a_live_key_in_the_environment_is_refused(tmp_path: Path) -> None:
    live = "sk_" + "live_" + "51Habcdefghijk"
    ended = brownout("up", cwd=tmp_path, environment={"STRIPE_API_KEY": live})
    assert ended.exit_code == 2
    assert "STRIPE_API_KEY holds a live key" in ended.error
    assert live not in ended.errors
