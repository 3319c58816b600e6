import pytest

from brownout_harness.wire.toxics.kind import End
from tests.harness.wire.links import Line, toxic


@pytest.mark.parametrize("timeout", [0, 200])
def test_the_first_bytes_reset_it_after_the_timeout_and_do_not_pass(timeout: int) -> None:
    line = Line(toxic("reset_peer", timeout=timeout))
    line.until(1).write(b"x")
    line.write(b"y")
    assert line.until(2).seen == [(1 + timeout / 1000, End.RESET)]


def test_an_end_becomes_a_reset() -> None:
    line = Line(toxic("reset_peer"))
    line.end()
    assert line.seen == [(0, End.RESET)]


def test_who_says_nothing_is_left_alone() -> None:
    line = Line(toxic("reset_peer"))
    assert line.until(1e6).seen == []
    assert line.strikes == []
