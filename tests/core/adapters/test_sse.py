"""Server-sent events out of whatever pieces a connection has."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.adapters.sse import LONGEST, Events, Unfinished
from tests.support.examples import examples

STREAM = ': ping\r\n\r\ndata: {"a":"ü"}\r\n\r\nevent: x\ndata: one\ndata:two\n\ndata: [DONE]\n\n'.encode()
DATA = ['{"a":"ü"}'.encode(), b"one\ntwo", b"[DONE]"]


@examples(200)
@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_events_are_the_same_however_the_connection_cuts_them(cuts: list[int]) -> None:
    events, found = Events(), list[bytes]()
    places = [0, *sorted(cuts), len(STREAM)]
    for start, end in pairwise(places):
        found += events.take(STREAM[start:end])
    events.end()
    assert found == DATA


@pytest.mark.parametrize("cut", range(len(b"data: one\n\n") - 1, 0, -1))
def test_a_stream_that_ends_within_an_event_is_unfinished(cut: int) -> None:
    events = Events()
    assert list(events.take(b"data: one\n\n"[:cut])) == []
    with pytest.raises(Unfinished, match="within an event"):
        events.end()


def test_an_event_without_an_end_is_not_kept_for_ever() -> None:
    events = Events()
    for _ in range(LONGEST // 65_536):
        assert list(events.take(b"x" * 65_536)) == []
    with pytest.raises(Unfinished, match="longer than"):
        events.take(b"x")
