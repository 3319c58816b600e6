"""One operation, told by everybody who saw it."""

import json

import pytest

from brownout_reports.rows import DeliveryRow, EventRow, LedgerRow, LetterRow, OperationRow, Outcome
from brownout_reports.run_folder import Mark, RunFolder, Status
from brownout_reports.story import UnknownOperation, overview, story
from brownout_reports.tables import Rows, Tables
from tests.reports.runs import a_run

ID = "pay-1"
ASKED = OperationRow(ID, "pay", 20.0, 20.01, 26.5, 3.0, 2, 200, Outcome.DONE, "", json.dumps([23.5]))


def a_story(operation: OperationRow = ASKED, reason: str = "no answer in 3 s") -> RunFolder:
    tables = Tables(
        Rows.of(OperationRow, [operation, operation._replace(operation_id="pay-2")]),
        Rows.of(
            LedgerRow,
            [
                LedgerRow("request", 0, "stripe", "acct", ID, 20.1, 20.2, "POST /v1/charges", "req_1",
                          idempotency_key="k", status=503, ending="complete", faults=("brownout.2",)),
                LedgerRow("request", 1, "stripe", "acct", ID, 24.0, 24.4, "POST /v1/charges", "req_2", status=0,
                          ending="close", retry_after_s=2.0),
                LedgerRow("effect", 2, "stripe", "acct", ID, 24.1, 24.1, "stripe.charge", "ch_1", "req_2", amount=1240),
                LedgerRow("request", 3, "stripe", "acct", "pay-2", 24.0, 24.4, "POST /v1/charges", "req_3"),
            ],
        ),
        Rows.of(EventRow, [EventRow(20.05, "attempt_started", "stripe", "create_charge", ID, 1, "", 0.0, "")]),
        Rows.of(
            LetterRow,
            [
                LetterRow(id="dl_1", flow="pay", state="redriven", operation_id=ID, error_class="Timeout",
                          reason=reason, first_attempt_at=23.2, last_attempt_at=26.1, attempts=2, resolved_at=26.2,
                          outcome="done"),
            ],
        ),
    )  # fmt: skip
    return a_run().model_copy(update={"tables": tables})


def test_a_story_is_told_on_one_clock_by_all_who_saw_it() -> None:
    assert list(story(a_story(), ID)) == [
        "pay-1 in stripe-brownout (virtual, seed 7)",
        "20.000 s  driver       wants pay",
        "20.010 s  driver       asks",
        "20.050 s  target       attempt_started stripe create_charge attempt 1",
        "20.100 s  stripe       gets POST /v1/charges [req_1] key k",
        "20.100 s  stripe       FAULT brownout.2 503 on half of `POST /v1/payment_intents`",
        "20.200 s  stripe       answers 503 [req_1]",
        "23.200 s  dead letter  dl_1 of pay first tried; Timeout no answer in 3 s",
        "23.500 s  driver       asks again (2 of 2)",
        "24.000 s  stripe       gets POST /v1/charges [req_2] without a key",
        "24.100 s  stripe       EFFECT stripe.charge ch_1 amount 1240 by [req_2]",
        "24.400 s  stripe       sends nothing [req_2] Retry-After 2 s (close)",
        "26.100 s  dead letter  dl_1 last tried, 2 times in all",
        "26.200 s  dead letter  dl_1 is redriven done",
        "26.500 s  driver       is told: done (200)",
    ]


def test_what_was_told_to_the_target_and_what_was_seen_of_a_state_belong_to_it() -> None:
    states = [[28.0, "completed", "done"], [60.0, "scheduled", "accepted"]]
    run = a_story(ASKED._replace(states=json.dumps(states)))
    notice = DeliveryRow("stripe", 1, 2, "acct", "charge.succeeded", "http://127.0.0.1:1", ID, "req_2", 27.0, 27.5, 500)
    with_notice = [notice, notice._replace(attempt=3, at_s=29.0, finished_s=29.5, status=0, is_last=True)]
    others = [run.tables.of(record) for record in (OperationRow, LedgerRow, EventRow, LetterRow)]
    told = run.model_copy(update={"tables": Tables(*others, Rows.of(DeliveryRow, with_notice))})
    assert list(story(told, ID))[-6:] == [
        "27.000 s  stripe       NOTICE charge.succeeded attempt 2",
        "27.500 s  stripe       is answered 500 to charge.succeeded",
        "28.000 s  driver       looks: completed (done)",
        "29.000 s  stripe       NOTICE charge.succeeded attempt 3",
        "29.500 s  stripe       is answered nothing to charge.succeeded and tries no more",
        "60.000 s  driver       looks: scheduled (accepted)",
    ]


