"""The command line: quick to start, one line per problem, exit codes that can be relied upon."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from brownout_scenarios import library
from brownout_simulators.vendors import VENDORS
from tests.support.commands import brownout, brownout_here, start
from tests.support.processes import descendants
from tests.support.shop_scenario import write_shop

# Typer itself imports pydantic, as soon as a command's own arguments are read.
HEAVY = (
    "aiohttp",
    "locust",
    "gevent",
    "matplotlib",
    "polars",
    "faker",
    "redis",
    "rich.console",
    "brownout_core.adapters",
)


QUICK = {
    "--help": 0,
    "run stripe-brownuot": 2,
    "run healthy --mode imaginary": 2,
    "scenarios healty": 2,
    "up --port-base many": 2,
}


@pytest.mark.thorough
@pytest.mark.parametrize("typed", QUICK)
def test_help_and_a_typo_import_nothing_heavy(tmp_path: Path, typed: str) -> None:
    script = f"""
import sys
from brownout_harness.cli import main
sys.argv = ["brownout", *{typed.split()!r}]
try:
    main()
except SystemExit as ended:
    print(ended.code, [name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == f"{QUICK[typed]} []"


def test_help_names_every_command(tmp_path: Path) -> None:
    ended = brownout_here("--help", cwd=tmp_path)
    assert ended.exit_code == 0
    assert all(command in ended.output for command in ("run", "check", "scenarios", "report", "up", "audit"))


def test_files_are_checked_and_nothing_is_run(tmp_path: Path) -> None:
    shop, wrong = write_shop(tmp_path), tmp_path / "wrong.yaml"
    wrong.write_text(shop.read_text().replace("seed: 3", "seed: -3").replace("share: 50%", 'sequence: "F F"'))
    ended = brownout_here("check", "healthy", str(shop), cwd=tmp_path)
    assert ended.exit_code == 0
    assert "healthy: sound; " in ended.output
    assert "runs in virtual and real mode" in ended.output
    assert "shop.yaml: sound; 4s, expectations: 2; runs in real mode" in ended.output
    ended = brownout_here("check", str(wrong), "healty", "healthy", cwd=tmp_path)
    assert ended.exit_code == 2
    lines = [line for line in ended.errors.splitlines() if line.startswith("error: ")]
    assert len(lines) == 3
    assert "wrong.yaml:4: seed: -3 is outside" in lines[0]
    assert "faults[0].sequence: F (struck) and . (not), * at the end to repeat, got 'F F'" in lines[1]
    assert "healty" in lines[2]
    assert "healthy: sound; " in ended.output
    assert not (tmp_path / "runs").exists()


def test_bad_input_is_one_line_in_a_process_too(tmp_path: Path) -> None:
    ended = brownout("run", "stripe-brownuot", cwd=tmp_path)
    assert (ended.exit_code, ended.output) == (2, "")
    assert ended.error == "error: no scenario named 'stripe-brownuot' (did you mean stripe-brownout?)"


def test_the_version_is_said(tmp_path: Path) -> None:
    ended = brownout("--version", cwd=tmp_path)
    assert ended.exit_code == 0
    assert ended.output.startswith("brownout 0.")


@pytest.mark.thorough
def test_the_librarys_scenarios_are_listed_and_one_is_shown_as_written(tmp_path: Path) -> None:
    listed = brownout_here("scenarios", cwd=tmp_path)
    assert "stripe-brownout" in listed.output
    assert "commit-then-crash" in listed.output
    shown = brownout_here("scenarios", "stripe-brownout", cwd=tmp_path)
    assert shown.output.startswith("name: stripe-brownout\n")


def test_what_a_vendor_has_is_listed_by_the_names_that_a_scenario_uses(tmp_path: Path) -> None:
    assert [line.split()[0] for line in brownout_here("vendors", cwd=tmp_path).output.splitlines()] == list(VENDORS)
    assert "burst 250, whole again at instants" in brownout_here("vendors", "gemini", cwd=tmp_path).output
    shown = brownout_here("vendors", "stripe", cwd=tmp_path).output
    for name in ("/v1/payment_intents/{id}/confirm", "stripe.charge", "endpoint-rate", "card_declined"):
        assert f"{name}" in shown
    places = {line.index("402  ") for line in shown.splitlines() if "402  " in line}
    assert len(places) == 1
    assert "set-up" not in shown
    assert "  stripe (Python)  StripeClient(STRIPE_API_KEY" in shown
    assert "pm_card_visa_chargeDeclined  " in shown
    assert "  answers  rules for what models answer" in brownout_here("vendors", "openai", cwd=tmp_path).output
    refused = brownout_here("vendors", "strip", cwd=tmp_path)
    assert (refused.exit_code, "did you mean stripe?" in refused.error) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "stripe-brownuot"], "did you mean stripe-brownout?"),
        (["run", "malformed.yaml"], "malformed.yaml:2:"),
        (["run", "impossible.yaml", "--mode", "real"], "impossible.yaml:"),
        (["run", "remote.yaml", "--mode", "real"], "is not loopback"),
        (["run", "live.yaml", "--mode", "real"], "live.yaml:3: holds a live key"),
        (["run", "healthy", "--mode", "real", "--redis", "redis://192.0.2.1:6379"], "aims at 192.0.2.1"),
        (["run", "healthy", "--mode", "real", "--redis", "redis://127.0.0.1:1/0"], "no Redis answers at 127.0.0.1:1"),
        (["run", "healthy", "--out", "malformed.yaml/x"], "--out malformed.yaml/x: Not a directory"),
        (["run"], "name a scenario"),
        (["run", "healthy", "--all"], "one of the three"),
        (["run", "--all", "--tag", "money"], "one of the three"),
        (["run", "--tag", "mony"], "no tag named 'mony' (did you mean money?)"),
        (["run", "--all", "--mode", "real", "-j", "2"], "-j is for virtual mode"),
        (["run", "healthy", "--mode", "real", "--keep", "none"], "--keep is for virtual mode"),
        (["run", "healthy", "--console"], "the console looks on at real runs: add --mode real"),
        (["scenarios", "healty"], "did you mean healthy?"),
        (["run", "--all", "--json"], "of many: brownout gate --json"),
        (["scenarios", "--tag", "mony"], "did you mean money?"),
        (["audit", "healty"], "did you mean healthy?"),
        (["audit", "healthy", "--evidence", "--matrix"], "--matrix and --evidence are different audits"),
        (["audit", "healthy", "--systematic"], "--systematic is of the whole library"),
        (["audit", "--sample", "0.5"], "--of, --only, --sample, --at-least and --baseline go with --systematic"),
        (["audit", "--systematic", "--only", "policies.braker"], "no change of brownout_core is in policies.braker"),
        (["audit", "healthy", "--out", "malformed.yaml"], "--out malformed.yaml is a file"),
        (["report", "nowhere"], "nowhere is no run folder"),
    ],
    ids=lambda value: "-".join(value[:2]) if isinstance(value, list) else "",
)
def test_bad_input_is_one_line_with_exit_code_2_and_nothing_is_left(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    shop = write_shop(tmp_path).read_text()
    (tmp_path / "malformed.yaml").write_text("name: x\nphases: [}\n")
    (tmp_path / "impossible.yaml").write_text(shop.replace("rate: 20/s", "rate: -20/s"))
    (tmp_path / "remote.yaml").write_text(shop.replace("http://127.0.0.1:{{port}}", "http://shop.example.com"))
    live = "sk_" + "live_" + "51Habcdefghijk"
    (tmp_path / "live.yaml").write_text(shop.replace("A small shop", live))
    before = sorted(tmp_path.iterdir())
    running = descendants(os.getpid())
    ended = brownout_here(*arguments, cwd=tmp_path)
    assert ended.exit_code == 2, ended.errors
    assert said in ended.error
    assert ended.error.startswith("error: ")
    assert live not in ended.errors + ended.output
    assert sorted(tmp_path.iterdir()) == before
    assert descendants(os.getpid()) == running


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "healthy", "-j", "0"], "'-j' / '--jobs'"),
        (["run", "healthy", "--mode", "imaginary"], "'virtual', 'real' (brownout run --help shows how it is typed)"),
        (["run", "--sed", "7"], "--sed"),
        (["show"], "(brownout show --help shows how it is typed)"),
        (["--nonsense"], "(brownout --help shows how it is typed)"),
        (["walk"], "'walk'"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_one_line_with_exit_code_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    ended = brownout_here(*arguments, cwd=tmp_path)
    assert ended.exit_code == 2
    assert ended.error.startswith("error: ")
    assert said in ended.error


def test_who_types_nothing_gets_the_help(tmp_path: Path) -> None:
    ended = brownout_here(cwd=tmp_path)
    assert ended.exit_code == 2
    assert "Commands:" in ended.errors


@pytest.mark.thorough
def test_a_live_key_in_the_environment_is_refused_and_never_repeated(tmp_path: Path) -> None:
    live = "rk_" + "live_" + "51Habcdefghijk"
    ended = brownout("run", "healthy", cwd=tmp_path, environment={"MY_KEY": live})
    assert ended.exit_code == 2
    assert "the environment variable MY_KEY holds a live key" in ended.error
    assert live not in ended.errors


@pytest.mark.parametrize(
    "arguments",
    [["run"], ["run", "healthy", "--mode"], ["run", "healthy", "--seed"], ["scenarios"], ["report"], ["up"]],
)
def test_a_live_key_among_the_arguments_is_never_repeated(tmp_path: Path, arguments: list[str]) -> None:
    live = "sk_" + "live_" + "51Habcdefghijk"
    ended = brownout_here(*arguments, live, cwd=tmp_path)
    assert ended.exit_code == 2
    assert "an argument holds a live key" in ended.error
    assert live not in ended.errors + ended.output


def test_who_is_not_read_to_the_end_has_not_failed(tmp_path: Path) -> None:
    """`… | head`: exit code 1 would say that an expectation does not hold."""
    process = start("vendors", "stripe", cwd=tmp_path)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == "stopped: nobody reads what is printed\n"
    process.stderr.close()
    assert process.wait(20) == 3


@pytest.mark.thorough
def test_lists_are_there_for_scripts_too(tmp_path: Path) -> None:
    listed = json.loads(brownout_here("scenarios", "--json", cwd=tmp_path).output)
    assert [each["name"] for each in listed] == list(library.names())
    assert listed[0]["about"]
    made = json.loads(brownout_here("vendors", "--json", cwd=tmp_path).output)
    assert [each["name"] for each in made] == list(VENDORS)
    one = json.loads(brownout_here("vendors", "stripe", "--json", cwd=tmp_path).output)
    assert one["port"] == 12111
    assert "stripe.charge" in one["effects"]
    checked = brownout_here("check", "healthy", "healty", "--json", cwd=tmp_path)
    assert checked.exit_code == 2
    assert checked.errors == ""
    sound, wrong = json.loads(checked.output)
    assert (sound["problems"], sound["modes"]) == ([], ["virtual", "real"])
    assert "did you mean healthy?" in wrong["problems"][0]


def test_an_error_that_nobody_expected_is_one_line_too(tmp_path: Path) -> None:
    script = """
from brownout_harness import cli
from brownout_harness.commands import scenarios
scenarios.__globals__["_list"] = lambda *paths, **how: 1 / 0
import sys
sys.argv = ["brownout", "scenarios"]
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr == "error: ZeroDivisionError: division by zero (BROWNOUT_DEBUG=1 shows where)\n"


@pytest.mark.real
def test_a_target_that_never_becomes_ready_is_one_line_with_exit_code_3_and_leaves_nothing(tmp_path: Path) -> None:
    path = write_shop(tmp_path, options="--never-ready", within="1s")
    ended = brownout("run", str(path), "--mode", "real", "--out", "A", cwd=tmp_path)
    assert ended.exit_code == 3
    said = r"error: the target \(target\) was not ready after 1 s: GET http://127\.0\.0\.1:\d+/ answered 503"
    assert re.fullmatch(said, ended.error), ended.error
    assert sorted(each.name for each in tmp_path.iterdir()) == ["shop.yaml"]


@pytest.mark.real
def test_a_target_that_ends_at_once_says_its_last_words(tmp_path: Path) -> None:
    path = write_shop(tmp_path, options="--no-such-option")
    ended = brownout("run", str(path), "--mode", "real", "--out", "A", cwd=tmp_path)
    assert ended.exit_code == 3
    assert "ended with exit code 2 before it was ready" in ended.errors
    assert "unrecognized arguments: --no-such-option" in ended.errors


@pytest.mark.real
def test_a_port_of_the_target_that_is_taken_is_one_line_with_exit_code_2(tmp_path: Path) -> None:
    path = write_shop(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        path.write_text(path.read_text().replace("{{port}}", port))
        ended = brownout("run", str(path), "--mode", "real", "--out", "A", cwd=tmp_path)
    assert ended.exit_code == 2
    assert f"port {port} is taken" in ended.error
    assert sorted(each.name for each in tmp_path.iterdir()) == ["shop.yaml"]
