"""The rows of an incident, read from a file, and the faults that they are when it is played again.

A row holds from its instant until the next one of its vendor and requests, or the end; those of one instant hold
together, and the first of them strikes first. One without errors and without latencies says that all is well.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from brownout_scenarios import spelling, units, yaml_tree
from brownout_scenarios.phases import Fault, Window
from brownout_scenarios.replay import Replay

ROWS_LIMIT: Final = 200
FIELDS: Final = ("at", "vendor", "match", "error_share", "how", "status", "p50", "p99")
HOW: Final = ("respond", "hang", "drop_before_effect", "drop_after_effect", "throttle")
"""What becomes of the share of requests that fails."""
_SHORTEST_S: Final = 1e-3


class TimelineError(ValueError):
    """What is wrong with an incident's file: `outage.csv:4: p50: …`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was so from one instant on."""

    line: int
    at_s: float
    """Since the first row."""
    vendor: str
    match: str = ""
    error_share: float = 0.0
    how: str = "respond"
    status: int = 503
    p50_s: float = 0.0
    p99_s: float = 0.0

    @property
    def of(self) -> tuple[str, str]:
        """Whom it is about."""
        return self.vendor, self.match

    def entries(self) -> Iterator[dict[str, Any]]:
        """The faults that it is, as a scenario writes them."""
        whom = {"vendor": self.vendor, **({"match": self.match} if self.match else {})}
        if self.p50_s:
            span = {"p50": units.duration(self.p50_s), "p99": units.duration(self.p99_s)}
            yield {**whom, "latency": {"lognormal": span}}
        if self.error_share:
            fields = {"status": self.status} if self.how == "respond" else {}
            yield {**whom, "share": self.error_share, self.how: fields}


def read(path: Path) -> list[Row]:
    """The rows of a file, in the order of their instants. Raises `TimelineError`."""
    text = _text_of(path)
    written = list(_of_csv(text) if path.suffix.lower() == ".csv" else _of_yaml(path.name, text))
    if not 1 <= len(written) <= ROWS_LIMIT:
        raise TimelineError(f"{path.name}: 1 to {ROWS_LIMIT} rows are an incident, got {len(written)}")
    made: list[Row] = []
    first: tuple[float, type] | None = None
    for line, cells in written:
        try:
            at = _instant(cells.get("at", ""))
            first = first or at
            made.append(_row(line, _after(at, first, made), cells))
        except ValueError as wrong:
            raise TimelineError(f"{path.name}:{line}: {wrong}") from None
    return made


def _text_of(path: Path) -> str:
    if path.exists() and not path.is_file():  # opening a pipe would wait for whoever writes to it
        raise TimelineError(f"{path.name}: is no file")
    try:
        with path.open("rb") as file:
            raw = file.read(yaml_tree.MAX_BYTES + 1)
        text = raw.decode("utf-8")
    except OSError as wrong:
        raise TimelineError(f"{path.name}: cannot be read: {wrong.strerror or wrong}") from None
    except UnicodeDecodeError:
        raise TimelineError(f"{path.name}: not UTF-8 text") from None
    if len(raw) > yaml_tree.MAX_BYTES:
        raise TimelineError(f"{path.name}: larger than {yaml_tree.MAX_BYTES // 1024} KiB; that is no incident")
    return text


def _after(at: tuple[float, type], first: tuple[float, type], before: Sequence[Row]) -> float:
    """Seconds since the first row."""
    if at[1] is not first[1]:
        raise ValueError("at: spans and dates, or dates with and without a zone: write all of them in one way")
    after_s = at[0] - first[0]
    if before and after_s < before[-1].at_s:
        raise ValueError("at: earlier than the row before it")
    return after_s


