"""What one finished run shows of that in which the modes are compared.

Counted over the whole run, from its evidence: a run folder is all that is needed. Two things are the machine's alone,
and are left out of both runs of a pair:

- what was asked for while a process of the target was starting again, and the requests that this led to: a real
  process imports its libraries first, a virtual one is there at once
- that a breaker is closed again in a process that starts: it says how long the start took
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from brownout_core.telemetry import Kind
from brownout_harness.asked.replicas import of_process
from brownout_harness.judging.by_process import each_process
from brownout_harness.judging.evidence import WHOLE_RUN, Evidence
from brownout_harness.judging.expectations.amplification import load_on
from brownout_harness.judging.expectations.latency import LATENCY_S
from brownout_harness.judging.expectations.telling import CLOSED, OPEN, telling_about
from brownout_harness.running.execute import evidence_of
from brownout_harness.running.recorded import inputs_of, scenario_of
from brownout_reports.rows import LedgerRow, Outcome
from brownout_reports.run_folder import RunFolder, Verdict

START = "start "
"""How the text of such a deed begins."""

Stretch = tuple[float, float]
"""From when to when, in seconds since the run's start."""


@dataclass(frozen=True, slots=True)
class Load:
    """What reached a vendor."""

    requests: int
    asks: int
    """How many there would have been without a retry."""


@dataclass(frozen=True, slots=True)
class Move:
    """A breaker opened, or closed again. Probes that failed in between are no moves."""

    to: str
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One run."""

    verdict: Verdict
    done: Mapping[str, int]
    """By operation, how many of those asked for."""
    latencies: Mapping[str, pl.Series]
    """By operation, in seconds from the instant at which it was wanted to its last answer; one for each asked for."""
    loads: Mapping[str, Load]
    """By vendor."""
    moves: Mapping[str, tuple[Move, ...]]
    """By vendor, `stripe`, or vendor and process, `stripe of gateway.1`; of each whose breaker moved."""
    starting: tuple[Stretch, ...]
    """When a process of the target was starting again."""
    left_out: int
    """So many operations were asked for meanwhile, here or in the other run."""
    parts: tuple[str, ...] = ()
    """The names of parts that had taken the place of the gateway's own."""


def evidence_in(run: RunFolder) -> Evidence:
    """What was recorded, as the judge sees it. Raises `BadInput`."""
    return evidence_of(scenario_of(run), inputs_of(run), {})


def starts_in(evidence: Evidence) -> tuple[Stretch, ...]:
    """From each instant at which the target was told to start again until it served."""
    told = [deed.at_s for deed in evidence.deeds if deed.text.startswith(START)]
    served = evidence.events.where(pl.col("kind") == Kind.STARTED, pl.col("at_s") > 0).values(pl.col("at_s"))
    return tuple(_since(told, at_s) for at_s in served.to_list())


def _since(told: Iterable[float], served_s: float) -> Stretch:
    return max((at_s for at_s in told if at_s <= served_s), default=served_s), served_s


def seen_in(evidence: Evidence, verdict: Verdict, without: Iterable[Stretch] = ()) -> Seen:
    """The figures, but of what was asked for in one of these stretches."""
    starting = starts_in(evidence)
    kept, left_out = _without(evidence, without)
    span = kept.phase(WHOLE_RUN)
    assert span is not None  # noqa: S101 - there always is one
    loads = {vendor: load_on(kept, vendor, span) for vendor in kept.vendors}
    return Seen(
        verdict=verdict,
        done={name: rows.count(pl.col("outcome") == Outcome.DONE) for name, rows in kept.operations_of.items()},
        latencies={name: rows.values(LATENCY_S) for name, rows in kept.operations_of.items()},
        loads={vendor: Load(each.requests, each.asks) for vendor, each in loads.items()},
        moves=dict(_moves(evidence)),
        starting=starting,
        left_out=left_out,
        parts=_parts_in(evidence),
    )


def _without(evidence: Evidence, stretches: Iterable[Stretch]) -> tuple[Evidence, int]:
    stretches = [each for each in stretches if each[0] < each[1]]
    if not stretches:
        return evidence, 0
    meanwhile = pl.any_horizontal(pl.col("intended_s").is_between(*each) for each in stretches)
    out = evidence.operations.where(meanwhile)
    ledger = evidence.tables.of(LedgerRow).not_among(out.frame, "operation_id")
    kept = evidence.tables.but(evidence.wanted.where(~meanwhile), ledger)
    narrowed = replace(evidence, tables=kept)
    # Whether the ids of a vendor are operations' shows only where everybody's are looked at.
    narrowed.__dict__["strangers"] = evidence.strangers
    return narrowed, len(out)


def _parts_in(evidence: Evidence) -> tuple[str, ...]:
    started = evidence.events.where(pl.col("kind") == Kind.STARTED, pl.col("outcome") != "")
    return tuple(started.values(pl.col("outcome").unique()).to_list())


def _moves(evidence: Evidence) -> Iterator[tuple[str, tuple[Move, ...]]]:
    for process, own in each_process(evidence).items():
        started = set(own.events.where(pl.col("kind") == Kind.STARTED).values(pl.col("at_s")).to_list())
        for vendor in _with_a_breaker(own):
            moves = [each for each in _moves_of(own, vendor) if each.to == OPEN or each.at_s not in started]
            yield of_process(vendor, process), tuple(moves)


def _with_a_breaker(evidence: Evidence) -> list[str]:
    moved = evidence.events.where(pl.col("kind") == Kind.BREAKER_TRANSITION)
    return [str(vendor) for vendor in moved.values(pl.col("vendor").unique()).to_list()]


def _moves_of(evidence: Evidence, vendor: str) -> Iterator[Move]:
    """It leaves closed, and comes back to it."""
    was = CLOSED
    for stretch in telling_about(evidence, vendor).stretches:
        if (stretch.state == CLOSED) != (was == CLOSED):
            yield Move(CLOSED if stretch.state == CLOSED else OPEN, stretch.start_s)
        was = stretch.state
