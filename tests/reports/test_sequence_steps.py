"""From a run's tables to the steps of one operation."""

import json
from typing import Any

import pytest

from brownout_reports.rows import DeliveryRow, EventRow, LedgerRow, LetterRow, OperationRow, Outcome
from brownout_reports.run_folder import Mark, RunFolder, VendorMetrics
from brownout_reports.sequence_events import Look
from brownout_reports.sequence_steps import DRIVER, FIRST, LAST, STORES, TARGET, VENDORS, Lane, Sequence, Way, sequences
from brownout_reports.tables import Rows, Tables
from tests.reports.runs import a_run

ID = "pay-1"
STRIPE = Lane(VENDORS, "stripe")
ASKED = OperationRow(ID, "pay", 20.0, 20.0, 26.5, 3.0, 1, 200, Outcome.DONE)


def request(seq: int, at_s: float, finished_s: float, **fields: Any) -> LedgerRow:
    row = LedgerRow("request", seq, "stripe", "acct", ID, at_s, finished_s, "POST /v1/charges", f"req_{seq}")
    return row._replace(**{"status": 200, "ending": "complete", "idempotency_key": "k1", **fields})


def effect(seq: int, at_s: float) -> LedgerRow:
    return LedgerRow("effect", seq, "stripe", "acct", ID, at_s, at_s, "stripe.charge", "ch_1", "req_0", amount=1240)


def drawn(*rows: Any, marks: tuple[Mark, ...] = (), metrics: tuple[VendorMetrics, ...] = ()) -> Sequence:
    kinds = (OperationRow, LedgerRow, EventRow, DeliveryRow, LetterRow)
    tables = Tables(*(Rows.of(kind, [row for row in rows if isinstance(row, kind)]) for kind in kinds))
    run = a_run()
    verdict = run.verdict.model_copy(update={"marks": marks, "vendor_metrics": metrics})
    (found,) = sequences(run.model_copy(update={"tables": tables, "verdict": verdict}), [ID])
    return found


def texts(sequence: Sequence) -> list[str]:
    return [step.text for step in sequence.steps]


def test_an_operation_is_an_arrow_there_and_back() -> None:
    ask, answer = drawn(ASKED).steps
    assert (ask.at_s, ask.way, ask.start, ask.end, ask.text) == (20.0, Way.ARROW, DRIVER, TARGET, "asks for pay")
    assert (answer.at_s, answer.start, answer.end, answer.text) == (26.5, TARGET, DRIVER, "200 done, after 6.5 s")
    assert ask.call == answer.call != ""


def test_an_answer_that_never_came_does_not_arrive() -> None:
    answer = drawn(ASKED._replace(status=0, outcome=Outcome.UNKNOWN, detail="timeout")).steps[-1]
    assert (answer.way, answer.look, answer.text) == (Way.LOST, Look.HOT, "no answer after 6.5 s: unknown (timeout)")


def test_asks_again_and_states_that_were_seen_are_arrows_too() -> None:
    states = json.dumps([[30.0, "completed", "done"], [40.0, "?", "unknown"]])
    sequence = drawn(ASKED._replace(asks=3, again_at=json.dumps([22.0, 24.0]), states=states))
    assert texts(sequence) == ["asks for pay", "asks again (2 of 3)", "asks again (3 of 3)", "200 done, after 6.5 s",
                               "shows completed: done", "shows ?: unknown"]  # fmt: skip
    assert [step.look for step in sequence.steps][-2:] == [Look.PLAIN, Look.HOT]


def test_what_was_sent_late_says_so_and_what_was_never_sent_too() -> None:
    assert texts(drawn(ASKED._replace(intended_s=19.0)))[0] == "asks for pay, wanted 1 s before"
    assert texts(drawn(ASKED._replace(group="testers")))[0] == "asks for pay (testers)"
    (never,) = drawn(ASKED._replace(asks=0, detail="too many in flight")).steps
    assert (never.way, never.start, never.text) == (Way.MARK, DRIVER, "never asks for pay: too many in flight")


def test_a_request_its_faults_its_effect_and_its_answer_come_in_that_order_at_one_instant() -> None:
    sequence = drawn(ASKED, request(0, 21.0, 21.0, faults=("brownout.2", "gone")), effect(1, 21.0))
    assert texts(sequence)[1:-1] == [
        "POST /v1/charges key A",
        "brownout.2 strikes: 503 on half of `POST /v1/payment_intents`",
        "gone strikes:",
        "leaves stripe.charge ch_1 amount 1240",
        "200",
    ]
    assert [step.look for step in sequence.steps][2:5] == [Look.FAULT, Look.FAULT, Look.EFFECT]
    assert sequence.lanes == (DRIVER, TARGET, STRIPE)


