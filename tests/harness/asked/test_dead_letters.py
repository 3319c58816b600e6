"""An operator's dialogue with the gateway about its dead letters."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from brownout_core.records import LetterState
from brownout_harness.asked.dead_letters import Answered, drive, letter_rows, letters, redrive
from brownout_harness.asked.request import Request
from brownout_harness.judging.evidence import LETTER_STATES
from brownout_harness.problems import NotJudged
from brownout_reports.rows import LetterRow, RowError


class Gateway:
    """Keeps letters as the gateway does: one that fails waits again, behind none."""

    def __init__(self, count: int, *, fails: frozenset[int] = frozenset(), stops_at: int | None = None) -> None:
        self.waiting = {f"dl_{number:04d}": number for number in range(count)}
        self.done: list[str] = []
        self.sent: Counter[str] = Counter()
        self.asked: list[Request] = []
        self._fails = fails
        self._stops_at = stops_at

    def ask(self, request: Request) -> Answered:
        self.asked.append(request)
        return Answered(200, json.dumps(self._answer(request)).encode())

    def _answer(self, request: Request) -> dict[str, Any]:
        if request.method == "GET":
            query = {name: values[-1] for name, values in parse_qs(urlsplit(request.path).query).items()}
            shown = [each for each in sorted([*self.waiting, *self.done]) if each > query.get("after", "")]
            page = shown[: int(query["limit"])]
            more = page[-1] if len(page) < len(shown) else None
            return {"dead_letters": [{"id": each, "state": "pending"} for each in page], "next_after": more}
        wanted = json.loads(request.body)
        behind = [each for each in self.waiting if each > wanted["after"]]
        redriven: list[dict[str, str]] = []
        for each in behind[: wanted["limit"]]:
            number = self.waiting[each]
            self.sent[each] += 1
            if number not in self._fails:
                del self.waiting[each]
                self.done.append(each)
            redriven.append({"id": each, "outcome": "failed" if number in self._fails else "done", "detail": ""})
            if number == self._stops_at:
                return {"redriven": redriven, "next_after": each, "stopped": True}
        more = redriven[-1]["id"] if len(redriven) < len(behind) else None
        return {"redriven": redriven, "next_after": more, "stopped": False}


@pytest.mark.parametrize("count", [1, 49, 50, 51, 1000])
def test_every_letter_that_waits_is_sent_once_also_one_that_fails(count: int) -> None:
    fails = frozenset(range(0, count, 7))
    gateway = Gateway(count, fails=fails)
    told = drive(redrive(), gateway.ask)
    assert set(gateway.sent.values()) == {1}
    assert len(gateway.sent) == count
    done = f"{count - len(fails)} done, " if count > len(fails) else ""
    assert told == f"{done}{len(fails)} failed"


def test_letters_are_sent_in_lots_that_are_done_before_anybody_gives_up_waiting() -> None:
    gateway = Gateway(1000)
    drive(redrive(), gateway.ask)
    assert {json.loads(request.body)["limit"] for request in gateway.asked} == {50}
    assert len(gateway.asked) == 20


def test_where_it_is_no_use_yet_the_rest_is_left_waiting() -> None:
    gateway = Gateway(200, stops_at=60)
    assert drive(redrive(), gateway.ask) == "61 done; stopped, as it was no use yet"
    assert len(gateway.waiting) == 139


def test_with_nothing_waiting_it_says_so() -> None:
    assert drive(redrive(), Gateway(0).ask) == "none was waiting"


def test_letters_of_every_state_are_read_page_by_page() -> None:
    gateway = Gateway(2500)
    shown = drive(letters(0.0), gateway.ask)
    assert [letter.id for letter in shown] == sorted(gateway.waiting)
    assert len(gateway.asked) == 3
    states = parse_qs(urlsplit(gateway.asked[0].path).query)["state"]
    assert states == [state.value for state in LetterState]


def saying(*answers: Answered) -> Callable[[Request], Answered]:
    left = list(answers)
    return lambda _request: left.pop(0)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answered(0, error="timed out"), "timed out"),
        (Answered(0), "no answer"),
        (Answered(503), "it answered 503"),
        (Answered(200, b"<html>"), "its answer is no JSON object"),
        (Answered(200, b"[]"), "its answer is no JSON object"),
    ],
)
def test_a_gateway_that_says_no_or_nothing_is_told_of(answer: Answered, said: str) -> None:
    with pytest.raises(NotJudged, match=f"did not redrive its dead letters: {said}"):
        drive(redrive(), saying(answer))
    with pytest.raises(NotJudged, match=f"did not show its dead letters: {said}"):
        drive(letters(0.0), saying(answer))


def test_an_answer_of_another_shape_is_no_evidence() -> None:
    with pytest.raises(NotJudged, match="does not say what came of its dead letters"):
        drive(redrive(), saying(Answered(200, b'{"redriven": [{}]}')))
    with pytest.raises(NotJudged, match="a dead letter that cannot be read"):
        drive(letters(0.0), saying(Answered(200, b'{"dead_letters": [{"attempts": "often"}], "next_after": null}')))
    with pytest.raises(NotJudged, match="a dead letter that cannot be read"):
        drive(letters(0.0), saying(Answered(200, b'{"dead_letters": []}')))


def test_a_gateway_that_goes_round_in_circles_is_left() -> None:
    page = Answered(200, b'{"dead_letters": [], "next_after": "dl_1"}')
    with pytest.raises(NotJudged, match="again and again"):
        drive(letters(0.0), saying(page, page))


def test_instants_count_from_the_start_and_names_stay_as_they_are() -> None:
    shown = {
        "id": "dl_1", "flow": "place_order", "operation_id": "order-1", "idempotency_key": "k", "payload": {"a": 1},
        "first_attempt_at": 1030.5, "state": "redriven", "generation": 2, "error_class": "breaker_open", "attempts": 3,
    }  # fmt: skip
    assert letter_rows([shown], 1000.0)[0] == LetterRow(
        id="dl_1", flow="place_order", state="redriven", operation_id="order-1", idempotency_key="k",
        payload='{"a": 1}', error_class="breaker_open", first_attempt_at=30.5, attempts=3, generation=2,
    )  # fmt: skip


def test_what_a_letter_lacks_stays_empty() -> None:
    (row,) = letter_rows([{"id": "dl_1"}], 0.0)
    assert (row.operation_id, row.state, row.first_attempt_at) == ("", "", None)


def test_what_cannot_be_a_letter_is_refused() -> None:
    with pytest.raises(RowError, match="attempts cannot be 'often'"):
        letter_rows([{"id": "dl_1", "attempts": "often"}], 0.0)


@pytest.mark.parametrize("state", LetterState)
def test_every_state_of_the_core_is_one_that_the_judge_knows(state: LetterState) -> None:
    assert letter_rows([{"id": "dl_1", "state": state.value}], 0.0)[0].state in LETTER_STATES
