"""What a sequence picture shows of one operation: who called whom, in order, and what befell them meanwhile.

    driver ──▶ target ──▶ each vendor, and the target's stores
       ◀── answers ◀──        marks at one of them, and lines across all

Vendors' steps are from their books, the driver's from what it was answered; what stands at the target and at its
stores is the target's own word.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from string import ascii_uppercase
from typing import Any, Final, NamedTuple

import polars as pl

from brownout_reports.printable import one_line
from brownout_reports.rows import REQUEST, DeliveryRow, EventRow, LedgerRow, LetterRow, OperationRow
from brownout_reports.run_folder import Mark, RunFolder
from brownout_reports.sequence_events import Look, Told, told, took
from brownout_reports.spans import FaultSpan
from brownout_reports.story import instants_in, states_of
from brownout_reports.tables import Rows

FIRST: Final = 28
LAST: Final = 12
"""So many steps are drawn of a longer story, from its beginning and from its end."""
MOST_LETTERS: Final = 240
"""Of a step's text: an error may say as much as it likes."""
LATE_S: Final = 0.01
"""Sent so much later than it was wanted is late."""
SHORT_S: Final = 0.001
"""What took less took no time that a reader sees."""
AFTERWARDS_S: Final = 2.0
"""What befell the target so soon after an operation's last step may be why it came to nothing."""


class Lane(NamedTuple):
    """Somebody who takes part. They sort as they stand, from left to right."""

    place: int
    name: str


DRIVER: Final = Lane(0, "driver")
TARGET: Final = Lane(1, "target")
VENDORS: Final = 2
STORES: Final = Lane(3, "stores")


class Way(StrEnum):
    """How a step is drawn."""

    ARROW = "arrow"
    LOST = "lost"  # an arrow that does not arrive
    MARK = "mark"  # at one lane
    ACROSS = "across"  # a line through all of them


class Step(NamedTuple):
    """One thing that happened."""

    at_s: float
    turn: int
    """Of what happened at one instant: the order in which it can have."""
    way: Way
    text: str
    start: Lane = TARGET
    end: Lane = TARGET
    """Of an arrow; a mark's is where it starts."""
    look: Look = Look.PLAIN
    call: str = ""
    """Begun by the first step that names it, ended by the last: a request and its answer; empty: none."""


ASKED, RECEIVED, STRUCK, COMMITTED, ANSWERED, BEFELL, SAID, KEPT, HEARD = range(9)
"""The turns. What was done to the target may have been done at an instant of the books, so that it comes after that."""


class Sequence(NamedTuple):
    """One operation's picture, before anything has a place."""

    operation_id: str
    lanes: tuple[Lane, ...]
    steps: tuple[Step, ...]
    left_out: int = 0
    """Steps that are not drawn, all of them after the first `FIRST`."""


def sequences(run: RunFolder, operation_ids: Iterable[str]) -> list[Sequence]:
    """One for each of these operations that anybody saw, in their order."""
    wanted = list(operation_ids)
    ours = pl.col("operation_id").is_in(wanted)
    seen = {record: run.tables.of(record).where(ours) for record in _OF}
    reached = _reached(run, run.tables.of(OperationRow).where(ours))
    found = []
    for operation_id in wanted:
        rows = {record: list(some.where(pl.col("operation_id") == operation_id)) for record, some in seen.items()}
        if steps := _steps(run, rows, reached):
            found.append(_cut(operation_id, steps))
    return found


def _reached(run: RunFolder, asked: Rows[OperationRow]) -> dict[str, list[str]]:
    """By operation, the vendors that any of the same name reached; where none did, those that anything reached."""
    names = asked.values(pl.col("name").unique()).to_list()
    alike = run.tables.of(OperationRow).frame.filter(pl.col("name").is_in(names)).select("operation_id", "name")
    pairs = run.tables.of(LedgerRow).frame.select("operation_id", "vendor").join(alike, on="operation_id")
    by_name: dict[str, list[str]] = {}
    for name, vendor in (
        pairs.select("name", "vendor").unique().collect(engine="streaming").sort("name", "vendor").rows()
    ):
        by_name.setdefault(name, []).append(vendor)
    anyhow = [each.vendor for each in run.verdict.vendor_metrics if each.phase == "all" and each.requests]
    return {name: by_name.get(name, anyhow) for name in names}


