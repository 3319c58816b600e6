"""Dead letters over HTTP, as the gateway shows them."""

from typing import Any

import pytest

from brownout_harness.problems import NotJudged
from brownout_harness.real import dead_letter_desk
from brownout_harness.real.dead_letter_desk import letters, redrive
from brownout_harness.real.http_json import Answer, NoAnswer

LETTER = {
    "id": "dl_1",
    "flow": "place_order",
    "state": "done",
    "operation_id": "place-order-000001-aa",
    "idempotency_key": "k1",
    "error_class": "VendorUnavailable",
    "first_attempt_at": 1_000_012.5,
    "attempts": 2,
    "generation": 0,
}


class Gateway:
    """Answers in order, and remembers what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, Any]] = []
        monkeypatch.setattr(dead_letter_desk, "call", self.call)

    def call(self, method: str, url: str, body: Any = None, *, timeout_s: float) -> Answer:
        self.asked.append((method, url, body))
        if not self.answers:
            raise NoAnswer("POST /dead-letters/redrive: timed out")
        return self.answers.pop(0)


def test_letters_of_every_state_are_read_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = Gateway(
        monkeypatch,
        Answer(200, {"dead_letters": [LETTER], "next_after": "dl_1"}),
        Answer(200, {"dead_letters": [{**LETTER, "id": "dl_2", "state": "poison"}], "next_after": None}),
    )
    first, second = letters("http://gateway", 1_000_000.0)
    assert (first.id, first.flow, first.state, first.first_attempt_at) == ("dl_1", "place_order", "redriven", 12.5)
    assert (second.id, second.state, second.redrives) == ("dl_2", "poison", 1)
    assert "state=discarded" in gateway.asked[0][1]
    assert gateway.asked[1][1].endswith("after=dl_1")


def test_a_redrive_says_what_came_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    redriven = [{"id": str(n), "outcome": "done" if n else "failed"} for n in range(3)]
    Gateway(monkeypatch, Answer(200, {"redriven": redriven}))
    assert redrive("http://gateway") == "2 done, 1 failed"


def test_a_redrive_with_nothing_waiting_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    Gateway(monkeypatch, Answer(200, {"redriven": []}))
    assert redrive("http://gateway") == "none was waiting"


def test_a_gateway_that_says_no_or_nothing_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    Gateway(monkeypatch, Answer(503, None))
    with pytest.raises(NotJudged, match="did not show its dead letters: it answered 503"):
        letters("http://gateway", 0.0)
    with pytest.raises(NotJudged, match=r"did not redrive its dead letters: .*timed out"):
        redrive("http://gateway")
