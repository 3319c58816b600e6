"""Spans that somebody measured, from a file: lines of seconds, a column of a table, a browser's HAR, a recording.

What a file is, its content says, not its name. Its unit is never guessed: a column's name ends in it, or it is said.
"""

import csv
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from stat import S_ISREG
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from brownout_simulators.faults.fault import FaultError, require
from brownout_simulators.spelling import nearest, shown

FILE_LIMIT: Final = 8 * 1024 * 1024
KEPT: Final = 10_000
"""Values of a table or a HAR; of more, so many that are evenly spaced, the smallest and the largest among them."""

Unit = Literal["s", "ms", "us"]
_SECONDS: Final[Mapping[str, float]] = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
_LONG: Final = {"seconds": "s", "sec": "s", "milliseconds": "ms", "millis": "ms", "microseconds": "us", "micros": "us"}
_ENDING: Final = re.compile(rf"(?:^|[^a-z0-9])({'|'.join([*_SECONDS, *_LONG])})\W*$", re.IGNORECASE)
_PARQUET: Final = b"PAR1"


def read_measurements(path: str, *, column: str = "", unit: Unit | None = None, host: str = "") -> tuple[float, ...]:
    """Seconds. `column` of a table; `unit` where the column's name does not end in it; `host` of a HAR of several.

    Raises `FaultError`, also for what is no file: a pipe or a device would never end, or never begin.
    """
    where = f"latency.empirical.file: {path}"
    content = content_of(path, "latency.empirical.file")
    if content.startswith(_PARQUET):
        cells = _of_parquet(where, path, column)
        return _thinned(_spans(where, cells, _factor(where, column, unit)))
    text = content.decode("utf-8-sig", "replace")
    if text.lstrip().startswith("{"):
        require(not column and unit is None, f"{where}: a HAR has neither column nor unit: it is in milliseconds")
        return _thinned(_spans(where, _of_har(where, text, host), 1e-3))
    require(not host, f"{where}: host is for a HAR")
    if column:
        cells = [*_of_table(where, text, column)]
        return _thinned(_spans(where, cells, _factor(where, column, unit)))
    return _of_lines(where, text, _SECONDS[unit or "s"])


def kept_form(path: str, *, column: str = "", host: str = "") -> str:
    """A text in place of the file from which the same is read: nothing but what was measured is kept with a run.

    Raises `FaultError`.
    """
    where = f"latency.empirical.file: {path}"
    content = content_of(path, "latency.empirical.file")
    if content.startswith(_PARQUET):
        return "\n".join([column, *(repr(value) for _, value in _of_parquet(where, path, column)), ""])
    text = content.decode("utf-8-sig", "replace")
    if not text.lstrip().startswith("{"):
        return text
    entries = [
        {"request": {"url": f"https://{host or 'host'}/"}, "timings": {"wait": value}}
        for _, value in _of_har(where, text, host)
    ]
    return json.dumps({"log": {"entries": entries}}, indent=0)


def content_of(path: str, key: str) -> bytes:
    """All of a file. Raises `FaultError`, whose message begins with the key under which it was named."""
    where = f"{key}: {path}"
    require("\0" not in path, f"{key}: no name of a file, got {shown(path)}")
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            require(S_ISREG(os.fstat(file.fileno()).st_mode), f"{where}: not a regular file")
            content = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise FaultError(f"{where}: {error.strerror}") from None
    require(len(content) <= FILE_LIMIT, f"{where}: more than {FILE_LIMIT} bytes")
    return content


def _without_waiting(path: str, flags: int) -> int:
    """Opening a pipe would wait for whoever writes to it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _of_lines(where: str, text: str, factor: float) -> tuple[float, ...]:
    values = []
    for number, line in enumerate(text.splitlines(), 1):
        said = line.partition("#")[0].strip()
        try:
            values += [float(said) * factor] if said else []
        except ValueError:
            raise FaultError(f"{where}:{number}: a number of seconds is needed") from None
    require(bool(values), f"{where}: no value in it")
    return tuple(values)


Placed = Iterable[tuple[int, Any]]
"""Each value with its line, or its entry's number, from 1."""


