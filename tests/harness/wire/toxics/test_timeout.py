from brownout_harness.wire.toxics.kind import End
from tests.harness.wire.links import Line, toxic


def test_nothing_passes_and_the_connection_is_closed_in_time_however_much_is_said() -> None:
    line = Line(toxic("timeout", timeout=400))
    for at in range(10):
        line.until(at / 10).write(b"x")
    assert line.until(1).seen == [(0.4, End.CLOSE)]
    (strike,) = line.strikes
    assert (strike.chunks, strike.bytes, strike.ends, strike.last_s) == (4, 4, 1, 0.4)


def test_0_closes_when_it_is_removed() -> None:
    line = Line(toxic("timeout"))
    line.write(b"x")
    assert line.until(1e6).seen == []
    line.remove("timeout")
    assert line.seen == [(1e6, End.CLOSE)]


def test_a_share_that_shrinks_below_this_connection_closes_it() -> None:
    line = Line(toxic("timeout"))
    line.write(b"x")
    line.change(toxic("timeout", toxicity=0))
    assert line.ends == [(0, End.CLOSE)]


def test_a_change_begins_to_count_anew() -> None:
    line = Line(toxic("timeout", timeout=400))
    line.until(0.3).change(toxic("timeout", timeout=500))
    assert line.until(2).ends == [(0.8, End.CLOSE)]


def test_the_senders_end_passes() -> None:
    line = Line(toxic("timeout", timeout=400))
    line.end()
    assert line.until(2).seen == [(0, End.EOF)]
    assert line.strikes == []
