"""From a run's tables to what the figure draws: a pure function, so charts are tested without a run.

All instants are seconds since the run's start; all bins are half-open, `[k * width, (k + 1) * width)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import merge
from itertools import pairwise
from operator import itemgetter
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from brownout_reports.palette import VendorLook, looks_of
from brownout_reports.rows import REQUEST, EventRow, LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import RunFolder
from brownout_reports.tables import Rows

Floats = npt.NDArray[np.float64]

# Widths that a reader can count in; the first that gives at most MAX_BINS bins is taken.
WIDTHS_S: Final = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
MAX_BINS: Final = 160
# Fewer operations than this in a bin, and its height is mostly chance.
MEAN_PER_BIN: Final = 10

# So many operations have a latency panel each; of more, all have one together.
MAX_NAMES: Final = 4
ALL_OPERATIONS: Final = "all operations"

MOST_PROCESSES: Final = 8

BREAKER_TRANSITION: Final = "breaker_transition"
STARTED: Final = "started"


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of time that a vendor's breaker spent in one state."""

    state: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class VendorLoad:
    """What reached one vendor, per second."""

    requests_per_s: Floats
    operations_per_s: Floats
    """Operations whose first request reached the vendor in the bin."""


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Latencies by the bin of the intended start, in seconds; NaN where nothing of the kind was asked."""

    p50_s: Floats
    p99_s: Floats


@dataclass(frozen=True, slots=True)
class Series:
    """Everything that the figure draws, on one time axis."""

    width_s: float
    edges_s: Floats
    """Left edges; one more than there are bins."""
    offered_per_s: Floats
    achieved_per_s: Floats
    goodput_per_s: Floats
    latency: Mapping[str, Mapping[str, Quantiles]]
    """By operation and outcome: an answer that comes at once, because it is a refusal, is no fast operation."""
    bands: Mapping[str, tuple[Band, ...]]
    """By vendor; where several processes tell of it differently, `stripe.0` and `stripe.1`."""
    vendors: Mapping[str, VendorLoad]
    looks: Mapping[str, VendorLook]
    """Of every vendor that the run knows."""


def end_of(run: RunFolder) -> float:
    """Where its time axis ends."""
    return max(1.0, run.verdict.duration_s, *(phase.end_s for phase in run.verdict.phases))


def edges_of(run: RunFolder) -> Floats:
    """The left edges of the bins that are right for it, and the end of the last."""
    end_s = end_of(run)
    count = run.tables.of(OperationRow).count(pl.col("asked_of") == "")
    width_s = bin_width_s(end_s, count)
    return np.arange(0.0, end_s + width_s, width_s)


def series_of(run: RunFolder, edges_s: Floats | None = None) -> Series:
    """Bin a run's tables, by these edges where several share an axis. An empty table gives zeros, not an error."""
    end_s = end_of(run)
    if edges_s is None:
        edges_s = edges_of(run)
    # Of a large run only what is drawn is read.
    operations = (
        run.tables.of(OperationRow)
        .frame.filter(pl.col("asked_of") == "")
        .select("name", "intended_s", "sent_s", "finished_s", "outcome", "asks")
        .collect()
    )
    ledger = run.tables.of(LedgerRow).frame
    requests = ledger.filter(pl.col("entry") == REQUEST).select("vendor", "operation_id", "at_s").collect()
    sent = operations.filter(pl.col("asks") > 0)
    done = operations.filter(pl.col("outcome") == Outcome.DONE)
    return Series(
        width_s=float(edges_s[1] - edges_s[0]),
        edges_s=edges_s,
        offered_per_s=_per_second(operations["intended_s"], edges_s),
        achieved_per_s=_per_second(sent["sent_s"], edges_s),
        goodput_per_s=_per_second(done["finished_s"], edges_s),
        latency=_latency(sent, edges_s),
        bands=_bands(run.tables.of(EventRow), requests["vendor"].unique().to_list(), end_s),
        vendors={
            str(name): _vendor_load(requests.filter(pl.col("vendor") == name), edges_s)
            for name in sorted(requests["vendor"].unique().to_list())
        },
        looks=vendor_looks(run),
    )


def vendor_looks(run: RunFolder) -> Mapping[str, VendorLook]:
    """How the vendors of a run are drawn, the same in each of its pictures."""
    seen = run.tables.of(LedgerRow).frame.select(pl.col("vendor").unique()).collect()["vendor"]
    told = [each.vendor for each in run.verdict.vendor_metrics]
    return looks_of([*seen, *told, *(each.whose for each in run.verdict.faults)])


