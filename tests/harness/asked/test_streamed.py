"""What a stream says, and when its pieces came: only a whole one is an answer."""

import json
from typing import Any

import pytest

from brownout_core.front_door.telling import event
from brownout_harness.asked.gateway.assist import OPERATION
from brownout_harness.asked.streamed import NO_END, Heard, answer_in, events_in, is_streamed, words_in
from brownout_reports.rows import Outcome

PIECES = event("piece", {"text": "Hel"}) + event("piece", {"text": "lo"})


def end(name: str = "done", **said: Any) -> bytes:
    return event(name, {"http_status": 200, "characters": 5, "status": "done", "tokens": 7, "completion": "c", **said})


BROKEN = end("error", http_status=503, status="refused", code="response_broken")


def test_a_whole_stream_is_done_and_names_what_its_end_names() -> None:
    reading = OPERATION.read(200, PIECES + end())
    assert (reading.outcome, json.loads(reading.answered)) == (Outcome.DONE, {"completion": "c", "tokens": 7})


@pytest.mark.parametrize(
    "body",
    [
        PIECES,
        PIECES + end()[:-1],
        PIECES + end()[: len(end()) // 2],
        PIECES + end() + event("piece", {"text": "!"}),
        event("piece", {"text": "Hel"}) + end(),
        PIECES + b"data: [DONE]\n\n",
        PIECES + event("done", {}),
        PIECES + end(http_status="200"),
        PIECES + end(http_status=503),
        PIECES + end("error", status="refused"),
        PIECES + end("what", http_status=503, status="refused"),
        PIECES + b"event: done\ndata: {\n\n",
        b"event: done\n\n",
        b"event:",
    ],
    ids=range(14),
)
def test_a_stream_without_its_end_or_with_another_than_what_came_is_never_done(body: bytes) -> None:
    """Each of them has a 200, and bytes that came to an end."""
    assert answer_in(200, body) is None
    assert OPERATION.read(200, body)[:2] == (Outcome.UNKNOWN, NO_END)


@pytest.mark.parametrize("keep", range(len(PIECES + end())))
def test_no_beginning_of_a_stream_is_an_answer(keep: int) -> None:
    assert OPERATION.read(200, (PIECES + end())[:keep]).outcome is Outcome.UNKNOWN


def test_an_end_that_says_it_broke_is_a_no_and_a_defect_leaves_it_open() -> None:
    assert OPERATION.read(200, PIECES + BROKEN)[:2] == (Outcome.REFUSED, "response_broken")
    defect = end("error", http_status=500, status="unknown", code="internal_error")
    assert OPERATION.read(200, PIECES + defect)[:2] == (Outcome.UNKNOWN, "internal_error")


def test_a_piece_counts_when_the_whole_of_it_is_there_and_a_comment_never() -> None:
    heard, first = Heard(), event("piece", {"text": "Hel"})
    heard.add(b": ping\n\n" + first[:9], 1.0)
    heard.add(b"", 1.5)
    assert (heard.first_s, heard.longest_gap_s) == (None, None)
    heard.add(first[9:], 2.0)
    heard.add(b": ping\r\n\r\n", 6.0)
    heard.add(event("piece", {"text": "lo"}), 9.0)
    heard.add(end(), 9.5)
    assert (heard.first_s, heard.longest_gap_s) == (2.0, 7.0)
    assert heard.body.endswith(end())


def test_the_wait_for_an_end_that_never_comes_is_a_gap_too() -> None:
    heard = Heard()
    heard.over(3.0)
    assert (heard.first_s, heard.longest_gap_s) == (None, None)
    heard.add(PIECES, 4.0)
    heard.over(34.0)
    assert (heard.first_s, heard.longest_gap_s) == (4.0, 30.0)


def test_what_is_spread_over_several_pieces_is_seen_together() -> None:
    body = event("piece", {"text": "sk_te"}) + event("piece", {"text": "st_1"}) + end(characters=9)
    assert words_in(body) == b"sk_test_1"
    assert words_in(b'{"text": "sk_test_1"}') == b""


def test_events_are_read_as_their_standard_says() -> None:
    body = b"data: 1\r\ndata: 2\r\n\r\nid: 7\n\nevent: x\ndata:3\n\ndata: half"
    assert [(each.name, each.data) for each in events_in(body)] == [("", b"1\n2"), ("x", b"3")]
    assert is_streamed({"Content-Type": "text/event-stream; charset=utf-8"})
    assert not is_streamed({"content-type": "application/json"})
    assert not is_streamed({})