def _of_table(where: str, text: str, column: str) -> Iterator[tuple[int, Any]]:
    """Cells of a column; an empty one was not measured."""
    head = text.partition("\n")[0]
    rows = csv.reader(StringIO(text), delimiter=max(",;\t", key=head.count))
    names = [name.strip() for name in next(rows, [])]
    at = _place_of(where, column, names)
    for row in rows:
        if len(row) > at and row[at].strip():
            yield rows.line_num, row[at].strip()


def _place_of(where: str, column: str, names: list[str]) -> int:
    if column not in names:
        near = nearest(column, names)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(map(shown, names[:20]))}"
        raise FaultError(f"{where}: no column is called {shown(column)}; {hint}")
    return names.index(column)


def _of_parquet(where: str, path: str, column: str) -> list[tuple[int, Any]]:
    if find_spec("polars") is None:
        raise FaultError(f"{where}: Parquet needs pip install 'brownout[run]'")
    polars: Any = import_module("polars")  # by name: the bare package does without
    try:
        names = list(polars.read_parquet_schema(path))
        require(bool(column), f"{where}: which column? there are {', '.join(map(shown, names[:20]))}")
        _place_of(where, column, names)
        cells = polars.read_parquet(path, columns=[column])[column].to_list()
    except polars.exceptions.PolarsError as error:
        raise FaultError(f"{where}: {str(error).splitlines()[0]}") from None
    return [(number, cell) for number, cell in enumerate(cells, 1) if cell is not None]


def _of_har(where: str, text: str, host: str) -> Placed:
    """What each answer took to begin, in milliseconds."""
    try:
        entries = json.loads(text)["log"]["entries"]
        told = [(urlsplit(one["request"]["url"]).hostname or "", one["timings"]["wait"]) for one in entries]
    except (ValueError, KeyError, TypeError):
        raise FaultError(f"{where}: neither a HAR (log.entries with request.url and timings.wait) nor lines") from None
    hosts = list(dict.fromkeys(name for name, _ in told))
    if not host and len(hosts) > 1:
        raise FaultError(f"{where}: of {len(hosts)} hosts: say which with host:, such as {hosts[0]}")
    there = ", ".join(map(shown, hosts[:5])) or "nothing"
    require(not host or host in hosts, f"{where}: nothing of {host} in it; there is {there}")
    # Below 0 says that there was no such wait.
    return [
        (number, wait)
        for number, (name, wait) in enumerate(told, 1)
        if (not host or name == host) and not (isinstance(wait, int | float) and wait < 0)
    ]


def _factor(where: str, column: str, unit: Unit | None) -> float:
    found = _ENDING.search(column)
    named = None if found is None else _LONG.get(found[1].lower(), found[1].lower())
    if unit is None and named is None:
        raise FaultError(f"{where}: {shown(column)} in what? write unit: s, ms or us beside it")
    if unit is not None and named is not None and unit != named:
        raise FaultError(f"{where}: {shown(column)} says {named}, and unit says {unit}")
    return _SECONDS[unit or named or "s"]


def _spans(where: str, placed: Placed, factor: float) -> list[float]:
    values = []
    for number, said in placed:
        try:
            value = float(said) * factor
        except (TypeError, ValueError):
            raise FaultError(f"{where}:{number}: a number is needed, got {shown(said)}") from None
        require(0 <= value < float("inf"), f"{where}:{number}: a span of at least 0, got {shown(said)}")
        values.append(value)
    require(bool(values), f"{where}: no value in it")
    return values


def _thinned(values: list[float]) -> tuple[float, ...]:
    if len(values) <= KEPT:
        return tuple(values)
    values.sort()
    return tuple(values[round(place * (len(values) - 1) / (KEPT - 1))] for place in range(KEPT))
