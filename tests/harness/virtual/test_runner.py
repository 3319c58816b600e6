"""Whole scenarios in virtual time: the same seed the same run, whatever the process; a crash is a crash."""

import asyncio
import base64
import gc
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.errors import VendorRefused
from brownout_core.flows import FLOWS
from brownout_core.flows.pay import Pay, PayRequest
from brownout_core.policies.renewal import Renewal, RenewalConfig
from brownout_core.stores import memory
from brownout_harness.judging import spool
from brownout_harness.judging.evidence import Deed, Gap, GapKind
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.progress import Progress
from brownout_harness.running.execute import judged_virtually
from brownout_harness.virtual import store, vendors
from brownout_harness.virtual.runner import run_virtual
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.rows import REQUEST, EventRow, LedgerRow, LetterRow, OperationRow
from brownout_reports.run_folder import Status
from brownout_scenarios.library import names
from brownout_scenarios.limits import Figures
from brownout_scenarios.load import load
from brownout_scenarios.moments import Moment, RequestLine
from brownout_scenarios.phases import Action, Fault, Phase, Window
from brownout_scenarios.schema import Scenario
from brownout_scenarios.stores import Restore
from brownout_simulators import ledger
from brownout_simulators.simulator import Simulator

DIGEST = """
import sys
from tests.harness.virtual.test_runner import scenario
from brownout_harness.virtual.runner import run_virtual
print(run_virtual(scenario(sys.argv[1], int(sys.argv[2]))).digest())
"""


HALF_A_MINUTE = {"match": "POST *", "latency": {"fixed_s": 30.0}}


def scenario(name: str, seed: int = 7) -> Scenario:
    return replace(load(name, vocabulary()), seed=seed)


def shortened(name: str, seconds: float) -> Scenario:
    """The scenario with phases of that length."""
    whole = scenario(name)
    phases = tuple(Phase(name=each.name, for_s=seconds, faults=each.faults) for each in whole.phases)
    return replace(whole, phases=phases)


@cache
def commit_then_crash() -> RunInputs:
    """A run of the scenario as it is written, which several tests look at."""
    return run_virtual(scenario("commit-then-crash"))


# One at once. The rest are for `make test`.
AT_ONCE = {"commit-then-crash"}