@pytest.mark.thorough
@pytest.mark.parametrize("states", ["{", "7", "[7]", '[["x", 1, 2]]', "[[1]]"])
def test_states_that_nobody_can_read_are_left_out(states: str) -> None:
    assert len(list(story(a_story(ASKED._replace(states=states)), ID))) == len(list(story(a_story(), ID)))


def test_nothing_in_it_breaks_a_line_or_moves_a_cursor() -> None:
    evil = a_story(ASKED._replace(detail="gone\x1b[2J\nfake line", again_at="{"), reason="\x9b31m\r")
    lines = list(story(evil, ID))
    assert all(line.isprintable() for line in lines)
    assert "is told: done (200) gone\\x1b[2J\\nfake line" in lines[-1]


def test_what_was_never_asked_says_so() -> None:
    never = story(a_story(ASKED._replace(asks=0, detail="too many in flight")), ID)
    assert any(line.endswith("driver       never asks: too many in flight") for line in never)


def test_whose_group_it_was_is_said_where_there_are_several() -> None:
    assert any(
        line.endswith("driver       wants pay (testers)")
        for line in story(a_story(ASKED._replace(group="testers")), ID)
    )


def test_an_id_that_only_a_vendor_saw_has_a_story_and_one_that_nobody_saw_has_none() -> None:
    run = a_story()
    alone = run.model_copy(update={"tables": Tables(Rows.of(OperationRow), run.tables.of(LedgerRow))})
    assert len(list(story(alone, "pay-2"))) == 3
    with pytest.raises(UnknownOperation, match=r"nobody saw an operation pay-3\\x1b: there are pay-1, pay-2, …"):
        list(story(run, "pay-3\x1b"))


def test_the_overview_names_verdict_gaps_failed_cases_and_the_slowest() -> None:
    run = a_run(status=Status.FAILED)
    marks = (Mark(kind="gap", text="redis did not run for 2.0 s", at_s=3.0, until_s=5.0),)
    lines = list(overview(run.model_copy(update={"verdict": run.verdict.model_copy(update={"marks": marks})})))
    assert lines[0] == "failed stripe-brownout (virtual, seed 7, 100.0 s)"
    assert lines[1].startswith("failed        exactly_once: effect `stripe.charge`  2,997 once, 3 twice")
    assert "fell short    redis did not run for 2.0 s, from 3.000 s to 5.000 s" in lines
    at = lines.index("operations to look at:")
    assert lines[at + 1] == "  pay-000812-7  charged twice: `ch_1`, `ch_2` <script>"
    assert len(lines) == at + 5
    assert " took " in lines[-1]


def test_an_operation_to_look_at_is_named_once_though_it_is_slow_too() -> None:
    run = a_run(status=Status.FAILED)
    slow = list(overview(run))[-1].split()[0]
    (wrong, *others) = run.verdict.expectations
    case = wrong.cases[0].model_copy(update={"operation_id": slow})
    verdict = run.verdict.model_copy(update={"expectations": (wrong.model_copy(update={"cases": (case,)}), *others)})
    lines = [line for line in overview(run.model_copy(update={"verdict": verdict})) if line.startswith(f"  {slow} ")]
    assert len(lines) == 1
    assert "charged twice" in lines[0]


def test_of_several_processes_it_is_told_who_was_asked_and_who_speaks() -> None:
    run = a_story(ASKED._replace(replicas=("gateway.1", "gateway.0")))
    told = Rows.of(EventRow, [EventRow(20.05, "attempt_started", "stripe", "", ID, 1, process="gateway.1")])
    tables = Tables(run.tables.of(OperationRow), told)
    lines = list(story(run.model_copy(update={"tables": tables}), ID))
    assert lines[2:5] == [
        "20.010 s  driver     asks gateway.1",
        "20.050 s  gateway.1  attempt_started stripe attempt 1",
        "23.500 s  driver     asks gateway.0 again (2 of 2)",
    ]


def test_a_fault_of_a_link_is_told_by_the_link() -> None:
    run = a_story()
    linked = [each.model_copy(update={"link": "gateway→stripe"}) for each in run.verdict.faults]
    told = run.model_copy(update={"verdict": run.verdict.model_copy(update={"faults": tuple(linked)})})
    (line,) = [each for each in story(told, ID) if "FAULT" in each]
    assert line.startswith("20.100 s  gateway→stripe  FAULT brownout.2 503")
