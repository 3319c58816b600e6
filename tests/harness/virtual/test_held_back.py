"""Ctrl-C in virtual time: the run ends at once and in order, and what was seen until then is kept."""

import asyncio
import re
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brownout_core.telemetry import Event
from brownout_harness.commands.signals import ending_in_order
from brownout_harness.judging.evidence import GapKind
from brownout_harness.judging.inputs import RunInputs
from brownout_harness.judging.judge import judge
from brownout_harness.problems import SIGNALS, Interrupted
from brownout_harness.progress import Progress
from brownout_harness.running.execute import evidence_of
from brownout_harness.virtual import runner
from brownout_harness.virtual.held_back import held_back
from brownout_harness.virtual.loop import run_virtually
from brownout_harness.virtual.runner import run_virtual
from brownout_reports.rows import LedgerRow, LetterRow, OperationRow
from brownout_reports.run_folder import Status, read
from brownout_scenarios.schema import Scenario
from tests.harness.virtual.test_moments import PAUSE
from tests.harness.virtual.test_moments import scenario as on_a_moment
from tests.harness.virtual.test_runner import scenario, shortened
from tests.support.commands import LIMIT_S, brownout_here, start


def at(at_s: float, *numbers: signal.Signals) -> Callable[[Progress], None]:
    """Who watches a run and sends these signals, one after the other, at its first look from that instant on."""
    waiting = list(numbers)

    def look(progress: Progress) -> None:
        if progress.at_s >= at_s:
            while waiting:
                signal.raise_signal(waiting.pop(0))

    return look


def interrupted(given: Scenario, at_s: float, *numbers: signal.Signals) -> RunInputs:
    """Run until then."""
    with ending_in_order():
        return run_virtual(given, progress=at(at_s, *numbers or (signal.SIGINT,)))


@pytest.mark.thorough
def test_what_was_seen_until_then_is_the_beginning_of_the_whole_run() -> None:
    given = shortened("healthy", 4.0)
    cut, whole = interrupted(given, 2.0), run_virtual(given)
    assert cut.duration_s == 2.0
    operations = list(cut.tables.of(OperationRow))
    assert operations == [row for row in whole.tables.of(OperationRow) if row.finished_s < 2.0] != []
    ledger = [row for row in whole.tables.of(LedgerRow) if row.finished_s < 2.0]
    assert [row for row in cut.tables.of(LedgerRow) if row.finished_s < 2.0] == ledger != []


def test_the_run_is_marked_and_the_first_signal_is_named() -> None:
    (gap,) = interrupted(shortened("healthy", 4.0), 2.0, signal.SIGTERM, signal.SIGINT, signal.SIGINT).gaps
    assert (gap.kind, gap.detail, gap.at_s) == (GapKind.INTERRUPTED, "by SIGTERM", 2.0)


def test_nothing_of_it_fails_and_it_is_inconclusive() -> None:
    given = shortened("healthy", 4.0)
    evidence = evidence_of(given, interrupted(given, 2.0), {})
    judgement = judge(evidence, [each.check for each in given.expect])
    assert judgement.status is Status.INCONCLUSIVE
    assert Status.FAILED not in {each.status for each in judgement.results}
    assert judgement.reasons[0] == "interrupted at 2.000 s: by SIGINT"


def test_before_anything_was_asked_there_is_little_to_see_and_that_is_judged_too() -> None:
    given = shortened("healthy", 4.0)
    inputs = interrupted(given, 0.0)
    assert len(inputs.tables.of(OperationRow)) == 0
    assert judge(evidence_of(given, inputs, {}), [each.check for each in given.expect]).status is Status.INCONCLUSIVE