@pytest.mark.parametrize(
    "name", [each if each in AT_ONCE else pytest.param(each, marks=pytest.mark.thorough) for each in names()]
)
def test_every_scenario_of_the_library_passes_on_the_core_as_it_ships(name: str) -> None:
    judgement = judged_virtually(name)
    assert judgement.status is Status.PASSED, [each for each in judgement.results if each.status is not Status.PASSED]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "hash_seed"),
    [
        ("impatient-callers", "1"),
        pytest.param("commit-then-crash", "1", marks=pytest.mark.slow),
        pytest.param("commit-then-crash", "4242", marks=pytest.mark.slow),
    ],
)
def test_the_same_seed_gives_the_same_run_under_any_hash_seed_in_any_process(name: str, hash_seed: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", DIGEST, name, "7"], env={**os.environ, "PYTHONHASHSEED": hash_seed},
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert told.stdout.strip() == run_virtual(scenario(name)).digest()


@pytest.mark.thorough
def test_what_is_done_to_the_application_is_told_with_its_instant() -> None:
    deeds = [(deed.at_s, deed.text) for deed in commit_then_crash().deeds]
    assert deeds[:4] == [
        (19.0, "kill gateway"),
        (20.0, "start gateway"),
        (29.0, "kill gateway"),
        (30.0, "start gateway"),
    ]
    assert [text for _, text in deeds[4:]] == ["redrive dead letters"] * 2
    assert {deed.text for deed in commit_then_crash().deeds if deed.cuts_off} == {"kill gateway"}


@pytest.mark.thorough
def test_while_the_application_is_dead_nobody_is_served_and_the_vendor_goes_on() -> None:
    inputs = commit_then_crash()
    starts = [event.at_s for event in inputs.tables.of(EventRow) if event.kind == "started"]
    assert starts == [0.0, 20.0, 30.0]
    # Killed at 19 s and at 29 s, started a second later.
    dead = [(19.0, 20.0), (29.0, 30.0)]
    spoke = [event for event in inputs.tables.of(EventRow) for start_s, end_s in dead if start_s < event.at_s < end_s]
    assert spoke == []
    asked_again = [row for row in inputs.tables.of(OperationRow) if row.asks > 1]
    assert asked_again
    requests = [row for row in inputs.tables.of(LedgerRow) if row.entry == REQUEST]
    arrived = [row for row in requests for start_s, end_s in dead if start_s < row.at_s < end_s]
    assert arrived == []


def test_a_start_while_the_application_is_still_ending_waits_and_is_told_as_late() -> None:
    """A charge that hangs is under way: it has its grace of a second, and is cut off then."""
    whole = scenario("healthy")
    hangs = Fault(vendor="stripe", kind="hang", window=Window(), rule={"hang": {}})
    acts = (Action(at_s=3.0, stop="gateway"), Action(at_s=3.2, start="gateway"))
    phases = (Phase(name="steady", for_s=6.0, faults=(hangs,), actions=acts),)
    inputs = run_virtual(replace(whole, phases=phases, grace_s=1.0))
    gaps = [gap for gap in inputs.gaps if gap.kind is GapKind.NOT_STAGED]
    assert [(gap.at_s, gap.detail) for gap in gaps] == [
        (3.2, "start gateway came 0.9 s late: gateway was still ending, or the harness was late")
    ]
    assert [(deed.text, round(deed.at_s, 1)) for deed in inputs.deeds] == [
        ("stop gateway", 3.0),
        ("start gateway", 4.1),
    ]
    starts = [event.at_s for event in inputs.tables.of(EventRow) if event.kind == "started"]
    assert starts == [0.0, pytest.approx(4.1)]


def with_store_actions(*actions: Action) -> Scenario:
    """Ten seconds of `healthy`, and what is done to the store."""
    return replace(scenario("healthy"), phases=(Phase(name="steady", for_s=10.0, actions=actions),))


def test_what_the_scenario_has_done_to_the_store_is_told_and_is_no_gap() -> None:
    actions = (
        Action(at_s=1.0, pause="store", for_s=1.0),
        Action(at_s=3.0, kill="store", for_s=1.0),
        Action(at_s=5.0, empty="store"),
        Action(at_s=7.0, restore=Restore(store=None, from_s=2.5)),
    )
    inputs = run_virtual(with_store_actions(*actions))
    assert inputs.gaps == ()
    assert [(deed.at_s, deed.text, deed.cuts_off) for deed in inputs.deeds] == [
        (1.0, "pause store", False),
        (2.0, "start store", False),
        (3.0, "kill store", False),
        (4.0, "start store", False),
        (5.0, "empty store", False),
        (7.0, "restore store from 2.5 s before", False),
    ]
    refused = [row for row in inputs.tables.of(OperationRow) if row.detail == "claims_unavailable"]
    assert refused
    # While it is stopped they wait until it goes on, or give up; while it is down they are told at once.
    assert all(3.0 <= row.sent_s < 4.0 for row in refused)


def test_what_was_done_to_the_store_and_changed_nothing_leaves_the_run_inconclusive() -> None:
    inputs = run_virtual(
        with_store_actions(
            Action(at_s=0.0, empty="store"), Action(at_s=2.0, kill="store"), Action(at_s=3.0, empty="store")
        )
    )
    assert [(gap.kind, gap.detail) for gap in inputs.gaps] == [
        (GapKind.NOT_STAGED, "empty store: it held nothing"),
        (GapKind.NOT_STAGED, "empty store was due, and store is not running"),
    ]


def test_a_store_that_is_killed_on_a_moment_is_gone_before_anything_else_happens() -> None:
    charged = Moment(vendor="stripe", match=RequestLine("POST *"), moment="committed", nth=5)
    inputs = run_virtual(with_store_actions(Action(kill="store", on=charged, for_s=2.0)))
    assert inputs.gaps == ()
    charges = [row for row in inputs.tables.of(LedgerRow) if row.kind == "stripe.charge"]
    assert inputs.deeds[0] == Deed(charges[4].at_s, "kill store", process="store")
    assert inputs.deeds[1].at_s - inputs.deeds[0].at_s == 2.0


@pytest.mark.thorough
def test_a_run_is_the_same_whether_it_is_kept_on_disk_or_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_memory = commit_then_crash().digest()
    # So little stays in memory that callers who ask again meet claims and blocks that are on disk.
    monkeypatch.setattr(memory, "NEWEST", 2)
    monkeypatch.setattr(spool, "BLOCK", 100)
    monkeypatch.setattr(ledger, "BLOCK", 10)
    assert run_virtual(scenario("commit-then-crash"), work=tmp_path).digest() == in_memory
    assert len(list(tmp_path.glob("*.parquet"))) > 3


def test_a_claim_that_was_forgotten_for_want_of_room_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "CLAIMS_LIMIT", 20)
    assert [gap.kind for gap in run_virtual(shortened("healthy", 3.0)).gaps] == [GapKind.OTHER]