def test_attempts_are_counted_and_keys_have_letters() -> None:
    rows = [
        request(0, 21.0, 22.0),
        request(1, 23.0, 23.1, idempotency_key="k2"),
        request(2, 24.0, 24.1),
        request(3, 25.0, 25.1, idempotency_key=""),
        request(4, 26.0, 26.1, idempotency_key="", route="GET /v1/charges"),
    ]
    asked = [step.text for step in drawn(*rows).steps if step.end == STRIPE]
    assert asked == ["POST /v1/charges key A", "POST /v1/charges again (2) key B", "POST /v1/charges again (3) key A",
                     "POST /v1/charges again (4) without a key", "GET /v1/charges"]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "way", "text"),
    [
        ({"status": 503}, Way.ARROW, "503, after 500 ms"),
        ({"status": 0, "ending": "hang"}, Way.LOST, "no answer, the connection hangs, after 500 ms"),
        ({"ending": "left"}, Way.LOST, "200, the caller had gone, after 500 ms"),
        ({"status": 429, "retry_after_s": 8.0}, Way.ARROW, "429, after 500 ms, Retry-After 8 s"),
        ({"status": 402, "replayed": True}, Way.ARROW, "402, after 500 ms, replayed"),
        ({"queued_s": 0.4, "status": 500}, Way.ARROW, "500, after 500 ms, 400 ms of it in a queue"),
    ],
)  # fmt: skip
def test_an_answer_says_how_it_fared(fields: dict[str, Any], way: Way, text: str) -> None:
    answer = drawn(request(0, 21.0, 21.5, **fields)).steps[-1]
    assert (answer.way, answer.text, answer.look) == (way, text, Look.HOT)


def test_an_answer_that_is_fine_is_plain() -> None:
    assert drawn(request(0, 21.0, 21.5)).steps[-1].look is Look.PLAIN


def test_a_notice_goes_the_other_way_and_a_forged_one_is_to_be_refused() -> None:
    notice = DeliveryRow("stripe", 1, 2, "acct", "charge.succeeded", "http://127.0.0.1:1", ID, "req", 27.0, 27.5, 500)
    told, answered = drawn(notice._replace(is_last=True)).steps
    assert (told.start, told.end, told.text) == (STRIPE, TARGET, "tells charge.succeeded again (2)")
    assert (answered.text, answered.look) == ("500 to charge.succeeded and it tries no more", Look.HOT)
    assert drawn(notice._replace(status=0)).steps[-1].way is Way.LOST
    looks = [drawn(notice._replace(status=status, is_forged=True)).steps[-1].look for status in (400, 200)]
    assert looks == [Look.PLAIN, Look.HOT]


def test_the_target_s_stores_have_a_lane_where_it_tells_of_them() -> None:
    event = EventRow(21.0, "idempotency", "", "pay", ID, 0, "claimed")
    sequence = drawn(ASKED, event)
    assert sequence.lanes == (DRIVER, TARGET, STORES)
    assert (sequence.steps[1].start, sequence.steps[1].end) == (TARGET, STORES)


def test_a_dead_letter_is_told_once_by_the_target_or_else_as_it_shows_it() -> None:
    letter = LetterRow(id="dl_1", state="redriven", operation_id=ID, error_class="Timeout", first_attempt_at=21.0,
                       resolved_at=30.0)  # fmt: skip
    assert texts(drawn(letter)) == ["first tried what is set aside as dl_1: Timeout", "dl_1 is redriven"]
    told = [EventRow(22.0, "dead_lettered", "", "pay", ID, 0, "timeout", 0.0, "dl_1"),
            EventRow(29.9, "redriven", "", "pay", ID, 0, "done", 0.0, "dl_1")]  # fmt: skip
    assert texts(drawn(letter, *told)) == ["sets aside dl_1 after timeout", "sent again, dl_1: done"]
    pending = drawn(letter._replace(state="pending", resolved_at=None), told[0])
    assert (pending.steps[-1].at_s, pending.steps[-1].text) == (100.0, "dl_1 is pending at the end")


