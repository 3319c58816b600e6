from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.wire.toxics.kind import End, ToxicError
from tests.harness.wire.links import Line, toxic
from tests.support.examples import examples


def test_slices_have_their_delay_after_each() -> None:
    line = Line(toxic("slicer", average_size=2, delay=1000))
    line.write(b"abcdefgh")
    line.write(b"ij")
    line.end()
    expected = [b"ab", b"cd", b"ef", b"gh", b"ij", End.EOF]
    assert line.until(1).seen == [(at / 1000, each) for at, each in enumerate(expected)]


@given(st.integers(1, 3_000), st.integers(0, 3_000), st.integers(1, 20_000), st.integers(0, 99))
@examples(200)
def test_slices_are_about_as_large_as_asked_and_nothing_is_lost(size: int, vary: int, length: int, seed: int) -> None:
    vary = min(vary, size - 1)
    line = Line(toxic("slicer", average_size=size, size_variation=vary), seed=seed)
    data = bytes(at % 251 for at in range(length))
    line.write(data)
    slices = [each for _, each in line.seen if isinstance(each, bytes)]
    assert b"".join(slices) == data
    assert all(0 < len(each) <= size + vary for each in slices)


def test_a_variation_is_drawn_from_the_seed() -> None:
    def slices(seed: int) -> Sequence[object]:
        line = Line(toxic("slicer", average_size=100, size_variation=50), seed=seed)
        line.write(b"x" * 10_000)
        return line.seen

    assert slices(1) == slices(1) != slices(2)


@pytest.mark.parametrize(
    ("attributes", "why"),
    [
        ({}, "average_size must be at least 1 byte"),
        ({"average_size": 10, "size_variation": 10}, "size_variation must be less than average_size"),
    ],
)
def test_what_ends_the_process_of_toxiproxy_is_refused(attributes: dict[str, Any], why: str) -> None:
    with pytest.raises(ToxicError, match=why):
        toxic("slicer", **attributes)


def test_what_is_smaller_than_a_slice_is_left_alone() -> None:
    line = Line(toxic("slicer", average_size=100, delay=5))
    line.write(b"x" * 100)
    assert line.seen == [(0, b"x" * 100)]
    assert line.strikes == []
