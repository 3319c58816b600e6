"""Faults of links in virtual time: what they do to the reference application and to others, and what is no proof."""

from pathlib import Path

import polars as pl
import pytest

from brownout_harness.judging.inputs import RunInputs
from brownout_harness.problems import BadInput
from brownout_harness.running.execute import judged
from brownout_harness.running.orders import checked_scenario
from brownout_harness.virtual.runner import run_virtual
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import Status
from brownout_reports.strikes import StrikeRow
from tests.harness.virtual.foreign.shops import SHOP, ran, verdict

GATEWAY = """\
name: linked
about: A link is bad.
{target}
workload: {{arrivals: {{rate: 10/s, process: constant}}, operations: [{{name: pay}}]}}
phases:
  - {{name: steady, for: 2s}}
  - name: bad
    for: 3s
{more}
  - {{name: after, for: 2s}}
expect: [nothing_lost]
"""


def written(folder: Path, *faults: str, target: str = "target: gateway", actions: str = "") -> str:
    lines = ["faults:", *(f"  - {each}" for each in faults), *([f"actions: {actions}"] if actions else [])]
    path = folder / "linked.yaml"
    path.write_text(GATEWAY.format(target=target, more="\n".join(f"    {line}" for line in lines)), encoding="utf-8")
    return str(path)


def run(folder: Path, *faults: str, target: str = "target: gateway", actions: str = "") -> RunInputs:
    return run_virtual(checked_scenario(written(folder, *faults, target=target, actions=actions), "virtual", None))


def latencies(inputs: RunInputs, start_s: float, end_s: float) -> list[float]:
    return [row.latency_s for row in inputs.tables.of(OperationRow) if start_s <= row.intended_s < end_s]


def test_a_slow_link_keeps_answers_and_its_books_say_which(tmp_path: Path) -> None:
    inputs = run(tmp_path, "{link: gateway→stripe, latency: 300ms, jitter: 100ms}")
    assert inputs.gaps == ()
    slow = latencies(inputs, 2.0, 4.6)  # what is under way at its end arrives at once
    assert len(slow) == 26
    assert 0.2 < min(slow) < 0.25
    assert 0.35 < max(slow) < 0.41
    assert max(latencies(inputs, 0.0, 2.0) + latencies(inputs, 5.0, 7.0)) < 0.01
    strikes = list(inputs.tables.of(StrikeRow))
    assert inputs.fault_counts["bad.0"].struck == len({row.number for row in strikes}) == len(strikes) == 4
    assert sum(row.chunks for row in strikes) == 30
    struck = [row for row in inputs.tables.of(LedgerRow) if row.faults]
    assert {row.faults for row in struck} == {("bad.0",)}
    assert sorted(row.operation_id for row in struck) == sorted(
        row.operation_id for row in inputs.tables.of(OperationRow) if 2.0 <= row.intended_s < 5.0
    )
    assert all(row.asked_delay_s == 0.0 for row in struck)  # the vendor itself was quick


@pytest.mark.thorough
def test_the_same_seed_strikes_the_same_share_of_the_connections(tmp_path: Path) -> None:
    many = "{link: gateway→stripe, latency: 500ms, stream: upstream}"  # so that there are several connections
    half = "{link: gateway→stripe, latency: 500ms, share: 50%}"
    one, again = run(tmp_path, half, many), run(tmp_path, half, many)
    assert one.digest() == again.digest()
    count = one.fault_counts["bad.0"]
    assert 0 < count.struck < count.matched


@pytest.mark.thorough
@pytest.mark.parametrize(
    "fault", ["reset_peer: 0s", "limit_data: 1KB", "timeout: 500ms", "timeout: 500ms, stream: upstream"]
)
def test_what_ends_a_connection_costs_answers_and_takes_no_money_twice(tmp_path: Path, fault: str) -> None:
    inputs = run(tmp_path, f"{{link: gateway→stripe, {fault}}}")
    assert inputs.gaps == ()
    strikes = list(inputs.tables.of(StrikeRow))
    assert inputs.fault_counts["bad.0"].struck == len({row.number for row in strikes}) > 4
    assert any(row.ends for row in strikes)
    charges = [row.operation_id for row in inputs.tables.of(LedgerRow) if row.kind == "stripe.charge"]
    assert len(charges) == len(set(charges))


def test_a_link_that_is_down_refuses_everybody_and_closes_what_was_open(tmp_path: Path) -> None:
    inputs = run(tmp_path, "{link: gateway→stripe, down: , window: {end: 1s}}")
    assert inputs.gaps == ()
    (row, *_) = inputs.tables.of(StrikeRow)
    assert (row.at_s, row.rule, row.ends, row.stream) == (2.0, "bad.0", 1, "")
    asked = inputs.tables.of(LedgerRow).frame.filter(pl.col("at_s").is_between(2.0, 3.0)).collect()
    assert asked.height == 0
    assert {each.outcome for each in inputs.tables.of(OperationRow) if 2.0 <= each.intended_s < 3.0} != {Outcome.DONE}


