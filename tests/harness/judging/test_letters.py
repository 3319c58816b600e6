"""Dead letters as the judge reads them."""

import pytest

from brownout_core.records import LetterState
from brownout_harness.judging.evidence import LETTER_STATES
from brownout_harness.judging.letters import letter_row
from brownout_reports.rows import LetterRow, RowError


def test_instants_count_from_the_start_and_names_stay_as_they_are() -> None:
    shown = {
        "id": "dl_1", "flow": "place_order", "operation_id": "order-1", "idempotency_key": "k", "payload": {"a": 1},
        "first_attempt_at": 1030.5, "state": "redriven", "generation": 2, "error_class": "breaker_open", "attempts": 3,
    }  # fmt: skip
    assert letter_row(shown, 1000.0) == LetterRow(
        id="dl_1", flow="place_order", state="redriven", operation_id="order-1", idempotency_key="k",
        payload='{"a": 1}', error_class="breaker_open", first_attempt_at=30.5, attempts=3, generation=2,
    )  # fmt: skip


def test_what_a_letter_lacks_stays_empty() -> None:
    row = letter_row({"id": "dl_1"}, 0.0)
    assert (row.operation_id, row.state, row.first_attempt_at) == ("", "", None)


def test_what_cannot_be_a_letter_is_refused() -> None:
    with pytest.raises(RowError, match="attempts cannot be 'often'"):
        letter_row({"id": "dl_1", "attempts": "often"}, 0.0)


@pytest.mark.parametrize("state", LetterState)
def test_every_state_of_the_core_is_one_that_the_judge_knows(state: LetterState) -> None:
    assert letter_row({"id": "dl_1", "state": state.value}, 0.0).state in LETTER_STATES
