"""What the target tells of its policies, binned: retries, rejections, idempotency, and what its breakers judged by.

A claim, not the truth: the truth is in the vendors' ledgers. All instants are seconds since the run's start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl

from brownout_reports.rows import EventRow
from brownout_reports.run_folder import Settings
from brownout_reports.series import BREAKER_TRANSITION, Band, Floats, of_process, processes_of
from brownout_reports.tables import Rows

MAX_LINES: Final = 8
"""Of one panel; a target may name as many policies as it likes."""
MOST_STRETCHES: Final = 1_000
"""Of one breaker; what comes later is not drawn, and its panel says so."""
MOST_S: Final = 1e6
AS_USUAL: Final = "claimed"
"""The outcome of every operation's first claim: it tells nothing."""

KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "policies": {
        "retry_scheduled": "retries scheduled",
        "retry_suppressed": "retries suppressed",
        "call_rejected": "rejected by {}",
    },
    "idempotency": {"idempotency": "{}"},
}
"""By panel: the kinds of events that it shows, and how a line of each is called, by its outcome."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one vendor's breaker judged by while it was closed, at some instants; NaN where it did not judge.

    Its window moves by slices of its own process's clock. Where that clock does not begin with the run, in real mode,
    the window here may be up to one slice longer or shorter.
    """

    at_s: Floats
    failing: Floats
    """The share of the attempts in the sampling window that failed."""
    slow: Floats
    """The share that was slow; all NaN where no call counts as slow."""
    failure_ratio: float
    slow_call_ratio: float | None


def rates(events: Rows[EventRow], panel: str, edges_s: Floats) -> dict[str, Floats]:
    """Events per second by what they are called in that panel, the most frequent ones."""
    width_s = float(edges_s[1] - edges_s[0])
    words = KINDS[panel]
    binned = (
        events.frame.filter(pl.col("kind").is_in(list(words)), pl.col("outcome") != AS_USUAL)
        .group_by(
            pl.col("kind"),
            outcome=pl.when(pl.col("kind").is_in([kind for kind in words if "{}" in words[kind]]))
            .then("outcome")
            .otherwise(pl.lit("")),
            place=(pl.col("at_s") / width_s).floor().cast(pl.Int64, strict=False),
        )
        .agg(count=pl.len())
        .filter(pl.col("place").is_between(0, len(edges_s) - 2))
        .collect(engine="streaming")
    )
    often = binned.group_by("kind", "outcome").agg(pl.col("count").sum()).sort("count", "kind", "outcome")
    found = {}
    for kind, outcome, _ in sorted(often.tail(MAX_LINES).rows()):
        some = binned.filter(pl.col("kind") == kind, pl.col("outcome") == outcome)
        per_s = np.zeros(len(edges_s) - 1)
        per_s[some["place"].to_numpy()] = some["count"].to_numpy() / width_s
        found[words[kind].format(outcome.replace("_", " "))] = per_s
    return found


def judged(
    events: Rows[EventRow], settings: Settings | None, bands: Mapping[str, tuple[Band, ...]], edges_s: Floats
) -> dict[str, Judged]:
    """By vendor, and by process where there are several, where any attempt failed or was slow."""
    found = {}
    for vendor, policies in (settings.policies if settings else {}).items():
        rule = _rule_of(policies.get("breaker"))
        if settings is None or rule is None:
            continue
        for process in processes_of(events):
            name = of_process(vendor, process)
            stretches = bands.get(name, bands.get(vendor))
            if stretches is None:
                continue
            own = events.where(pl.col("process") == process)
            attempts = _samples(own, vendor, rule, settings.failures)
            told = _judged(attempts, rule, max(1, settings.window_slices), stretches, edges_s)
            if np.nansum(told.failing) or np.nansum(told.slow):
                found[name] = told
    return found


class _Rule(NamedTuple):
    """What a breaker opens on. The names are those of its settings."""

    failure_ratio: float
    minimum_calls: float
    sampling_window_s: float
    slow_call_s: float | None
    slow_call_ratio: float


def _rule_of(breaker: Mapping[str, Any] | None) -> _Rule | None:
    """None where it is switched off, or where somebody else's folder says what no breaker can be set to."""
    said = {name: (breaker or {}).get(name) for name in _Rule._fields}
    needed = [said[name] for name in _Rule._fields if name != "slow_call_s" or said[name] is not None]
    if not all(isinstance(value, int | float) and 0 < value < MOST_S for value in needed):
        return None
    return _Rule(**said)  # type: ignore[arg-type]


def _samples(events: Rows[EventRow], vendor: str, rule: _Rule, failures: tuple[str, ...]) -> pl.DataFrame:
    """The attempts that count: when each ended, whether it failed, whether it was slow."""
    outcome, slow_s = pl.col("outcome"), rule.slow_call_s
    counts = (pl.col("kind") == "attempt_finished") & (pl.col("vendor") == vendor) & outcome.is_in(["ok", *failures])
    slow = pl.lit(value=False) if slow_s is None else pl.col("duration_s") >= slow_s
    attempts = events.frame.filter(counts).select("at_s", failed=outcome != "ok", slow=slow)
    return attempts.sort("at_s").collect(engine="streaming")


def _judged(attempts: pl.DataFrame, rule: _Rule, slices: int, bands: tuple[Band, ...], edges_s: Floats) -> Judged:
    closed = [band for band in bands if band.state == "closed"][:MOST_STRETCHES]
    starts_s, ends_s = (np.array([getattr(band, name) for band in closed]) for name in ("start_s", "end_s"))
    # The instants at which it opened show what it opened on; between bins it would be missed.
    at_s = np.unique(np.concatenate([edges_s, ends_s]))
    place = np.searchsorted(starts_s, at_s, "right") - 1
    is_closed = (place >= 0) & (at_s <= ends_s[place]) if closed else np.zeros(len(at_s), dtype=bool)
    since_s = np.where(is_closed, starts_s[place], np.inf) if closed else np.full(len(at_s), np.inf)
    instants = attempts["at_s"].to_numpy()
    slice_s = rule.sampling_window_s / slices
    high = np.searchsorted(instants, at_s, "right")
    # The window moves when a sample comes, not by itself.
    newest_s = np.concatenate([[0.0], instants])[high]
    # Its slices are counted from the first sample since the breaker closed.
    first_s = np.concatenate([instants, [np.inf]])[np.searchsorted(instants, since_s, "left")]
    first_s = np.minimum(first_s, newest_s)
    oldest_s = first_s + (np.floor((newest_s - first_s) / slice_s) - (slices - 1)) * slice_s
    low = np.searchsorted(instants, np.maximum(oldest_s, since_s), "left")
    calls = np.maximum(high - low, 0)
    enough = (calls >= rule.minimum_calls) & is_closed

    def share(column: str) -> Floats:
        counts = np.concatenate([[0.0], np.cumsum(attempts[column].to_numpy())])
        return np.where(enough, (counts[high] - counts[np.minimum(low, high)]) / np.maximum(calls, 1), np.nan)

    return Judged(
        at_s=at_s,
        failing=share("failed"),
        slow=np.full(len(at_s), np.nan) if rule.slow_call_s is None else share("slow"),
        failure_ratio=rule.failure_ratio,
        slow_call_ratio=None if rule.slow_call_s is None else rule.slow_call_ratio,
    )


def transitions(events: Rows[EventRow]) -> Rows[EventRow]:
    """What every breaker did, and why, in order."""
    return events.where(pl.col("kind") == BREAKER_TRANSITION).sorted("at_s")
