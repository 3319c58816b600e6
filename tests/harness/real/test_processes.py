"""Processes that cannot outlive the harness: started, waited for, killed, missed."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from brownout_harness.problems import NotJudged
from brownout_harness.real.processes import Processes, json_lines, wait_until
from tests.support.processes import eventually, is_running

pytestmark = pytest.mark.real

DEADLINE_S = 10.0
SLEEPER = [sys.executable, "-I", "-S", "-c", "import time; print('{\"up\": true}', flush=True); time.sleep(600)"]


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    with Processes(tmp_path) as processes:
        yield processes


def test_a_child_is_ready_when_its_first_json_line_is_there(processes: Processes) -> None:
    child = processes.start("sleeper", SLEEPER, os.environ)
    lines = wait_until(lambda: json_lines(child.output)[0], child, time.monotonic() + DEADLINE_S, "sleeper")
    assert lines == [{"up": True}]
    assert child.alive


def test_stopping_all_leaves_no_process(processes: Processes) -> None:
    pids = [processes.start(f"sleeper-{n}", SLEEPER, os.environ).pid for n in range(3)]
    assert all(map(is_running, pids))
    processes.stop_all()
    assert not any(map(is_running, pids))


def test_a_child_that_ignores_sigterm_is_killed_after_its_grace(processes: Processes) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('{}', flush=True); time.sleep(600)"
    )
    child = processes.start("stubborn", [sys.executable, "-I", "-S", "-c", stubborn], os.environ, grace_s=0.2)
    wait_until(lambda: json_lines(child.output)[0], child, time.monotonic() + DEADLINE_S, "stubborn")
    processes.stop("stubborn")
    assert child.exit_code == 128 + signal.SIGKILL


def test_killing_on_demand_is_sigkill_and_no_unasked_death(processes: Processes) -> None:
    child = processes.start("sleeper", SLEEPER, os.environ)
    child.kill()
    assert child.wait(DEADLINE_S)
    assert child.exit_code == 128 + signal.SIGKILL
    assert processes.died_unasked() == []


def test_a_paused_child_lives_and_was_not_asked_to_end(processes: Processes) -> None:
    child = processes.start("sleeper", SLEEPER, os.environ)
    assert child.pause()
    assert child.alive
    child.go_on()
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait(DEADLINE_S)
    assert [each.name for each in processes.died_unasked()] == ["sleeper"]
    assert not child.pause()


def test_a_killed_child_can_be_started_again_under_its_name(processes: Processes) -> None:
    first = processes.start("sleeper", SLEEPER, os.environ)
    first.kill()
    first.wait(DEADLINE_S)
    second = processes.start("sleeper", SLEEPER, os.environ)
    assert second.alive
    assert second.pid != first.pid


def test_an_unasked_death_is_reported_once_with_exit_code_and_last_words(processes: Processes) -> None:
    script = "import sys; print('first', file=sys.stderr); print('out of luck', file=sys.stderr); sys.exit(7)"
    child = processes.start("unlucky", [sys.executable, "-I", "-S", "-c", script], os.environ)
    assert child.wait(DEADLINE_S)
    (child,) = processes.died_unasked()
    assert (child.name, child.exit_code, child.last_words()) == ("unlucky", 7, "out of luck")
    assert processes.died_unasked() == []


def test_a_command_that_does_not_exist_is_one_line(processes: Processes) -> None:
    with pytest.raises(NotJudged, match="shop cannot be started: no-such-command: No such file or directory"):
        processes.start("shop", ["no-such-command"], os.environ)


def test_waiting_for_a_child_that_ends_first_says_so_at_once(processes: Processes) -> None:
    child = processes.start(
        "brief", [sys.executable, "-I", "-S", "-c", "import sys; sys.exit('no database')"], os.environ
    )
    with pytest.raises(NotJudged, match=r"the target ended with exit code 1 before it was ready.*no database"):
        wait_until(lambda: False, child, time.monotonic() + DEADLINE_S, "the target")


def test_waiting_ends_at_its_deadline(processes: Processes) -> None:
    child = processes.start("sleeper", SLEEPER, os.environ)
    with pytest.raises(NotJudged, match="the target was not ready after 0 s"):
        wait_until(lambda: False, child, time.monotonic() + 0.1, "the target")


def test_a_daemon_that_left_its_group_dies_with_its_parent(processes: Processes) -> None:
    script = textwrap.dedent(
        """
        import os, sys, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                print('{"daemon": %d}' % os.getpid(), flush=True)
                time.sleep(600)
            os._exit(0)
        time.sleep(600)
        """
    )
    child = processes.start("parent", [sys.executable, "-I", "-S", "-c", script], os.environ)
    lines = wait_until(lambda: json_lines(child.output)[0], child, time.monotonic() + DEADLINE_S, "parent")
    assert is_running(lines[0]["daemon"])
    processes.stop_all()
    if sys.platform == "linux":  # elsewhere nothing tells an ancestor of such a daemon
        assert not is_running(lines[0]["daemon"])


def test_sigkill_of_the_harness_leaves_no_process(tmp_path: Path) -> None:
    script = textwrap.dedent(
        f"""
        import os, pathlib, time
        from brownout_harness.real.processes import Processes
        processes = Processes(pathlib.Path({str(tmp_path)!r}))
        children = [processes.start(f"sleeper-{{n}}", {SLEEPER!r}, os.environ) for n in range(3)]
        print(*[child.pid for child in children], *[child._warden.pid for child in children], flush=True)
        time.sleep(600)
        """
    )
    harness = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    try:
        assert harness.stdout is not None
        pids = [int(word) for word in harness.stdout.readline().split()]
        assert len(pids) == 6
        assert all(map(is_running, pids))
    finally:
        harness.kill()
        harness.wait(DEADLINE_S)
        if harness.stdout:
            harness.stdout.close()
    eventually(lambda: not any(map(is_running, pids)), within_s=20.0)


def test_a_line_that_is_not_whole_yet_is_left_for_the_next_look(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b'{"n": 1}\nnoise\n{"n": 2')
    lines, offset = json_lines(path)
    assert lines == [{"n": 1}]
    path.write_bytes(path.read_bytes() + b"}\n")
    assert json_lines(path, after=offset)[0] == [{"n": 2}]


def test_what_an_earlier_one_of_its_name_has_written_is_not_its_own(processes: Processes) -> None:
    first = processes.start("sleeper", SLEEPER, os.environ)
    eventually(lambda: first.has_written('{"up": true}'))
    first.kill()
    assert first.wait(DEADLINE_S)
    silent = processes.start("sleeper", [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"], os.environ)
    assert '{"up": true}' in silent.output.read_text()
    assert not silent.has_written('{"up": true}')


def test_the_end_of_a_log_is_of_standard_error_or_else_of_standard_output(processes: Processes) -> None:
    both = "import sys; print('served'); sys.stdout.flush(); sys.exit(sys.argv[1:] or 0)"
    for name, words, said in (("out", [], ("served",)), ("err", ["x"], ("['x']",))):
        child = processes.start(name, [sys.executable, "-I", "-S", "-c", both, *words], os.environ)
        assert child.wait(DEADLINE_S)
        assert child.last_said(3) == said


def test_what_is_not_ready_in_time_is_told_with_the_reason(processes: Processes) -> None:
    child = processes.start("sleeper", SLEEPER, os.environ)
    with pytest.raises(NotJudged, match=r"the shop was not ready after 0 s: GET / answered 503; its last words: tired"):
        wait_until(lambda: False, child, 0.0, "the shop", why=lambda: "GET / answered 503", said=lambda: "tired")
