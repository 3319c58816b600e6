"""The books: what they hold, and how much of it."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from brownout_reports.rows import LedgerRow, read, records_in
from brownout_simulators.hosts.blocks import FileBlocks
from brownout_simulators.ledger import BLOCK, COLUMNS, Blocks, Entry, Ledger, MemoryBlocks

REQUEST = Entry("request", "a", "op", 1.0, 2.0, "POST /x", "r", "r", "", status=200, ending="complete", faults=("f",))
EFFECT = Entry(
    "effect", "a", "op", 1.0, 1.0, "till.charge", "ch_1", "r", "k", amount=5,
    references={"metadata.b": "2", "metadata.a": "1"},
)  # fmt: skip


def write(ledger: Ledger, number: int = 1) -> None:
    for _ in range(number):
        ledger.write(REQUEST._replace(at_s=float(ledger.next_seq)))


@pytest.fixture(params=[MemoryBlocks, FileBlocks])
def blocks(request: pytest.FixtureRequest) -> Iterator[Blocks]:
    made: Blocks = request.param()
    yield made
    if isinstance(made, FileBlocks):
        made.close()


def test_rows_have_exactly_the_columns_of_a_run_folder() -> None:
    assert LedgerRow._fields == COLUMNS
    ledger = Ledger("till")
    write(ledger)
    (row,) = ledger.rows()
    assert tuple(row) == LedgerRow._fields
    (read_back,) = records_in(LedgerRow, read(LedgerRow, [row]))
    assert read_back._asdict() == {**row, "faults": tuple(row["faults"])}


def test_a_row_is_its_entry_with_number_and_vendor_as_json_can_carry_it() -> None:
    ledger = Ledger("till")
    write(ledger)
    ledger.write(EFFECT)
    request, effect = ledger.rows()
    assert (request["seq"], request["vendor"], request["faults"], request["references"]) == (0, "till", ["f"], "")
    assert effect["references"] == '{"metadata.a": "1", "metadata.b": "2"}'
    assert (effect["entry"], effect["seq"], effect["id"], effect["amount"]) == ("effect", 1, "ch_1", 5)


def test_a_packed_row_reads_as_it_did_before(blocks: Blocks) -> None:
    ledger = Ledger("till", blocks=blocks)
    for _ in range(BLOCK // 2):
        ledger.write(REQUEST)
        ledger.write(EFFECT)
    before = list(ledger.rows())
    ledger.write(REQUEST)
    assert list(ledger.rows())[:-1] == before


def test_a_reader_pages_without_missing_or_repeating_a_row(blocks: Blocks) -> None:
    ledger = Ledger("till", blocks=blocks)
    write(ledger, 2 * BLOCK + 10)
    seen: list[dict[str, Any]] = []
    while page := list(ledger.rows(after=seen[-1]["seq"] if seen else -1, limit=100)):
        seen += page
    assert [row["seq"] for row in seen] == list(range(2 * BLOCK + 10))
    assert [row["at_s"] for row in seen] == [float(number) for number in range(2 * BLOCK + 10)]


def test_a_reader_may_page_while_rows_are_written_and_dropped(blocks: Blocks) -> None:
    ledger = Ledger("till", limit=2 * BLOCK, blocks=blocks)
    write(ledger, BLOCK)
    reading = ledger.rows()
    first = next(reading)
    write(ledger, 3 * BLOCK)
    assert first["seq"] == 0
    assert [row["seq"] for row in reading] == list(range(1, BLOCK))


def test_the_oldest_rows_go_when_there_are_too_many_and_are_counted(blocks: Blocks) -> None:
    ledger = Ledger("till", limit=2 * BLOCK, blocks=blocks)
    write(ledger, 3 * BLOCK + 1)
    assert ledger.dropped == 2 * BLOCK
    assert len(ledger) == BLOCK + 1 <= ledger.limit
    assert next(ledger.rows(after=5))["seq"] == ledger.dropped
    assert ledger.next_seq == 3 * BLOCK + 1


def test_beginning_anew_counts_from_the_start(blocks: Blocks) -> None:
    ledger = Ledger("till", limit=2 * BLOCK, blocks=blocks)
    write(ledger, 4 * BLOCK)
    ledger.begin_anew()
    assert (ledger.next_seq, ledger.dropped, list(ledger.rows())) == (0, 0, [])
    write(ledger, BLOCK + 1)
    assert [row["at_s"] for row in ledger.rows()] == [float(number) for number in range(BLOCK + 1)]


def test_a_limit_below_one_block_is_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        Ledger("till", limit=10)


def test_a_ledger_keeps_as_many_rows_as_its_place_is_made_for() -> None:
    assert Ledger("till").limit == 1_000_000
    blocks = FileBlocks()
    assert Ledger("till", blocks=blocks).limit == 50_000_000
    blocks.close()


def test_a_place_without_room_loses_the_row_that_came_and_none_before(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = MemoryBlocks()
    ledger = Ledger("till", blocks=blocks)
    write(ledger, BLOCK)

    def full(_block: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blocks, "append", full)
    with pytest.raises(OSError, match="No space left"):
        write(ledger)
    assert ledger.next_seq == len(list(ledger.rows())) == BLOCK
    monkeypatch.undo()
    write(ledger)
    assert ledger.next_seq == len(list(ledger.rows())) == BLOCK + 1


def test_rows_on_disk_take_next_to_no_memory() -> None:
    blocks = FileBlocks()
    ledger = Ledger("till", blocks=blocks)
    tracemalloc.start()
    write(ledger, 4 * BLOCK)
    before, _ = tracemalloc.get_traced_memory()  # a block of open rows
    write(ledger, 50 * BLOCK)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ledger.next_seq == 54 * BLOCK
    # Packed rows take a hundred bytes and more each. A constant comes in from tuples that the interpreter had in stock.
    assert after - before < 50 * BLOCK * 12
    blocks.close()
