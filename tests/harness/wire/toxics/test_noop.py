from brownout_harness.wire.toxics.kind import End
from tests.harness.wire.links import Line, toxic


def test_everything_passes_and_nothing_counts_as_struck() -> None:
    line = Line(toxic("noop"))
    line.write(b"x")
    line.end()
    assert line.seen == [(0, b"x"), (0, End.EOF)]
    assert line.strikes == []