@pytest.mark.thorough
def test_a_run_on_disk_needs_no_room_for_claims_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "CLAIMS_LIMIT", 20)
    monkeypatch.setattr(memory, "NEWEST", 2)
    assert run_virtual(shortened("healthy", 3.0), work=tmp_path).gaps == ()


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["healthy", pytest.param("shutdown-mid-redrive", marks=pytest.mark.thorough)])
def test_a_run_leaves_nothing_out_of_the_collectors_sight_and_nothing_for_it_to_find(name: str) -> None:
    """Of its simulators, which hold each other: fifty runs in a process would take as much memory as fifty worlds. The
    trace of a redrive that was cut short leads to them, too."""
    gc.collect()
    of_others = _simulators()  # that tests before this one have left
    run_virtual(shortened(name, 1.0) if name == "healthy" else scenario(name))
    assert gc.get_freeze_count() == 0
    assert [each for each in _simulators() if all(each is not other for other in of_others)] == []


def _simulators() -> list[object]:
    return [each for each in gc.get_objects() if isinstance(each, Simulator)]


@pytest.mark.thorough
def test_a_redrive_that_the_scenarios_own_stop_cuts_short_is_a_note_and_no_gap() -> None:
    ran = run_virtual(scenario("shutdown-mid-redrive"))
    assert ran.gaps == ()
    assert "redrive dead letters: cut short: the gateway did not redrive its dead letters: connection_lost" in ran.notes


@pytest.mark.thorough
def test_another_seed_gives_another_run() -> None:
    short = shortened("healthy", 3.0)
    assert run_virtual(replace(short, seed=1)).digest() != run_virtual(replace(short, seed=2)).digest()


def test_a_second_run_in_the_same_process_is_not_touched_by_the_first() -> None:
    short = shortened("stripe-lost-answers", 4.0)
    first = run_virtual(short).digest()
    run_virtual(shortened("twilio-rate-limited", 4.0))
    assert run_virtual(short).digest() == first


@pytest.mark.thorough
def test_arrivals_that_were_left_out_are_a_gap() -> None:
    short = shortened("stripe-brownout", 3.0)
    bounded = replace(short, workload=replace(short.workload, in_flight_limit=1))
    assert GapKind.IN_FLIGHT_BOUND in {gap.kind for gap in run_virtual(bounded).gaps}


def test_what_still_moves_when_the_drains_time_is_up_is_a_gap() -> None:
    short = shortened("impatient-callers", 3.0)
    phase = replace(short.phases[1], faults=(replace(short.phases[1].faults[0], rule=HALF_A_MINUTE),))
    impatient = replace(short.workload, ask_again=None)
    inputs = run_virtual(replace(short, phases=(short.phases[0], phase), workload=impatient, drain_s=1.0))
    assert GapKind.DRAIN_NOT_FINISHED in {gap.kind for gap in inputs.gaps}
    assert inputs.still_open["requests"]


def test_what_a_simulator_says_of_itself_reaches_the_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        vendors, "simulator_gaps", lambda vendor, _status: [Gap(GapKind.LEDGER_OVERFLOW, f"{vendor} dropped rows")]
    )
    assert {gap.kind for gap in run_virtual(shortened("healthy", 1.0)).gaps} == {GapKind.LEDGER_OVERFLOW}


class _Quoting:
    """A client that says with which key it asked, in a form that the application's own redaction does not know."""

    def __init__(self, inner: Any) -> None:
        self._key = inner._headers["Authorization"].removeprefix("Bearer ")

    async def create_payment_intent(self, **_request: Any) -> None:
        quoted = base64.b64encode(self._key.encode()).decode()
        raise VendorRefused("stripe", "create_payment_intent", f"no such key {quoted}", status=402)