def _of_csv(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
    if not lines:
        return
    names = [name.strip() for name in next(csv.reader([lines[0][1]]))]
    for number, line in lines[1:]:
        cells = [cell.strip() for cell in next(csv.reader([line]))]
        cells += [""] * (len(names) - len(cells))
        surplus = {"a column without a name": cells[len(names)]} if len(cells) > len(names) else {}
        yield number, {**{name: cell for name, cell in zip(names, cells, strict=False) if cell}, **surplus}


def _of_yaml(name: str, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        tree = yaml_tree.parse(text)
    except yaml_tree.Unreadable as wrong:
        raise TimelineError(f"{name}:{wrong.problems[0].line}: {wrong.problems[0].text}") from None
    rows = tree.data if isinstance(tree.data, list) else [tree.data]
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise TimelineError(
                f"{name}:{tree.line((index,))}: a list of rows is needed, such as {{at: 0s, vendor: …}}"
            )
        yield tree.line((index,)), {key: value for key, value in row.items() if value is not None}


def _instant(value: Any) -> tuple[float, type]:
    """Seconds, and what it was written as: a span from the incident's start, or a date with or without a zone."""
    if isinstance(value, str) and "-" in value[1:]:
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"at: {units.shown(value)} is no date: write 2025-06-12T17:52:00Z") from None
        return at.replace(tzinfo=at.tzinfo or UTC).timestamp(), datetime if at.tzinfo else int
    return _of("at", units.parse_duration, value), float


def _of(name: str, parse: Callable[[object], float], value: Any) -> float:
    try:
        return parse(value)
    except ValueError as wrong:
        raise ValueError(f"{name}: {wrong}") from None


def _row(line: int, at_s: float, cells: Mapping[str, Any]) -> Row:
    for name in cells:
        if name not in FIELDS:
            raise ValueError(f"{name}: no such column{spelling.hint(str(name), FIELDS)}")
    row = Row(
        line=line,
        at_s=at_s,
        vendor=str(cells.get("vendor", "")),
        match=str(cells.get("match", "")),
        error_share=_of("error_share", units.parse_number, _plain(cells.get("error_share", 0))),
        how=str(cells.get("how", "respond")),
        status=int(_of("status", units.parse_number, _plain(cells.get("status", 503)))),
        p50_s=_of("p50", units.parse_duration, _plain(cells.get("p50", 0))),
        p99_s=_of("p99", units.parse_duration, _plain(cells.get("p99", 0))),
    )
    if not row.vendor:
        raise ValueError("vendor: is missing")
    if not 0 <= row.error_share <= 1:
        raise ValueError(f"error_share: {row.error_share:g} is outside 0 to 1: write 0.4 or 40%")
    if row.how not in HOW:
        raise ValueError(f"how: {units.shown(row.how)} is none of {', '.join(HOW)}")
    if bool(row.p50_s) != bool(row.p99_s):
        raise ValueError("p50 and p99 go together: a latency is drawn from both")
    return row


def _plain(cell: Any) -> Any:
    """A number as CSV has it, which knows texts only."""
    try:
        return float(cell) if isinstance(cell, str) else cell
    except ValueError:
        return cell


def faults(
    rows: Sequence[Row], replay: Replay, for_s: float, read_fault: Callable[[Mapping[str, Any]], Fault]
) -> list[Fault]:
    """What is to go wrong in a phase that is `for_s` long. Raises `TimelineError`."""
    name = Path(replay.file).name
    end_s = rows[-1].at_s if replay.to_s is None else replay.to_s
    if replay.to_s is None and any(rows[-1].entries()):
        raise TimelineError(f"{name}: its last row is no end: add one without errors and latencies, or say `to`")
    lasts_s = (end_s - replay.from_s) / replay.speed
    if lasts_s > for_s + _SHORTEST_S:
        speed = (end_s - replay.from_s) / for_s
        raise TimelineError(
            f"{name}: lasts {units.duration(round(lasts_s, 3))} at this speed, and the phase {units.duration(for_s)}: "
            f"write `speed: {speed:.3g}` or more, or `to`"
        )
    made: list[Fault] = []
    for number, row in enumerate(rows):
        after = (later.at_s for later in rows[number + 1 :] if later.of == row.of and later.at_s > row.at_s)
        until_s = next(after, end_s)
        begins_s = max(0.0, row.at_s - replay.from_s) / replay.speed
        ends_s = (min(until_s, end_s) - replay.from_s) / replay.speed
        if ends_s - begins_s < _SHORTEST_S:
            continue
        for entry in row.entries():
            try:
                fault = read_fault(entry)
            except ValueError as wrong:
                raise TimelineError(f"{name}:{row.line}: {wrong}") from None
            made.append(
                replace(fault, window=Window(start_s=begins_s, end_s=ends_s), expect_struck=replay.expect_struck)
            )
    if not made:
        raise TimelineError(f"{name}: nothing goes wrong in it between `from` and `to`")
    return made


def vendors_in(rows: Iterable[Row]) -> tuple[str, ...]:
    """Each once, in the order of the rows."""
    return tuple(dict.fromkeys(row.vendor for row in rows))
