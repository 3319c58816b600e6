"""What is new, as server-sent events: `hello`, then `state`, `rows`, `run` as they come, and `beat` in between."""

import json
from collections.abc import Iterator
from typing import Any, Final

from brownout_harness.real.console.answers import Desk

FIRST_ROWS: Final = 500
"""What a page gets that was not here before: the newest."""
ROWS_AT_ONCE: Final = 500
BEAT_EVERY_S: Final = 1.0


def stream(desk: Desk, start: str, last_id: str) -> Iterator[bytes]:
    """Until the console ends. `start` names this start of the console, `last_id` the last event that the page has: it
    goes on from there, and is told of the rows that it missed."""
    watch, run = desk.watch, desk.run
    place, is_back = _place(start, last_id, watch.newest)
    version, run_version = 0, -1  # before the first look there is nothing to tell of the vendors
    yield _event("hello", {"start": start, "is_back": is_back, "is_run": run is not None})
    with watch.listening():
        while not watch.is_over:
            update = watch.wait(version, place, ROWS_AT_ONCE, BEAT_EVERY_S)
            if run is not None and run.version != run_version:
                run_version = run.version
                yield _event("run", run.as_json())
            if update is None:
                yield _event("beat", {"age_s": watch.age_s})
                continue
            version, place = update.version, update.rows.next
            if update.state is not None:
                yield _event("state", {"vendors": update.state, "age_s": watch.age_s})
            if update.rows.items or update.rows.missed:
                rows = {"rows": update.rows.items, "missed": update.rows.missed}
                yield _event("rows", rows, id=f"{start}-{place}")


def _place(start: str, last_id: str, newest: int) -> tuple[int, bool]:
    """Where among the rows a page goes on, and whether it has those before."""
    before, _, number = last_id.rpartition("-")
    if before == start and number.isdecimal() and len(number) <= 15 and int(number) <= newest:
        return int(number), True
    return max(0, newest - FIRST_ROWS), False


def _event(name: str, data: Any, *, id: str = "") -> bytes:  # noqa: A002  the format's word
    head = f"id: {id}\n" if id else ""
    return f"{head}event: {name}\ndata: {json.dumps(data)}\n\n".encode()