def bin_width_s(duration_s: float, operations: int) -> float:
    """The narrowest readable bin: at most `MAX_BINS` of them, with `MEAN_PER_BIN` operations on average.

    Of a run with few operations ten bins are left: a figure of one bar shows nothing.
    """
    most = min(MAX_BINS, max(10, operations // MEAN_PER_BIN))
    return next((width for width in WIDTHS_S if duration_s / width <= most), duration_s / most)


def _per_second(instants: pl.Series, edges_s: Floats) -> Floats:
    counts, _ = np.histogram(instants.to_numpy(), bins=edges_s)
    return counts / np.diff(edges_s)


def _latency(operations: pl.DataFrame, edges_s: Floats) -> dict[str, dict[str, Quantiles]]:
    bins = len(edges_s) - 1
    place = np.digitize(operations["intended_s"].to_numpy(), edges_s) - 1
    took_s = pl.col("finished_s") - pl.col("intended_s")
    names = operations["name"].unique().sort().to_list()
    told = operations.with_columns(
        place=pl.Series(place, dtype=pl.Int64),
        name=pl.col("name") if len(names) <= MAX_NAMES else pl.lit(ALL_OPERATIONS),
    ).filter(pl.col("place").is_between(0, bins - 1))
    binned = told.group_by("name", "outcome", "place").agg(
        p50_s=took_s.quantile(0.5, "linear"), p99_s=took_s.quantile(0.99, "linear")
    )
    found: dict[str, dict[str, Quantiles]] = {}
    for (name, outcome), some in sorted(binned.partition_by("name", "outcome", as_dict=True).items()):
        lines = Quantiles(np.full(bins, np.nan), np.full(bins, np.nan))
        lines.p50_s[some["place"].to_numpy()] = some["p50_s"].to_numpy()
        lines.p99_s[some["place"].to_numpy()] = some["p99_s"].to_numpy()
        found.setdefault(str(name), {})[str(outcome)] = lines
    return found


def _bands(events: Rows[EventRow], vendors: list[str], end_s: float) -> dict[str, tuple[Band, ...]]:
    """A breaker starts closed, with the process that it is in: one that is started again forgets. A vendor without a
    transition has closed bands only; without telemetry, none at all."""
    if not events:
        return {}
    steps = events.where(pl.col("kind").is_in([BREAKER_TRANSITION, STARTED])).frame.collect()
    steps = steps.sort("at_s", maintain_order=True)
    moves = steps.filter(pl.col("kind") == BREAKER_TRANSITION)
    names = sorted({*vendors, *moves["vendor"].unique().to_list()})
    processes = processes_of(events)
    bands: dict[str, tuple[Band, ...]] = {}
    for name in names:
        own = {
            process: _bands_of(
                moves.filter(pl.col("vendor") == name, pl.col("process") == process),
                steps.filter(pl.col("kind") == STARTED, pl.col("process") == process)["at_s"].to_list(),
                end_s,
            )
            for process in processes
        }
        if len(set(own.values())) == 1:
            bands[name] = own[processes[0]]
        else:
            bands |= {of_process(name, process): each for process, each in own.items()}
    return bands


def processes_of(events: Rows[EventRow]) -> list[str]:
    """The names of those who tell, so many as a target has; one that is empty where there is one."""
    names: list[str] = events.values(pl.col("process").unique()).head(MOST_PROCESSES).to_list()
    return names


def of_process(vendor: str, process: str) -> str:
    """A breaker in one of several processes, in short: `stripe.1` of `gateway.1`."""
    return vendor + process[process.rfind(".") :] if "." in process else vendor


def _bands_of(moves: pl.DataFrame, starts: list[float], end_s: float) -> tuple[Band, ...]:
    moved = zip(moves["at_s"].to_list(), moves["outcome"].to_list(), strict=True)
    begun = ((at_s, "closed") for at_s in starts if at_s > 0)
    steps = [(0.0, "closed"), *merge(begun, moved, key=itemgetter(0)), (end_s, "")]
    return tuple(
        Band(state=state, start_s=start_s, end_s=min(until_s, end_s))
        for (start_s, state), (until_s, _) in pairwise(steps)
        if start_s < min(until_s, end_s)
    )


def _vendor_load(requests: pl.DataFrame, edges_s: Floats) -> VendorLoad:
    known = requests.filter(pl.col("operation_id") != "")
    firsts = known.group_by("operation_id").agg(pl.col("at_s").min())
    return VendorLoad(
        requests_per_s=_per_second(requests["at_s"], edges_s),
        operations_per_s=_per_second(firsts["at_s"], edges_s),
    )