def _steps(run: RunFolder, rows: dict[type[Any], list[Any]], reached: dict[str, list[str]]) -> list[Step]:
    faults = {fault.id: fault for fault in run.verdict.faults}
    steps = [*_asked(rows[OperationRow]), *_at_vendors(rows[LedgerRow], faults), *_delivered(rows[DeliveryRow])]
    # Sorted as they come from a folder, too: of one instant, as the target told them.
    events = sorted(rows[EventRow], key=lambda event: event.at_s)
    said = [*told(events, {str(each.outcome) for each in rows[OperationRow]})]
    steps += [_said(each) for each in said]
    heard_of = {row.vendor for row in rows[LedgerRow]}
    steps += _unheard_of(rows[OperationRow], reached, heard_of)
    steps += _letters(rows[LetterRow], said, run.verdict.duration_s)
    if not steps:
        return []
    began_s, ended_s = min(each.at_s for each in steps), max(each.at_s for each in steps)
    steps += _befell(run.verdict.marks, began_s, ended_s + AFTERWARDS_S)
    return sorted(steps, key=lambda step: step[:2])


_OF: Final = (OperationRow, LedgerRow, DeliveryRow, EventRow, LetterRow)


def _cut(operation_id: str, steps: list[Step]) -> Sequence:
    left_out = max(0, len(steps) - FIRST - LAST)
    drawn = steps if not left_out else [*steps[:FIRST], *steps[-LAST:]]
    lanes = {lane for step in drawn if step.way is not Way.ACROSS for lane in (step.start, step.end)}
    return Sequence(operation_id, tuple(sorted({*lanes, TARGET})), tuple(drawn), left_out)


def text_of(*parts: str) -> str:
    """The parts that there are, on one line, and no more than a step has room for."""
    text = one_line(" ".join(part for part in parts if part))
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"


def _asked(operations: list[OperationRow]) -> Iterator[Step]:
    for each in operations:
        if not each.asks:
            yield Step(each.sent_s, ASKED, Way.MARK, text_of(f"never asks for {each.name}:", each.detail), DRIVER,
                       look=Look.HOT)  # fmt: skip
            continue
        late_s = each.sent_s - each.intended_s
        late = f", wanted {took(late_s)} before" if late_s >= LATE_S else ""
        group = f"({each.group})" if each.group else ""
        text = text_of(f"asks for {each.name}{late}", group)
        yield Step(each.sent_s, ASKED, Way.ARROW, text, DRIVER, TARGET, call="asked")
        for number, at_s in enumerate(instants_in(each.again_at), 2):
            yield Step(at_s, ASKED, Way.ARROW, f"asks again ({number} of {each.asks})", DRIVER, TARGET, call="asked")
        yield _answered(each)
        for seen in states_of(each):
            look = Look.HOT if seen.means == "unknown" else Look.PLAIN
            yield Step(seen.at_s, HEARD, Way.ARROW, text_of(f"shows {seen.state}: {seen.means}"), TARGET, DRIVER, look)


def _answered(each: OperationRow) -> Step:
    after = f"after {took(each.finished_s - each.sent_s)}"
    look = Look.HOT if each.outcome == "unknown" else Look.WARM if each.outcome != "done" else Look.PLAIN
    told_of = f"({each.detail})" if each.detail else ""
    if not each.status:
        text = text_of("no answer", f"{after}:", each.outcome, told_of)
        return Step(each.finished_s, HEARD, Way.LOST, text, TARGET, DRIVER, Look.HOT, "asked")
    text = text_of(f"{each.status}", f"{each.outcome},", after, told_of)
    return Step(each.finished_s, HEARD, Way.ARROW, text, TARGET, DRIVER, look, "asked")


def _at_vendors(rows: list[LedgerRow], faults: dict[str, FaultSpan]) -> Iterator[Step]:
    keys: dict[str, str] = {}
    times: dict[tuple[str, str], int] = {}
    for row in sorted(rows, key=lambda row: (row.at_s, row.vendor, row.seq)):
        lane = Lane(VENDORS, one_line(row.vendor))
        if row.entry != REQUEST:
            amount = f"amount {row.amount}" if row.amount else ""
            text = text_of("leaves", row.kind, row.id, amount)
            yield Step(row.at_s, COMMITTED, Way.MARK, text, lane, lane, Look.EFFECT)
            continue
        times[row.vendor, row.route] = number = times.get((row.vendor, row.route), 0) + 1
        again = f"again ({number})" if number > 1 else ""
        call = f"{row.vendor} {row.seq}"
        text = text_of(row.route, again, _key(row, keys))
        yield Step(row.at_s, RECEIVED, Way.ARROW, text, TARGET, lane, call=call)
        for rule in row.faults:
            words = faults[rule].text if rule in faults else ""
            yield Step(row.at_s, STRUCK, Way.MARK, text_of(f"{rule} strikes:", words), lane, lane, Look.FAULT)
        yield _reply(row, lane, call)


