"""Real runs, whole: a target of somebody else's, killed harnesses, Ctrl-C."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from brownout_harness.judging.evidence import GapKind
from brownout_harness.judging.expectations.as_asked import AsAsked
from brownout_harness.progress import Progress
from brownout_harness.real.runner import run_real
from brownout_harness.running.execute import evidence_of
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import Status, read
from brownout_scenarios.load import load
from brownout_simulators.vendors import load_vendor
from tests.support.commands import LIMIT_S, brownout, brownout_here, start
from tests.support.processes import descendants, eventually, is_running
from tests.support.redis_server import free_port
from tests.support.shop_scenario import AGREED, SHOP, write_shop

pytestmark = pytest.mark.real


def test_a_run_brings_back_what_driver_ledgers_and_rules_say(tmp_path: Path) -> None:
    seen: list[Progress] = []
    scenario = load(write_shop(tmp_path), vocabulary())
    inputs = run_real(scenario, work=tmp_path / "work", progress=seen.append)
    operations, ledger = inputs.tables.of(OperationRow), inputs.tables.of(LedgerRow)
    assert {row.outcome for row in operations} == {Outcome.DONE}
    charged = [row.operation_id for row in ledger if row.kind == "stripe.charge"]
    assert sorted(charged) == sorted(row.operation_id for row in operations)
    counted = inputs.fault_counts["trouble.0"]
    assert 0 < counted.struck < counted.matched
    struck = [row for row in ledger if row.faults == ("trouble.0",)]
    assert len(struck) == counted.struck
    assert all(2.0 <= row.at_s < 4.0 for row in struck)
    assert all(row.asks > 1 for row in operations if row.operation_id == struck[0].operation_id)
    assert inputs.still_open == {}
    assert not inputs.shows_dead_letters
    assert inputs.logs is not None
    texts = [path.read_text() for path in inputs.logs.iterdir()]
    assert not any(secret in text for secret in inputs.secrets for text in texts)
    assert seen[0].phase == "starting"
    assert {"steady", "trouble", "collecting"} <= {progress.phase for progress in seen}
    assert not (tmp_path / "work" / "scratch").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("", ""),
        ("--overcharges", r"asked for amount (\d+), stripe.charge ch_\w+ holds (?!\1\b)\d+"),
        ("--mixes-up", r"the answer says charge (pi_\w+)?, its stripe.charge ch_\w+ has payment_intent (?!\1\b)pi_\w+"),
    ],
)
def test_what_a_foreign_target_does_otherwise_than_asked_is_seen(tmp_path: Path, options: str, says: str) -> None:
    """Each of its orders has its one charge: nothing else sees it."""
    scenario = load(write_shop(tmp_path, options=options, steady="1s", agreed=AGREED), vocabulary())
    inputs = run_real(scenario, work=tmp_path / "work")
    evidence = evidence_of(scenario, inputs, {})
    assert {each.check.judge(evidence).status for each in scenario.expect} == {Status.PASSED}
    result = AsAsked().judge(evidence)
    assert result.status is (Status.FAILED if says else Status.PASSED), result
    assert all(re.match(says, case.what) for case in result.cases)


def test_a_target_that_dies_unasked_is_told_with_what_it_said_last(tmp_path: Path) -> None:
    path = write_shop(tmp_path, options="--dies-at 10")
    path.write_text(path.read_text().replace("times: 40", "times: 1"))
    inputs = run_real(load(path, vocabulary()), work=tmp_path / "work")
    (death,) = inputs.deaths
    assert (death.process, death.exit_code) == ("target", 137)
    assert 0 < death.at_s < inputs.duration_s
    assert death.said_last[-1] == "dying"
    assert inputs.gaps == ()
    operations = inputs.tables.of(OperationRow)
    assert 1 <= sum(row.status != 0 for row in operations) <= 9
    assert {row.detail for row in operations if not row.status} <= {"connection_lost", "connection_refused"}


def test_a_start_while_the_target_is_still_ending_waits_is_told_as_late_and_loses_nothing(tmp_path: Path) -> None:
    path = write_shop(tmp_path, options="--deaf")
    acts = "name: trouble\n    actions: [{at: 200ms, stop: target}, {at: 700ms, start: target}]"
    path.write_text(path.read_text().replace("name: trouble", acts).replace("seed: 3", "seed: 3\ngrace: 0s"))
    inputs = run_real(load(path, vocabulary()), work=tmp_path / "work")
    (gap,) = inputs.gaps
    assert (gap.kind, gap.at_s) == (GapKind.NOT_STAGED, 2.7)
    assert re.match(r"start target came 1\.[4-9] s late: target was still ending", gap.detail)
    stopped, started = inputs.deeds
    # Killed two seconds after its grace, which is none.
    assert 2.0 <= started.at_s - stopped.at_s < 3.0
    assert inputs.deaths == ()
    operations = inputs.tables.of(OperationRow)
    assert {row.outcome for row in operations} == {Outcome.DONE}
    assert any(row.asks > 1 for row in operations)


def test_of_two_processes_each_death_is_told_by_its_name(tmp_path: Path) -> None:
    path = write_shop(tmp_path, options="--dies-at 10", steady="3s")
    path.write_text(path.read_text().replace("times: 40", "times: 1").replace("workload:", "replicas: 2\nworkload:", 1))
    inputs = run_real(load(path, vocabulary()), work=tmp_path / "work")
    assert sorted(death.process for death in inputs.deaths) == ["target.0", "target.1"]
    assert inputs.gaps == ()
    served = {row.replicas[-1] for row in inputs.tables.of(OperationRow) if row.status}
    assert served == {"target.0", "target.1"}


@pytest.fixture
def running(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A real run in the middle of its first phase, with an operation that was answered."""
    path = write_shop(tmp_path, steady="60s")
    process = start("run", str(path), "--mode", "real", "--out", "A", cwd=tmp_path)
    try:
        assert process.stdout is not None
        while not re.search(r"\| steady \|.*\| done \d", line := process.stdout.readline()):
            assert line, process.communicate(timeout=LIMIT_S)[1]
        yield process
    finally:
        process.kill()
        process.communicate(timeout=LIMIT_S)


