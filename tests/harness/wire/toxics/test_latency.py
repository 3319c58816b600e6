from brownout_harness.wire.toxics.kind import End
from tests.harness.wire.links import Line, toxic


def test_each_chunk_comes_later_by_the_latency_and_the_end_behind_them() -> None:
    line = Line(toxic("latency", latency=50))
    line.write(b"a")
    line.until(0.02).write(b"b")
    line.end()
    assert line.until(1).seen == [(0.05, b"a"), (0.07, b"b"), (0.07, End.EOF)]


def test_an_end_alone_comes_at_once() -> None:
    line = Line(toxic("latency", latency=50))
    line.end()
    assert line.seen == [(0, End.EOF)]
    assert line.strikes == []


def test_jitter_is_within_its_bounds_and_keeps_the_order() -> None:
    line = Line(toxic("latency", latency=50, jitter=20))
    for at in range(200):
        line.until(at / 10).write(b"%d," % at)
    line.until(100)
    delays = [seen_s - at / 10 for at, (seen_s, _) in enumerate(line.seen)]
    assert line.received == b"".join(b"%d," % at for at in range(200))
    assert 0.030 <= min(delays) < 0.035
    assert 0.065 < max(delays) < 0.070
    assert [strike.chunks for strike in line.strikes] == [200]


def test_a_jitter_larger_than_the_latency_leaves_some_chunks_as_they_came() -> None:
    line = Line(toxic("latency", jitter=20))
    for at in range(100):
        line.until(at).write(b"x")
    late = sum(seen_s > at for at, (seen_s, _) in enumerate(line.until(200).seen))
    assert 30 < late < 70
    assert [strike.chunks for strike in line.strikes] == [late]


def test_two_latencies_add() -> None:
    line = Line(toxic("latency", latency=50), toxic("latency", name="more", latency=30))
    line.write(b"a")
    assert line.until(1).seen == [(0.08, b"a")]


def test_what_was_waited_in_a_toxic_before_is_part_of_the_latency() -> None:
    line = Line(toxic("bandwidth", rate=1), toxic("latency", latency=50))
    line.write(b"x" * 40)
    assert line.until(1).seen == [(0.05, b"x" * 40)]


def test_much_may_be_under_way() -> None:
    line = Line(toxic("latency", latency=50))
    full = []
    for size in (1_000_000, 40_000_000):
        line.write(b"x" * size)
        full.append(line.chain.is_full)
    line.until(1)
    assert [*full, line.chain.is_full] == [False, True, False]
    assert len(line.received) == 41_000_000