@pytest.mark.thorough
def test_a_link_to_the_store_is_the_clients_own_and_slow_for_each_command(tmp_path: Path) -> None:
    inputs = run(tmp_path, "{link: gateway->redis, latency: 50ms}")
    assert inputs.gaps == ()
    assert inputs.fault_counts["bad.0"].struck > 0
    assert min(latencies(inputs, 2.0, 5.0)) > 0.1  # a claim, and its completion
    assert {row.outcome for row in inputs.tables.of(OperationRow)} == {Outcome.DONE}


@pytest.mark.thorough
def test_of_two_copies_one_has_a_bad_link_and_a_killed_one_leaves_no_connection(tmp_path: Path) -> None:
    inputs = run(
        tmp_path,
        "{link: gateway.1→stripe, latency: 300ms}",
        target="replicas: 2",
        actions="[{at: 1s, kill: gateway.1, for: 500ms}]",
    )
    assert inputs.gaps == ()
    assert {row.process for row in inputs.tables.of(StrikeRow)} == {"gateway.1"}
    slow = {
        row.replicas[0]: row.latency_s > 0.2 for row in inputs.tables.of(OperationRow) if 4.0 <= row.intended_s < 4.6
    }
    assert slow == {"gateway.0": False, "gateway.1": True}


# -- what would be no proof -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        "{link: gateway→twilio, latency: 300ms}",  # nobody asks it
        *(
            pytest.param(each, marks=pytest.mark.thorough)
            for each in (
                "{link: gateway→stripe, slow_close: 1s}",  # nothing ends
                "{link: gateway→stripe, latency: 300ms, share: 0.1%}",  # drawn for none
                "{link: gateway→stripe, latency: 300ms, expect_struck: 40}",  # there are not so many connections
                "{link: gateway→stripe, latency: 300ms, window: {start: 1s, end: 1001ms}}",  # nobody asks meanwhile
            )
        ),
    ],
)
def test_a_fault_that_struck_too_few_connections_is_no_pass(tmp_path: Path, fault: str) -> None:
    scenario = checked_scenario(written(tmp_path, fault), "virtual", None)
    judgement = judged(scenario, run_virtual(scenario))
    assert judgement.status is Status.INCONCLUSIVE
    (reason,) = judgement.reasons
    assert reason.startswith("fault bad.0 (")
    assert "connection" in reason
    assert "were open meanwhile, at least" in reason


RESETS = "faults: [{link: target→stripe, reset_peer: 0s, window: {start: 1s, end: 1500ms}}]"


@pytest.mark.thorough
def test_somebody_elses_application_is_struck_where_it_is_reached(tmp_path: Path) -> None:
    inputs = ran(tmp_path, more=RESETS)
    assert inputs.gaps == ()
    assert inputs.fault_counts["only.0"].struck == 30  # five operations, each of which asks six times
    told = [row.outcome for row in inputs.tables.of(OperationRow) if 1.0 <= row.intended_s < 1.5]
    assert told == [Outcome.UNKNOWN] * 5
    charges = [row.operation_id for row in inputs.tables.of(LedgerRow) if row.kind == "stripe.charge"]
    assert len(charges) == len(set(charges)) == 40  # the money was taken all the same, once


@pytest.mark.thorough
def test_an_application_that_goes_past_its_link_is_no_pass(tmp_path: Path) -> None:
    past = SHOP.replace('os.environ["STRIPE_API_BASE"]', 'os.environ["STRIPE_API_BASE"] + ":10080"')
    judgement = verdict(tmp_path, past, more=RESETS)
    assert judgement.status is Status.INCONCLUSIVE
    assert any(
        "requests reached stripe beside its link, first POST /v1/payment_intents" in r for r in judgement.reasons
    )


@pytest.mark.parametrize(
    ("target", "faults", "actions", "said"),
    [
        (
            "target: gateway",
            ["{link: gateway→redis, latency: 1s}"],
            "[{at: 1s, pause: store, for: 1s}]",
            "phases[1].actions[0]: is done to the store behind a link, which only a process of its own can bear",
        ),
        (
            "target: {command: 'x', url: 'http://127.0.0.1:{{port}}', asgi: 'shop:app', upstreams: {pg: 127.0.0.1:5}}",
            ["{link: target→pg, latency: 1s}"],
            "",
            "phases[1].faults[0].link: leads to a program that virtual mode has not: add --mode real",
        ),
    ],
)
def test_what_virtual_time_cannot_lay_is_refused(
    tmp_path: Path, target: str, faults: list[str], actions: str, said: str
) -> None:
    path = written(tmp_path, *faults, target=target, actions=actions)
    if "command" in target:
        text = Path(path).read_text(encoding="utf-8")
        text = text.replace("{name: pay}", "{name: pay, path: /pay, leaves: [stripe.charge]}")
        Path(path).write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        checked_scenario(path, "virtual", None)
    assert said in str(refused.value)
