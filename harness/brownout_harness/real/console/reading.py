"""What the console makes of what a simulator tells: rows as a page lists them, and how the vendor is doing."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from statistics import quantiles
from typing import Any, Final, NamedTuple

Row = dict[str, Any]

WINDOW_S: Final = 10.0
"""Rates and latencies are those of the last seconds."""
WINDOW_ROWS: Final = 20_000

_SHOWN: Final = (
    "entry", "seq", "vendor", "account", "operation_id", "route", "id", "request_id", "idempotency_key", "replayed",
    "status", "ending", "chunks", "received", "faults", "amount", "asked_delay_s", "queued_s", "retry_after_s",
)  # fmt: skip
_OF_CALLERS: Final = ("references", "fields")
"""Texts of whatever the caller wrote."""


def shown(row: Mapping[str, Any], wall_s: float, mask: Callable[[str], str]) -> Row:
    """A row of a ledger as a page lists it: instants in seconds since 1970, the time it took in seconds. `wall_s` is
    what makes the machine's monotonic instants such; `mask` hides credentials."""
    kept = {name: row[name] for name in _SHOWN if not _is_empty(row[name])}
    kept |= {name: mask(row[name]) for name in _OF_CALLERS if row[name]}
    return {**kept, "at": row["at_s"] + wall_s, "took_s": row["finished_s"] - row["at_s"]}


def _is_empty(value: Any) -> bool:
    """Whether nobody misses it; 0 says something, as a row's number or as the status of what was never answered."""
    return value is None or value is False or value in ("", [])


class _Seen(NamedTuple):
    finished_s: float
    took_s: float
    has_failed: bool


class Doing:
    """How one vendor is doing: its requests of the last seconds."""

    def __init__(self) -> None:
        self._seen: deque[_Seen] = deque(maxlen=WINDOW_ROWS)
        self._since_s = float("-inf")
        self._has_gap = False

    def skip(self) -> None:
        """Rows before the next ones are not known: figures are of what follows them."""
        self._seen.clear()
        self._has_gap = True

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows of its ledger, as the control API has them."""
        for row in rows:
            if row["entry"] == "request":
                failed = row["status"] == 0 or row["status"] >= 500 or row["status"] == 429
                if self._has_gap:
                    self._since_s, self._has_gap = row["finished_s"], False
                self._seen.append(_Seen(row["finished_s"], row["finished_s"] - row["at_s"], failed))

    def figures(self, now_s: float) -> dict[str, float | None]:
        """Requests a second, latencies in seconds, and the share that failed (no answer, 5xx, 429); None where there
        were none."""
        while self._seen and self._seen[0].finished_s < now_s - WINDOW_S:
            self._seen.popleft()
        seen = self._seen
        if not seen:
            return {"rate_per_s": 0.0, "p50_s": None, "p95_s": None, "failed_share": None}
        took = [each.took_s for each in seen]
        cuts = quantiles(took, n=20, method="inclusive") if len(took) > 1 else took * 19
        failed = sum(each.has_failed for each in seen)
        # Where the window overflows, or begins with a gap, what is known covers less time.
        since_s = seen[0].finished_s if len(seen) == WINDOW_ROWS else self._since_s
        return {
            "rate_per_s": len(seen) / max(min(WINDOW_S, now_s - since_s), 0.001),
            "p50_s": cuts[9],
            "p95_s": cuts[18],
            "failed_share": failed / len(seen),
        }