def _unheard_of(operations: list[OperationRow], reached: dict[str, list[str]], heard_of: set[str]) -> Iterator[Step]:
    """That a vendor which others of its kind reached has no request of an operation is what there is to see of it."""
    for operation in operations:
        for vendor in reached[operation.name] if operation.asks else ():
            if vendor not in heard_of:
                lane = Lane(VENDORS, one_line(vendor))
                yield Step(operation.finished_s, HEARD, Way.MARK, "nothing under its id in the books", lane, lane)


def _key(row: LedgerRow, keys: dict[str, str]) -> str:
    """By a letter: two keys often differ in their last characters only."""
    if not row.idempotency_key:
        return "" if row.route.startswith(("GET ", "HEAD ")) else "without a key"
    count = len(keys)
    return keys.setdefault(row.idempotency_key, f"key {ascii_uppercase[count] if count < 26 else count + 1}")


_ENDINGS: Final = {
    "close": "the connection ends",
    "reset": "the connection is reset",
    "hang": "the connection hangs",
    "left": "the caller had gone",
}


def _reply(row: LedgerRow, lane: Lane, call: str) -> Step:
    arrives = bool(row.status) and row.ending in {"", "complete"}
    waited_s = row.finished_s - row.at_s
    said = [
        f"{row.status}" if row.status else "no answer",
        "" if arrives else _ENDINGS.get(row.ending, row.ending),
        f"after {took(waited_s)}" if waited_s >= SHORT_S else "",
        f"{took(row.queued_s)} of it in a queue" if row.queued_s else "",
        "replayed" if row.replayed else "",
        f"Retry-After {row.retry_after_s:g} s" if row.retry_after_s is not None else "",
    ]
    text = text_of(", ".join(filter(None, said)))
    way, bad = (Way.ARROW, row.status >= 400) if arrives else (Way.LOST, True)
    return Step(row.finished_s, ANSWERED, way, text, lane, TARGET, Look.HOT if bad else Look.PLAIN, call)


def _delivered(rows: list[DeliveryRow]) -> Iterator[Step]:
    for row in sorted(rows, key=lambda row: (row.at_s, row.vendor, row.delivery, row.attempt)):
        lane, call = Lane(VENDORS, one_line(row.vendor)), f"{row.vendor} notice {row.delivery} {row.attempt}"
        forged = "with a forged or old signature" if row.is_forged else ""
        again = f"again ({row.attempt})" if row.attempt > 1 else ""
        yield Step(row.at_s, RECEIVED, Way.ARROW, text_of("tells", row.type, again, forged), lane, TARGET, call=call)
        way = Way.ARROW if row.status else Way.LOST
        # What is forged is to be refused, everything else to be taken.
        look = Look.PLAIN if (200 <= row.status < 300) != row.is_forged else Look.HOT
        last = "and it tries no more" if row.is_last and not 200 <= row.status < 300 else ""
        text = text_of(f"{row.status}" if row.status else "no answer", f"to {row.type}", last)
        yield Step(row.finished_s, ANSWERED, way, text, TARGET, lane, look, call)


def _said(each: Told) -> Step:
    way, end = (Way.ARROW, STORES) if each.to_stores else (Way.MARK, TARGET)
    return Step(each.at_s, SAID, way, text_of(each.text), TARGET, end, each.look)


def _letters(letters: list[LetterRow], said: list[Told], end_s: float) -> Iterator[Step]:
    """What the target shows at the end, unless it said as much when it happened."""
    set_aside, resolved = {each.sets_aside for each in said}, {each.resolves for each in said}
    for each in sorted(letters, key=lambda letter: letter.id):
        if each.id not in set_aside and each.first_attempt_at is not None:
            text = text_of(f"first tried what is set aside as {each.id}:", each.error_class, each.reason)
            yield Step(each.first_attempt_at, KEPT, Way.MARK, text, STORES, STORES, Look.WARM)
        if each.resolved_at is None:
            text = text_of(each.id, f"is {each.state} at the end")
            yield Step(end_s, KEPT, Way.MARK, text, STORES, STORES, Look.WARM)
        elif each.id not in resolved:
            yield Step(each.resolved_at, KEPT, Way.MARK, text_of(each.id, "is", each.state), STORES, STORES)


def _befell(marks: Iterable[Mark], began_s: float, ended_s: float) -> Iterator[Step]:
    for mark in marks:
        if mark.at_s is None or mark.at_s > ended_s or (mark.until_s or mark.at_s) < began_s:
            continue
        until = f", until {mark.until_s:.3f} s" if mark.until_s is not None else ""
        look = Look.PLAIN if mark.kind == "action" else Look.HOT
        yield Step(mark.at_s, BEFELL, Way.ACROSS, text_of(f"{mark.text}{until}"), look=look)
