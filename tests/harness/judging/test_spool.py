"""Rows as they come: in their order, wherever they are kept."""

from pathlib import Path

import pytest

from brownout_harness.judging import spool as module
from brownout_harness.judging.spool import Spool
from brownout_reports.rows import EventRow, frame_of


def event(number: int) -> EventRow:
    return EventRow(float(number), "started", detail=str(number))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 10)


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 95])
@pytest.mark.parametrize("in_files", [True, False])
def test_rows_come_back_in_the_order_in_which_they_came(tmp_path: Path, count: int, in_files: bool) -> None:
    spool = Spool(EventRow, tmp_path if in_files else None)
    for number in range(count):
        spool.add(event(number))
    assert list(spool.rows()) == [event(number) for number in range(count)]
    assert len(list(tmp_path.iterdir())) == (count // 10 if in_files else 0)


def test_rows_and_columns_may_come_in_turns(tmp_path: Path) -> None:
    spool = Spool(EventRow, tmp_path)
    spool.add(event(0))
    spool.add_block(frame_of(EventRow, map(event, range(1, 4))))
    spool.add(event(4))
    spool.add_block(frame_of(EventRow, map(event, range(5, 40))))
    spool.add_block(frame_of(EventRow, []))
    spool.add(event(40))
    assert list(spool.rows()) == [event(number) for number in range(41)]


def test_two_kinds_of_rows_share_a_folder(tmp_path: Path) -> None:
    from brownout_reports.rows import LetterRow

    events, letters = Spool(EventRow, tmp_path), Spool(LetterRow, tmp_path)
    for number in range(25):
        events.add(event(number))
        letters.add(LetterRow(id=str(number)))
    assert [row.id for row in letters.rows()] == [row.detail for row in events.rows()]


def test_what_somebody_else_tells_and_is_no_row_is_left_out_and_counted(tmp_path: Path) -> None:
    odd = event(7)._replace(detail=12)  # type: ignore[arg-type]
    told = [event(number) for number in range(25)]
    told[7] = odd
    told[13] = odd._replace(at_s="soon")  # type: ignore[arg-type]
    tolerant, own = Spool(EventRow, tmp_path, leaves_out=True), Spool(EventRow)
    for row in told:
        tolerant.add(row)
    assert list(tolerant.rows()) == [row for number, row in enumerate(told) if number not in (7, 13)]
    assert tolerant.unreadable == 2
    own.add(odd)
    with pytest.raises(TypeError):
        own.rows()
