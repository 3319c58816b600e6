"""A record is written down once: its columns, lines and JSON follow from its annotations."""

from dataclasses import dataclass, fields, replace
from typing import Annotated

import pytest

from brownout_core.records import DeadLetter, LetterState
from brownout_core.rows import HIDDEN, JSON, columns, definitions, from_line, from_row, to_line, to_row, to_shown
from tests.core.stores.test_sqlite import letter

SHOWN = (
    "id", "flow", "state", "operation_id", "idempotency_key", "payload", "payload_hash", "error_class", "reason",
    "first_attempt_at", "last_attempt_at", "attempts", "generation", "resolved_at", "outcome",
    "standing",
)  # fmt: skip


@dataclass(frozen=True)
class Record:
    name: str
    data: Annotated[bytes, JSON]
    share: float
    state: LetterState = LetterState.PENDING
    count: int = 1
    at: float | None = None
    owner: Annotated[str, HIDDEN] = ""


RECORD = Record("n", b'{"a": 1}', 0.5, LetterState.POISON, 3, None, "me")


def test_columns_and_their_types_follow_from_the_annotations() -> None:
    assert columns(Record) == ("name", "data", "share", "state", "count", "at", "owner")
    assert definitions(Record) == (
        "name TEXT NOT NULL",
        "data BLOB NOT NULL",
        "share REAL NOT NULL",
        "state TEXT NOT NULL",
        "count INTEGER NOT NULL",
        "at REAL",
        "owner TEXT NOT NULL",
    )


def test_a_record_comes_back_from_its_row_and_from_its_line() -> None:
    assert from_row(Record, to_row(RECORD)) == RECORD
    line = to_line(RECORD)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    values = {
        "name": "n",
        "data": "eyJhIjogMX0=",
        "share": 0.5,
        "state": "poison",
        "count": 3,
        "at": None,
        "owner": "me",
    }
    assert from_line(Record, values) == RECORD


def test_an_operator_sees_json_as_json_and_nothing_hidden() -> None:
    assert to_shown(RECORD) == {"name": "n", "data": {"a": 1}, "share": 0.5, "state": "poison", "count": 3, "at": None}


def test_what_has_a_default_may_be_left_out_of_a_line() -> None:
    assert from_line(Record, {"name": "n", "data": "", "share": 1}) == Record("n", b"", 1.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": 1},
        {"data": "*"},
        {"data": 5},
        {"share": "half"},
        {"share": True},
        {"state": "lost"},
        {"state": 1},
        {"count": 1.5},
        {"count": True},
        {"at": "now"},
        {"surprise": 1},
    ],
)
def test_a_line_that_is_not_the_record_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        from_line(Record, {"name": "n", "data": "", "share": 1.0, **wrong})
    with pytest.raises(ValueError, match="missing: share"):
        from_line(Record, {"name": "n", "data": ""})


def test_what_is_no_dataclass_is_no_record() -> None:
    with pytest.raises(TypeError, match="no record"):
        columns(int)


def test_a_dead_letter_is_shown_with_these_names_and_no_others() -> None:
    assert tuple(to_shown(letter())) == SHOWN
    assert {each.name for each in fields(DeadLetter)} - set(SHOWN) == {"progress", "lease_owner", "lease_until"}
    assert to_shown(replace(letter(), state=LetterState.REDRIVEN))["state"] == "redriven"
