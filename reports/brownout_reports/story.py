"""A run as text, for whoever looks for a cause: the whole of it in short, or one operation from beginning to end.

The story of an operation is told on one clock by everybody who saw it: the driver that asked, the target (its
telemetry), the vendors (their ledgers: requests, faults that struck, effects) and the dead letters. Nothing in a line
breaks it, or moves a terminal's cursor: a run folder may be anybody's.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import polars as pl

from brownout_reports.fields import StateSeen
from brownout_reports.noteworthy import cases, slowest
from brownout_reports.printable import one_line
from brownout_reports.rows import REQUEST, DeliveryRow, EventRow, LedgerRow, LetterRow, OperationRow
from brownout_reports.run_folder import RunFolder
from brownout_reports.spans import FaultSpan
from brownout_reports.tables import Rows

DRIVER: Final = "driver"
TARGET: Final = "target"
LETTER: Final = "dead letter"
SHOWN_IDS: Final = 10
SHOWN_SLOW: Final = 3


class UnknownOperation(ValueError):
    """Nobody in the run has seen such an operation; the message names some that there are."""


class Moment(NamedTuple):
    """One line of a story. They sort as they happened; of one instant, as from the driver to the vendor and back."""

    at_s: float
    depth: int
    seen_by: str
    what: str


def overview(run: RunFolder) -> Iterator[str]:
    """The verdict, what was judged, and the operations to look at, line by line."""
    verdict = run.verdict
    yield f"{verdict.verdict} {verdict.scenario} ({verdict.mode}, seed {verdict.seed}, {verdict.duration_s:.1f} s)"
    yield from (f"inconclusive: {one_line(reason)}" for reason in verdict.reasons)
    width = max((len(one_line(each.title)) for each in verdict.expectations), default=0)
    for each in verdict.expectations:
        yield f"{each.status:<12}  {one_line(each.title):<{width}}  {one_line(each.observed)}"
    for mark in verdict.marks:
        if mark.kind == "gap" and mark.at_s is not None and mark.until_s is not None:
            yield f"fell short    {one_line(mark.text)}, from {mark.at_s:.3f} s to {mark.until_s:.3f} s"
    yield from _to_look_at(run)


def _to_look_at(run: RunFolder) -> Iterator[str]:
    told = cases(run)[:SHOWN_IDS]
    named = {each.operation_id for each in told}
    told += [each for each in slowest(run, SHOWN_SLOW) if each.operation_id not in named]
    if told:
        yield ""
        yield "operations to look at:"
    width = max((len(one_line(each.operation_id)) for each in told), default=0)
    for operation_id, why in told:
        yield f"  {one_line(operation_id):<{width}}  {one_line(why)}"


def story(run: RunFolder, operation_id: str) -> Iterator[str]:
    """Everything that is known of one operation, in the order in which it happened; in seconds since the start.

    Raises:
        UnknownOperation: nothing is known of it.
    """
    moments = sorted(_moments(run, operation_id))
    if not moments:
        raise UnknownOperation(_unknown(run, operation_id))
    seen_by = max(len(each.seen_by) for each in moments)
    at = max(len(f"{each.at_s:.3f}") for each in moments)
    yield f"{one_line(operation_id)} in {run.verdict.scenario} ({run.verdict.mode}, seed {run.verdict.seed})"
    for each in moments:
        yield f"{each.at_s:>{at}.3f} s  {each.seen_by:<{seen_by}}  {each.what}"


def _unknown(run: RunFolder, operation_id: str) -> str:
    ids = run.tables.of(OperationRow).values(pl.col("operation_id")).head(3).to_list()
    some = f"there are {', '.join(map(one_line, ids))}, …" if ids else "the run has none"
    return f"nobody saw an operation {one_line(operation_id)[:80]}: {some}"


def _moments(run: RunFolder, operation_id: str) -> Iterator[Moment]:
    def of(record: Any) -> Rows[Any]:
        return run.tables.of(record).where(pl.col("operation_id") == operation_id)

    faults = {fault.id: fault for fault in run.verdict.faults}
    for operation in of(OperationRow):
        yield from _of_driver(operation)
    for event in of(EventRow):
        yield Moment(event.at_s, 2, one_line(event.process) or TARGET, _line(event.kind, *_of_event(event)))
    for row in of(LedgerRow):
        yield from _of_vendor(row, faults)
    for delivery in of(DeliveryRow):
        yield from _of_delivery(delivery)
    for letter in of(LetterRow):
        yield from _of_letter(letter, run.verdict.duration_s)


def _line(*parts: str) -> str:
    return one_line(" ".join(filter(None, parts)))


def _of_driver(each: OperationRow) -> Iterator[Moment]:
    yield Moment(each.intended_s, 0, DRIVER, _line("wants", each.name, f"({each.group})" if each.group else ""))
    if not each.asks:
        yield Moment(each.sent_s, 1, DRIVER, _line("never asks:", each.detail))
        return
    whom = [*(each.replicas or [each.asked_of]), *[""] * each.asks]
    yield Moment(each.sent_s, 1, DRIVER, _line("asks", whom[0]))
    for number, at_s in enumerate(instants_in(each.again_at), 2):
        asked = whom[number - 1] if number <= len(whom) else ""
        yield Moment(at_s, 1, DRIVER, _line("asks", asked, f"again ({number} of {each.asks})"))
    status = f"({each.status})" if each.status else "(no answer)"
    yield Moment(each.finished_s, 9, DRIVER, _line("is told:", each.outcome, status, each.detail))
    for seen in states_of(each):
        yield Moment(seen.at_s, 9, DRIVER, _line("looks:", seen.state, f"({seen.means})"))


def states_of(each: OperationRow) -> Sequence[StateSeen]:
    """The states in which it was seen; none where nobody can read them."""
    try:
        return [StateSeen(float(seen.at_s), str(seen.state), str(seen.means)) for seen in each.states_seen]
    except (ValueError, TypeError):
        return []


def instants_in(text: str) -> list[float]:
    """What of a JSON array is an instant."""
    try:
        said = json.loads(text or "[]")
    except ValueError:
        return []
    return [float(at_s) for at_s in said if isinstance(at_s, float | int)] if isinstance(said, list) else []


def _of_event(event: EventRow) -> Iterator[str]:
    yield event.vendor
    yield event.call
    yield f"attempt {event.attempt}" if event.attempt else ""
    yield event.outcome
    yield f"after {event.duration_s:.3f} s" if event.duration_s else ""
    yield f"({event.detail})" if event.detail else ""


def _of_vendor(row: LedgerRow, faults: Mapping[str, FaultSpan]) -> Iterator[Moment]:
    if row.entry != REQUEST:
        amount = f"amount {row.amount}" if row.amount else ""
        yield Moment(row.at_s, 5, row.vendor, _line("EFFECT", row.kind, row.id, amount, _by(row)))
        return
    key = f"key {row.idempotency_key}" if row.idempotency_key else "without a key"
    yield Moment(row.at_s, 3, row.vendor, _line("gets", row.route, f"[{row.id}]", key))
    for rule in row.faults:
        fault = faults.get(rule)
        who, text = (fault.link or row.vendor, fault.text) if fault is not None else (row.vendor, "")
        yield Moment(row.at_s, 4, one_line(who), _line("FAULT", rule, text))
    answer = f"answers {row.status}" if row.status else "sends nothing"
    again = "replayed" if row.replayed else ""
    wait = f"Retry-After {row.retry_after_s:g} s" if row.retry_after_s is not None else ""
    ending = f"({row.ending})" if row.ending not in {"", "complete"} else ""
    yield Moment(row.finished_s, 6, row.vendor, _line(answer, f"[{row.id}]", again, wait, ending))


def _of_delivery(row: DeliveryRow) -> Iterator[Moment]:
    forged = "with a forged or old signature" if row.is_forged else ""
    yield Moment(row.at_s, 3, row.vendor, _line("NOTICE", row.type, f"attempt {row.attempt}", forged))
    answer = str(row.status) if row.status else "nothing"
    last = "and tries no more" if row.is_last else ""
    yield Moment(row.finished_s, 6, row.vendor, _line("is answered", answer, f"to {row.type}", last))


def _by(row: LedgerRow) -> str:
    return f"by [{row.request_id}]" if row.request_id else ""


def _of_letter(letter: LetterRow, end_s: float) -> Iterator[Moment]:
    at_s = letter.first_attempt_at
    why = _line(letter.error_class, letter.reason)
    yield Moment(0.0 if at_s is None else at_s, 7, LETTER, _line(letter.id, "of", letter.flow, "first tried;", why))
    if letter.last_attempt_at is not None and letter.last_attempt_at != at_s:
        yield Moment(
            letter.last_attempt_at, 7, LETTER, _line(letter.id, f"last tried, {_times(letter.attempts)} in all")
        )
    if letter.resolved_at is not None:
        yield Moment(letter.resolved_at, 8, LETTER, _line(letter.id, "is", letter.state, letter.outcome))
    else:
        yield Moment(end_s, 8, LETTER, _line(letter.id, "is", letter.state, "at the end"))


def _times(count: int) -> str:
    return f"{count} {'time' if count == 1 else 'times'}"
