"""What the machine counts by."""

from pathlib import Path

import pytest

from brownout_core.clock import machine_clock


def test_the_machines_clock_goes_on_and_says_which_start_it_counts_from() -> None:
    clock = machine_clock()
    assert clock is not None
    assert clock.now_s() <= clock.now_s()
    assert len(clock.boot) == 36
    assert machine_clock() == clock


@pytest.mark.parametrize("text", [None, ""])
def test_where_the_machine_does_not_say_there_is_none(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    def read(_path: Path, **_more: str) -> str:
        if text is None:
            raise FileNotFoundError
        return text

    monkeypatch.setattr(Path, "read_text", read)
    assert machine_clock.__wrapped__() is None
