"""Work in copies of the process: what it said is known, however it ended."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from brownout_harness.audit.systematic import forks
from brownout_harness.audit.systematic.forks import allow_cpu, in_forks

pytestmark = pytest.mark.real


def work(how: str) -> Iterator[bytes]:
    yield b"begun"
    match how:
        case "error":
            raise ValueError(how)
        case "loop":
            allow_cpu(0.05)
            while True:
                pass
        case "still":
            signal.pause()
        case "ended by somebody":
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
    yield b"done"


@pytest.mark.parametrize(
    ("how", "lines", "ended"),
    [
        ("well", (b"begun", b"done"), ""),
        ("error", (b"begun",), forks.DIED),
        ("loop", (b"begun",), forks.TIME_UP),
        ("still", (b"begun",), forks.STOOD_STILL),
        ("ended by somebody", (b"begun",), "SIGTERM"),
    ],
)
def test_what_a_copy_said_and_how_it_ended(
    how: str, lines: tuple[bytes, ...], ended: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forks, "STANDS_STILL_S", 1.5)
    (only,) = in_forks([how], work, 1)
    assert (only.item, only.lines, only.how) == (how, lines, ended)


def test_a_copy_is_ended_by_somebody_whatever_its_parent_would_do_about_it() -> None:
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        (only,) = in_forks(["ended by somebody"], work, 1)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert only.how == "SIGTERM"


def test_who_is_only_slow_does_not_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy gives it little time; it says nothing for long, and gets on."""

    def slowly(_item: str) -> Iterator[bytes]:
        while time.process_time() < 1.2:
            pass
        yield b"done"

    monkeypatch.setattr(forks, "STANDS_STILL_S", 0.5)
    monkeypatch.setattr(forks, "LOOKS_EVERY_S", 0.1)
    (only,) = in_forks(["slow"], slowly, 1)
    assert (only.lines, only.how) == ((b"done",), "")


def test_all_are_worked_on_so_many_at_a_time() -> None:
    items = [f"item {n}" for n in range(7)]
    assert sorted(each.item for each in in_forks(items, work, 3)) == items


def test_who_stops_listening_ends_all_copies() -> None:
    def tell(_item: str) -> Iterator[bytes]:
        yield str(os.getpid()).encode()
        if _item != "first":
            signal.pause()

    heard = in_forks(["first", "other"], tell, 2)
    next(heard)
    heard.close()  # type: ignore[attr-defined]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