def test_a_kill_that_an_operation_spans_or_that_comes_soon_after_it_is_a_line_through_all() -> None:
    marks = tuple(Mark(kind="action", text=f"kill at {at_s}", at_s=at_s) for at_s in (19.0, 23.0, 28.0, 29.0))
    marks += (
        Mark(kind="gap", text="redis stood still", at_s=10.0, until_s=21.0),
        Mark(kind="gap", text="nobody knows"),
    )
    across = [step for step in drawn(ASKED, marks=marks).steps if step.way is Way.ACROSS]
    assert [(step.text, step.look) for step in across] == [
        ("redis stood still, until 21.000 s", Look.HOT),
        ("kill at 23.0", Look.PLAIN),
        ("kill at 28.0", Look.PLAIN),
    ]


def test_a_kill_at_an_instant_of_the_books_comes_after_what_they_hold_of_it() -> None:
    sequence = drawn(request(0, 21.0, 22.0), effect(1, 21.5), marks=(Mark(kind="action", text="kill", at_s=21.5),))
    assert texts(sequence)[1:3] == ["leaves stripe.charge ch_1 amount 1240", "kill"]


def test_where_no_book_holds_anything_the_vendors_that_others_reached_say_so() -> None:
    metrics = [
        VendorMetrics(vendor=vendor, phase=phase, operations=1, requests=requests, amplification=1.0, answered_ok=1,
                      answered_4xx=0, answered_429=0, answered_5xx=0, not_answered=0, effects=1, duplicates=0)
        for vendor, phase, requests in [("stripe", "all", 7), ("stripe", "steady", 7), ("twilio", "all", 0)]
    ]  # fmt: skip
    sequence = drawn(ASKED, metrics=tuple(metrics))
    assert sequence.lanes == (DRIVER, TARGET, STRIPE)
    assert texts(sequence)[-1] == "nothing under its id in the books"
    assert "nothing under its id in the books" not in texts(
        drawn(ASKED, request(0, 21.0, 22.0), metrics=tuple(metrics))
    )
    never = drawn(ASKED._replace(asks=0), metrics=tuple(metrics))
    assert never.lanes == (DRIVER, TARGET)


def test_a_vendor_that_others_of_its_kind_reached_and_it_did_not_says_so() -> None:
    """The message that was never sent is to be seen, and not only missing."""
    other, notice = ASKED._replace(operation_id="pay-2"), ASKED._replace(operation_id="n-1", name="notify")
    sent = request(1, 22.0, 22.5, operation_id="pay-2", vendor="twilio")
    not_its_kind = request(2, 23.0, 23.5, operation_id="n-1", vendor="sales")
    sequence = drawn(ASKED, other, notice, request(0, 21.0, 22.0), sent, not_its_kind)
    assert [lane.name for lane in sequence.lanes] == ["driver", "target", "stripe", "twilio"]
    assert (sequence.steps[-1].start.name, texts(sequence)[-1]) == ("twilio", "nothing under its id in the books")


def test_a_long_story_keeps_its_beginning_and_its_end_and_says_how_much_is_left_out() -> None:
    rows = [request(number, 21.0 + number, 21.5 + number) for number in range(100)]
    sequence = drawn(*rows)
    assert len(sequence.steps) == FIRST + LAST
    assert sequence.left_out == 200 - FIRST - LAST
    assert (sequence.steps[0].at_s, sequence.steps[-1].at_s) == (21.0, 120.5)
    assert drawn(*rows[:20]).left_out == 0


def test_what_anybody_wrote_stays_on_one_line_and_is_bounded() -> None:
    step = drawn(ASKED._replace(name="a\x1b[2J\nb" + "x" * 1000)).steps[0]
    assert step.text.isprintable()
    assert step.text.startswith("asks for a\\x1b[2J\\nb")
    assert len(step.text) == 240
    assert step.text.endswith("…")


def a_run_of_two() -> RunFolder:
    tables = Tables(Rows.of(OperationRow, [ASKED, ASKED._replace(operation_id="pay-2")]))
    return a_run().model_copy(update={"tables": tables})


def test_each_operation_has_its_own_in_the_order_asked_for_and_one_that_nobody_saw_has_none() -> None:
    found = sequences(a_run_of_two(), ["pay-2", "nobody", ID])
    assert [each.operation_id for each in found] == ["pay-2", ID]
    assert [texts(each)[:2] for each in found] == [["asks for pay", "200 done, after 6.5 s"]] * 2
