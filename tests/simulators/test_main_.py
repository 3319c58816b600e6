"""`python -m brownout_simulators`."""

import json
import signal
import socket
import ssl
import subprocess
import sys
import types
from dataclasses import replace
from pathlib import Path

import pytest

from brownout_simulators import __main__ as program
from brownout_simulators import vendors
from tests.simulators.serving import serving
from tests.simulators.toy import TILL
from tests.support.aio import really


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("till_vendor")
    module.VENDOR = TILL  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "till_vendor", module)
    monkeypatch.setattr(vendors, "VENDORS", {"till": "till_vendor"})


def test_a_port_that_is_taken_is_one_line_and_exit_code_two(till: None, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert program.main(["--vendors", "till", "--port-base", str(port)]) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error == f"brownout_simulators: port {port} is in use"


def test_a_vendor_that_does_not_exist_is_one_line_and_exit_code_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--vendors", "strype"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "brownout_simulators: no vendor is called strype; did you mean stripe?"
    ]


def test_a_place_that_cannot_be_is_one_line_and_exit_code_two(till: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--vendors", "till", "--correlate", "till=cookie.x"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("brownout_simulators: --correlate 'till=cookie.x': ")


@pytest.mark.parametrize(
    ("told", "content", "says"),
    [
        ("till={}", "shop: 7", "{}: shop: a name is needed"),
        ("till={}", "- shop", "{}: a mapping is needed"),
        ("till={}", "7: x", "{}: a mapping is needed"),
        ("till={}", "{", "{}: not YAML: "),
        ("till={}", None, "{}: No such file or directory"),
        ("tell={}", "", "--setup tell={}: VENDOR=FILE, of till"),
        ("{}", "", "--setup {}: VENDOR=FILE, of till"),
    ],
)
def test_a_setup_that_cannot_be_is_one_line_and_exit_code_two(
    till: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, told: str, content: str | None, says: str
) -> None:
    path = tmp_path / "setup.yaml"
    if content is not None:
        path.write_text(content)
    assert program.main(["--vendors", "till", "--setup", told.format(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"brownout_simulators: {says.format(path)}")


@pytest.mark.parametrize(
    ("kind", "base", "ports"),
    [("fixed", None, [12999, 12999]), ("0", None, [0, 0]), ("fixed", 0, [0, 0]), ("fixed", 5000, [5000, 5001])],
)
def test_ports_are_documented_free_or_counted_from_a_base(kind: str, base: int | None, ports: list[int]) -> None:
    assert program._ports([TILL, TILL], kind, base) == ports


@pytest.mark.parametrize("base", ["99999", "65535", "-1"])
def test_a_port_that_cannot_be_is_one_line_and_exit_code_two(base: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--vendors", "stripe,twilio", "--port-base", base]) == 2
    assert capsys.readouterr().err == f"brownout_simulators: --port-base must be in [0, 65534], got {base}\n"


def test_a_vendor_over_tls_names_the_authority_to_trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    async def main() -> None:
        async with serving(vendor=replace(TILL, tls=True)) as host, serving() as plain:
            said = program._introduction(host)
            ssl.create_default_context(cafile=said["ca"])
            assert said["env"]["TILL_URL"] == said["url"] == host.url
            assert "ca" not in program._introduction(plain)

    really(main())


def test_no_vendor_at_all_is_one_line_and_exit_code_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--vendors", ","]) == 2
    assert "no vendor is named; there are stripe" in capsys.readouterr().err


def test_a_vendor_is_served_without_importing_what_it_does_not_need() -> None:
    heavy = ["aiohttp", "websockets", "h11", "trustme", "cryptography", "brownout_simulators.vendors.twilio"]
    code = "import sys, brownout_simulators.__main__ as program; program._named('stripe'); "
    code += f"print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.real
def test_it_says_when_it_is_ready_and_goes_quietly_on_sigterm() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "brownout_simulators", "--vendors", "stripe,sales", "--ports", "0", "--seed", "3"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = [json.loads(process.stdout.readline()) for _ in range(2)]
        assert [line["vendor"] for line in said] == ["stripe", "sales"]
        assert all(line["url"] in line["env"].values() for line in said)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        _, error = process.communicate()
    assert "the vendor's limits are off" in error.splitlines()[0]
    assert "Traceback" not in error
