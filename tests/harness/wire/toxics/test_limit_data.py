import pytest

from brownout_harness.wire.toxics.kind import End
from tests.harness.wire.links import Line, toxic


@pytest.mark.parametrize(
    ("limit", "writes", "passes"),
    [
        (5, [b"abcdefg"], b"abcde"),
        (5, [b"abcde"], b"abcde"),
        (5, [b"ab", b"cd", b"ef"], b"abcde"),
        (0, [b"a"], b""),
        (40_000, [b"x" * 50_000], b"x" * 40_000),
    ],
)
def test_so_many_bytes_pass_and_the_connection_is_closed(limit: int, writes: list[bytes], passes: bytes) -> None:
    line = Line(toxic("limit_data", bytes=limit))
    for data in writes:
        line.write(data)
    assert line.received == passes
    assert line.ends == [(0, End.CLOSE)]


def test_below_the_limit_it_leaves_everything_alone() -> None:
    line = Line(toxic("limit_data", bytes=5))
    line.write(b"abcd")
    assert line.seen == [(0, b"abcd")]
    assert line.strikes == []


@pytest.mark.parametrize(("limit", "passes"), [(6, b"abcdef"), (2, b"abcd")])
def test_a_change_of_the_limit_keeps_the_count(limit: int, passes: bytes) -> None:
    line = Line(toxic("limit_data", bytes=5))
    line.write(b"abcd")
    line.change(toxic("limit_data", bytes=limit))
    line.write(b"efgh")
    assert line.received == passes
    assert line.ends == [(0, End.CLOSE)]
