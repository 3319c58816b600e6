import pytest

from brownout_harness.wire.toxics.kind import End
from tests.harness.wire.links import Line, toxic


def test_bytes_take_their_time_in_pieces_of_a_tenth_of_a_second() -> None:
    line = Line(toxic("bandwidth", rate=10))
    line.write(b"x" * 2_500)
    line.end()
    expected = [(0.1, b"x" * 1000), (0.2, b"x" * 1000), (0.25, b"x" * 500), (0.25, End.EOF)]
    assert line.until(1).seen == expected


def test_chunks_wait_for_the_line_and_an_idle_line_saves_nothing_up() -> None:
    line = Line(toxic("bandwidth", rate=1))
    line.write(b"x" * 50)
    line.write(b"y" * 50)
    line.until(10).write(b"z" * 50)
    assert line.until(20).seen == [(0.05, b"x" * 50), (0.1, b"y" * 50), (10.05, b"z" * 50)]


def test_at_rate_0_nothing_passes_and_nothing_ends() -> None:
    line = Line(toxic("bandwidth"))
    line.write(b"x")
    line.end()
    assert line.until(1e9).seen == []
    line.change(toxic("bandwidth", rate=1))
    assert line.seen == [(1e9, b"x"), (1e9, End.EOF)]


@pytest.mark.parametrize("rate", [0, 1])
def test_the_sender_waits_when_a_read_is_held(rate: int) -> None:
    line = Line(toxic("bandwidth", rate=rate))
    line.write(b"x" * 32 * 1024)
    assert line.chain.is_full


def test_a_fast_line_may_hold_what_it_sends_in_a_tenth_of_a_second() -> None:
    line = Line(toxic("bandwidth", rate=10_000))
    line.write(b"x" * 999_999)
    was_full = [line.chain.is_full]
    line.write(b"x")
    assert [*was_full, line.chain.is_full] == [False, True]