def test_sigkill_of_the_harness_in_the_middle_of_a_run_leaves_no_process_behind(
    running: "subprocess.Popen[str]",
) -> None:
    below = descendants(running.pid)
    assert len(below) >= 8  # Redis, simulators, target, load, and a warden for each
    running.kill()
    running.wait(LIMIT_S)
    eventually(lambda: not any(map(is_running, below)), within_s=20.0)


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_run_that_is_interrupted_ends_in_order_and_leaves_nothing(
    running: "subprocess.Popen[str]", tmp_path: Path, number: signal.Signals
) -> None:
    below = descendants(running.pid)
    running.send_signal(number)
    _, errors = running.communicate(timeout=LIMIT_S)
    assert running.returncode == 3
    assert errors == "stopped: what was seen until then is in A; nothing is left running\n"
    assert not any(map(is_running, below))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["A", "shop.yaml"]
    back = read(tmp_path / "A")
    assert back.verdict.verdict is Status.INCONCLUSIVE
    assert re.fullmatch(rf"interrupted at [0-9.]+ s: by {number.name}", back.verdict.reasons[0])
    assert len(back.tables.of(OperationRow)) > 0
    assert len(back.tables.of(LedgerRow)) > 0
    assert Status.FAILED not in {each.status for each in back.verdict.expectations}
    assert brownout_here("judge", "A", cwd=tmp_path).exit_code == 3


def test_a_run_of_the_command_line_ends_with_a_verdict_and_a_folder(tmp_path: Path) -> None:
    ended = brownout("run", str(write_shop(tmp_path)), "--mode", "real", "--out", "A", cwd=tmp_path)
    assert ended.errors == ""
    assert ended.exit_code == 0, ended.output
    assert re.match(r"redis: (redis-server [0-9.]+|embedded fakeredis \(no redis-server on PATH\))\n", ended.output)
    assert "passed shop (real, seed 3)" in ended.output
    assert (tmp_path / "A" / "report.html").exists()
    assert f"again  brownout run {tmp_path / 'shop.yaml'} --mode real --seed 3" in ended.output


def running_already(folder: Path) -> tuple[Path, int, int]:
    """The scenario of a shop that somebody else starts: its file, the shop's port, and Stripe's."""
    shop_port, stripe_port = free_port(), free_port()
    path = write_shop(folder)
    text = path.read_text().replace("{{port}}", str(shop_port), 2)
    command = next(line for line in text.splitlines() if "command:" in line)
    path.write_text(text.replace(command, f"  ports: {{stripe: {stripe_port}}}").replace("{{port}}", str(shop_port)))
    return path, shop_port, stripe_port


def test_a_target_that_runs_already_finds_its_vendor_at_a_fixed_port(tmp_path: Path) -> None:
    path, shop_port, stripe_port = running_already(tmp_path)
    base, key = f"http://127.0.0.1:{stripe_port}", load_vendor("stripe").test_key("default")
    environment = {**os.environ, "STRIPE_API_BASE": base, "STRIPE_API_KEY": key}
    shop = subprocess.Popen([sys.executable, str(SHOP), "--port", str(shop_port)], env=environment)
    try:
        ended = brownout("run", str(path), "--mode", "real", "--redis", "fake", "--out", "A", cwd=tmp_path)
    finally:
        shop.kill()
        shop.wait(LIMIT_S)
    assert ended.exit_code == 0, ended.output + ended.errors
    said = ended.output.splitlines()
    assert said[2].startswith(f"the target at http://127.0.0.1:{shop_port} is not started here; in its environment")
    assert f"  STRIPE_API_BASE={base}" in said
    assert f"  STRIPE_API_KEY={key}" in said
    assert not any(key in path.read_text() for path in (tmp_path / "A" / "logs").iterdir())


def test_a_port_of_a_simulator_that_is_taken_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    path, _, port = running_already(tmp_path)
    with socket.create_server(("127.0.0.1", port)):
        ended = brownout("run", str(path), "--mode", "real", "--redis", "fake", "--out", "A", cwd=tmp_path)
    assert ended.exit_code == 2
    assert ended.error == f"error: port {port} is in use; end what uses it, or change target.ports.stripe"
    assert [each.name for each in tmp_path.iterdir()] == ["shop.yaml"]
