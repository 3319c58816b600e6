"""Rows and groups of rows, whether they fit into memory or are read in lots."""

import random
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from brownout_reports import tables
from brownout_reports.rows import TABLES, EventRow, LetterRow, OperationRow, Outcome, frame_of
from brownout_reports.tables import Rows, Tables, between

NAMES = ("pay", "notify")


def operation(number: int) -> OperationRow:
    at_s = number / 10
    return OperationRow(
        f"op-{number % 700:04d}", NAMES[number % 2], at_s, at_s, at_s, 0.0, 1, 200, Outcome.DONE, f"{number}"
    )


MANY = [operation(number) for number in range(1000)]


def in_memory(_folder: Path) -> Rows[OperationRow]:
    return Rows.of(OperationRow, MANY)


def in_columns(_folder: Path) -> Rows[OperationRow]:
    return Rows(OperationRow, frame_of(OperationRow, MANY).lazy())


def in_files(folder: Path) -> Rows[OperationRow]:
    for part in range(4):
        frame_of(OperationRow, MANY[250 * part : 250 * (part + 1)]).write_parquet(folder / f"{part}.parquet")
    return Rows(OperationRow, pl.concat([pl.scan_parquet(folder / f"{part}.parquet") for part in range(4)]))


@pytest.fixture(params=["few", "many"])
def lots(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything in one lot, or more lots than are held."""
    if request.param == "many":
        monkeypatch.setattr(tables, "LOT", 64)
        monkeypatch.setattr(tables, "HELD", 2)


@pytest.fixture(params=[in_memory, in_columns, in_files], ids=lambda made: made.__name__)
def rows(request: pytest.FixtureRequest, tmp_path: Path, lots: None) -> Rows[OperationRow]:
    made: Callable[[Path], Rows[OperationRow]] = request.param
    return made(tmp_path)


def test_rows_are_the_records_in_their_order_however_often_they_are_read(rows: Rows[OperationRow]) -> None:
    assert len(rows) == 1000
    assert list(rows) == MANY
    assert list(rows) == MANY
    assert rows == Rows.of(OperationRow, MANY)
    assert rows != Rows.of(OperationRow, MANY[1:])


def test_rows_can_be_chosen_by_their_columns(rows: Rows[OperationRow]) -> None:
    found = rows.where(pl.col("name") == "pay", pl.col("intended_s") >= 50)
    assert list(found) == [each for each in MANY if each.name == "pay" and each.intended_s >= 50]


def test_rows_between_two_instants_begin_with_the_first_and_end_before_the_second(rows: Rows[OperationRow]) -> None:
    assert list(rows.where(between("intended_s", 10.0, 20.0))) == MANY[100:200]
    assert list(rows.where(between("intended_s", float("-inf"), float("inf")))) == MANY
    assert not rows.where(between("intended_s", 20.0, 10.0))


@pytest.mark.parametrize(
    ("start_s", "end_s"), [(20.0, 40.0), (20.05, 39.95), (float("-inf"), float("inf")), (99.9, 99.9), (40.0, 20.0)]
)
def test_rows_within_a_span_are_those_whose_first_column_of_the_order_is_in_it(
    rows: Rows[OperationRow], start_s: float, end_s: float
) -> None:
    ordered = rows.sorted("intended_s", "operation_id")
    wanted = [each for each in MANY if start_s <= each.intended_s < end_s]
    assert list(ordered.within(start_s, end_s)) == wanted
    assert len(ordered.within(start_s, end_s).within(25.0, 30.0)) == sum(
        25.0 <= each.intended_s < 30 for each in wanted
    )


def test_within_is_right_for_rows_that_came_in_another_order() -> None:
    shuffled = random.Random(3).sample(MANY, len(MANY))
    found = Rows.of(OperationRow, shuffled).sorted("intended_s").where(pl.col("name") == "pay").within(10.0, 20.0)
    assert list(found) == [each for each in MANY if each.name == "pay" and 10.0 <= each.intended_s < 20.0]


def test_no_rows_are_within_no_span() -> None:
    assert len(Rows.none(OperationRow).within(0.0, 1.0)) == 0


def test_repeated_rows_are_all_that_share_their_values_with_another(rows: Rows[OperationRow]) -> None:
    ordered = rows.sorted("intended_s")
    assert list(ordered.repeated("operation_id")) == [each for each in MANY if int(each.operation_id[3:]) < 300]
    assert len(ordered.repeated("operation_id", "detail")) == 0


def test_sorting_leaves_ties_as_they_were(rows: Rows[OperationRow]) -> None:
    assert list(rows.sorted("name")) == sorted(MANY, key=lambda each: each.name)


def test_a_column_of_few_values_splits_the_rows(rows: Rows[OperationRow]) -> None:
    split = rows.split("name")
    assert list(split) == ["notify", "pay"]
    assert list(split["pay"]) == [each for each in MANY if each.name == "pay"]


def test_a_group_holds_its_rows_in_their_order_and_nothing_else(rows: Rows[OperationRow]) -> None:
    groups = rows.by("operation_id")
    wanted: dict[str, list[OperationRow]] = {}
    for each in random.Random(1).sample(MANY, len(MANY)):
        wanted.setdefault(each.operation_id, []).append(each)
    assert len(wanted) == 700
    for key, members in wanted.items():
        assert list(groups[key]) == sorted(members, key=MANY.index)
    assert "op-0007" in groups
    for key in ("", "op-0007a", "op-9999", "zebra"):
        assert key not in groups
        assert groups.get(key, ()) == ()
    with pytest.raises(KeyError):
        groups["nobody"]


def test_the_keys_of_groups_are_sorted_and_each_is_there_once(rows: Rows[OperationRow]) -> None:
    groups = rows.by("operation_id")
    assert list(groups) == [f"op-{number:04d}" for number in range(700)]
    assert len(groups) == 700
    assert sum(len(group) for group in groups.values()) == 1000


def test_rows_without_a_key_are_a_group_too() -> None:
    nameless = [each._replace(operation_id="") for each in MANY[:3]]
    groups = Rows.of(OperationRow, [*MANY, *nameless]).by("operation_id")
    assert list(groups[""]) == nameless


def test_of_a_kind_that_a_run_left_none_of_there_are_no_rows() -> None:
    held = Tables(Rows.of(OperationRow, MANY))
    assert len(held.of(OperationRow)) == 1000
    assert not held.of(EventRow)
    assert set(held.frames()) == set(TABLES)


def test_equal_rows_give_equal_frames_in_whatever_order_they_came() -> None:
    shuffled = random.Random(1).sample(MANY, len(MANY))
    frames = [Tables(Rows.of(OperationRow, each)).frames()["operations"].collect() for each in (MANY, shuffled)]
    assert frames[0].equals(frames[1])


def test_events_of_one_instant_stay_in_their_order() -> None:
    events = [EventRow(1.0, kind) for kind in ("retry_scheduled", "attempt_started", "call_finished")]
    frame = Tables(Rows.of(EventRow, [EventRow(2.0, "late"), *events])).frames()["events"].collect()
    assert frame["kind"].to_list() == ["retry_scheduled", "attempt_started", "call_finished", "late"]


def test_some_tables_may_be_exchanged_for_others() -> None:
    first, other = (Rows.of(LetterRow, [LetterRow(id=name)]) for name in ("a", "b"))
    events = Rows.of(EventRow, [EventRow(at_s=1.0, kind="started")])
    tables = Tables(first, events)
    assert tables.but(other).of(LetterRow) == other
    assert tables.but(other).of(EventRow) == events
    assert tables.of(LetterRow) == first