@pytest.mark.parametrize(("name", "kind"), [("healthy", "attempt_finished"), ("shutdown-mid-redrive", "redriven")])
def test_it_does_not_matter_in_whose_step_it_comes(name: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a task's own step an error would be that task's: the application says that word in one."""
    heard = runner.Run.hear

    def hear(run: runner.Run, process: str, event: Event) -> None:
        heard(run, process, event)
        if event.kind == kind:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(runner.Run, "hear", hear)
    with ending_in_order():
        inputs = run_virtual(scenario(name))
    assert [gap.kind for gap in inputs.gaps] == [GapKind.INTERRUPTED]
    assert inputs.duration_s < scenario(name).duration_s


def test_what_stands_still_is_over_too() -> None:
    """Paused at 4 s, for nine: none of its tasks would ever end."""
    inputs = interrupted(on_a_moment(PAUSE), 9.0)
    assert [gap.kind for gap in inputs.gaps] == [GapKind.INTERRUPTED]
    assert [deed.text for deed in inputs.deeds] == ["pause gateway"]


def test_dead_letters_are_not_asked_for_and_a_moment_that_did_not_come_is_no_gap() -> None:
    given = on_a_moment("{kill: gateway, for: 1s, on: {vendor: stripe, match: POST *, moment: committed, nth: 1000}}")
    inputs = interrupted(given, 6.0)
    assert [gap.kind for gap in inputs.gaps] == [GapKind.INTERRUPTED]
    assert not inputs.shows_dead_letters
    assert len(inputs.tables.of(LetterRow)) == 0


@pytest.fixture
def as_python_starts() -> Iterator[None]:
    """SIGINT as a program finds it that a terminal started; behind a shell's `&` it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("as_python_starts")
def test_whoever_did_not_ask_for_an_ending_in_order_gets_what_python_does() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with pytest.raises(KeyboardInterrupt):
        run_virtual(shortened("healthy", 4.0), progress=at(2.0, signal.SIGINT))
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_a_signal_that_comes_before_the_work_begins_ends_it_at_its_first_await() -> None:
    async def main() -> str:
        with held_back() as signals:
            signal.raise_signal(signal.SIGINT)
            work = asyncio.get_running_loop().create_task(asyncio.sleep(1))
            signals.end(work)
            await asyncio.wait([work])
            assert work.cancelled()
        with pytest.raises(Interrupted, match="SIGINT"):
            signals.pass_on()
        return "ended"

    with ending_in_order():
        assert run_virtually(main()) == "ended"


def test_without_a_signal_nothing_is_passed_on_and_in_other_threads_nothing_is_changed() -> None:
    def work() -> None:
        with held_back() as signals:
            seen.append(signal.getsignal(signal.SIGINT))
        signals.pass_on()
        seen.append(signals.have_come)

    seen: list[object] = []
    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before, False]


@pytest.mark.thorough
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_of_the_command_line_is_written_and_can_be_judged_again(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "long.yaml").write_text(LONG)
    process = start("run", "long.yaml", "--out", "A", cwd=tmp_path)
    try:
        assert process.stdout is not None
        while "| steady |" not in (line := process.stdout.readline()):
            assert line, process.communicate(timeout=LIMIT_S)[1]
        process.send_signal(number)
        _, errors = process.communicate(timeout=LIMIT_S)
    finally:
        process.kill()
        process.communicate(timeout=LIMIT_S)
    assert process.returncode == 3
    assert errors == "stopped: what was seen until then is in A; nothing is left running\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["A", "long.yaml"]
    back = read(tmp_path / "A")
    assert back.verdict.verdict is Status.INCONCLUSIVE
    assert re.fullmatch(rf"interrupted at [0-9.]+ s: by {number.name}", back.verdict.reasons[0])
    assert (tmp_path / "A" / "report.html").exists()
    assert brownout_here("judge", "A", cwd=tmp_path).exit_code == 3


LONG = """\
name: long
about: More than anybody waits for.
workload: {arrivals: {rate: 40/s}, operations: [{name: pay}]}
phases: [{name: steady, for: 6000s}]
expect: [nothing_lost, exactly_once: {effect: stripe.charge}]
"""
