"""Dead letters as the judge reads them."""

from brownout_harness.judging.letters import letter_row


def test_instants_count_from_the_start() -> None:
    row = letter_row(
        {
            "id": "dl_1", "flow": "place_order", "correlation_id": "order-1", "idempotency_key": "k",
            "first_attempt_at": 1030.5, "state": "done", "generation": 2, "error_class": "breaker_open", "attempts": 3,
        },
        1000.0,
    )  # fmt: skip
    assert row == {
        "id": "dl_1", "operation_id": "order-1", "vendor": "sales", "call": "place_order", "idempotency_key": "k",
        "stored_at_s": 30.5, "state": "done", "redrives": 2, "error": "breaker_open", "attempts": 3,
    }  # fmt: skip


def test_what_a_letter_lacks_stays_empty() -> None:
    row = letter_row({"id": "dl_1"}, 0.0)
    assert row["operation_id"] is None
    assert row["stored_at_s"] is None


def test_every_state_of_the_core_has_a_reading() -> None:
    from brownout_core.records import LetterState
    from brownout_harness.judging.evidence import LETTER_STATES
    from brownout_harness.judging.records import dead_letters_from

    rows = [letter_row({"id": state.value, "state": state.value}, 0.0) for state in LetterState]
    assert {letter.state for letter in dead_letters_from(rows)} <= LETTER_STATES