def test_an_answer_that_quotes_a_credential_is_noted() -> None:
    quoting = Replacements(client=lambda vendor, client: _Quoting(client) if vendor == "stripe" else client)
    inputs = run_virtual(shortened("healthy", 2.0), replacements=quoting)
    by_name: dict[str, set[str]] = {}
    for each in inputs.tables.of(OperationRow):
        by_name.setdefault(each.name, set()).add(each.leaked)
    assert all("no such key *****" in leaked for leaked in by_name.pop("pay"))
    assert set().union(*by_name.values()) == {""}


class _Beside(Pay):
    """Pays nobody, and leaves something to a task that nobody waits for."""

    async def do(self, request: PayRequest, asking: Asking) -> dict[str, Any]:
        renewal = Renewal("stripe", RenewalConfig(), Random(1))
        renewal.begin("fetch_token", self._broken)
        await asyncio.sleep(0.1)
        raise VendorRefused("stripe", "pay", "no", status=402)

    async def _broken(self) -> str:
        raise ZeroDivisionError


def test_a_defect_where_nobody_waits_is_the_targets_and_no_gap_of_the_run() -> None:
    inputs = run_virtual(shortened("healthy", 1.0), replacements=Replacements(flows={**FLOWS, "pay": _Beside}))
    defects = [each for each in inputs.tables.of(EventRow) if each.kind == "defect"]
    assert {(each.outcome, each.detail) for each in defects} == {
        ("ZeroDivisionError", "stripe fetch_token ended by a defect")
    }
    assert inputs.gaps == ()


@pytest.mark.thorough
def test_a_vendors_own_limiter_is_in_force_with_the_scenarios_figures() -> None:
    short = shortened("healthy", 4.0)
    limited = replace(short, limits={"stripe": {"global-rate": Figures(rate_per_s=2.0, burst=2)}})
    ledger = run_virtual(limited).tables.of(LedgerRow)
    throttled = [row for row in ledger if row.vendor == "stripe" and row.status == 429]
    assert throttled
    off = replace(short, limits={"stripe": {"global-rate": False}})
    assert run_virtual(off).digest() == run_virtual(short).digest()


@pytest.mark.thorough
def test_letters_keep_the_instants_of_the_run_where_the_applications_clock_is_wrong() -> None:
    """They are dated by that clock, which is a day ahead from 5 s on: the report and the judge would see them then."""
    inputs = run_virtual(scenario("clock-jumps-ahead"))
    letters = list(inputs.tables.of(LetterRow))
    dates = [date for row in letters for date in (row.first_attempt_at, row.last_attempt_at, row.resolved_at)]
    assert len(letters) > 5
    assert all(date is None or 5.0 <= date <= inputs.duration_s for date in dates)
    events = [row.at_s for row in inputs.tables.of(EventRow) if row.kind == "dead_lettered"]
    ends = {row.operation_id: row.finished_s for row in inputs.tables.of(OperationRow)}
    assert len(events) == len(letters)
    assert all((row.last_attempt_at or 0.0) >= (row.first_attempt_at or 0.0) for row in letters)
    assert all((row.first_attempt_at or 0.0) <= ends[row.operation_id] for row in letters)


@pytest.mark.thorough
def test_progress_is_told_for_every_simulated_second() -> None:
    seen: list[tuple[str, float]] = []
    run_virtual(shortened("healthy", 4.0), progress=lambda look: seen.append((look.phase, look.at_s)))
    assert [at_s for _, at_s in seen[:4]] == [0.0, 1.0, 2.0, 3.0]


def failing(how: str) -> Callable[[Progress], None]:
    """Something goes wrong on the loop, once, where nobody waits for it."""

    async def fail() -> None:
        me = asyncio.current_task()  # so that the task holds itself: only the collector will find it
        raise RuntimeError("nobody heard this" if me else "")

    def look(progress: Progress) -> None:
        if progress.at_s != 1.0:
            return
        if how == "task":
            asyncio.get_running_loop().create_task(fail(), name="forgotten")
        else:
            raise RuntimeError("nobody heard this")

    return look


@pytest.mark.thorough
@pytest.mark.parametrize(("how", "said"), [("task", "forgotten"), ("callback", "Exception in callback")])
def test_an_error_that_nobody_handles_is_a_gap(how: str, said: str) -> None:
    (gap,) = run_virtual(shortened("healthy", 2.0), progress=failing(how)).gaps
    assert gap.kind is GapKind.OTHER
    assert "RuntimeError('nobody heard this')" in gap.detail
    assert said in gap.detail
    assert " 0x" not in gap.detail
