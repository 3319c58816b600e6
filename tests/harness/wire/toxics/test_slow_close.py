from brownout_harness.wire.toxics.kind import End
from tests.harness.wire.links import Line, toxic


def test_only_the_end_comes_later() -> None:
    line = Line(toxic("slow_close", delay=300))
    line.write(b"x")
    line.end()
    assert line.until(1).seen == [(0, b"x"), (0.3, End.EOF)]
    assert [(strike.chunks, strike.ends, strike.first_s) for strike in line.strikes] == [(0, 1, 0.0)]


def test_a_toxics_end_comes_later_too() -> None:
    line = Line(toxic("limit_data", bytes=1), toxic("slow_close", delay=300))
    line.write(b"xy")
    assert line.until(1).seen == [(0, b"x"), (0.3, End.CLOSE)]


def test_removed_it_delays_no_longer() -> None:
    line = Line(toxic("slow_close", delay=300))
    line.end()
    line.until(0.1).remove("slow_close")
    assert line.until(1).seen == [(0.1, End.EOF)]
