"""The numbers of a run, per phase and operation and per phase and vendor. Pure; exact quantiles."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import polars as pl

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.amplification import load_on
from brownout_harness.judging.expectations.latency import LATENCY_S, worst
from brownout_harness.judging.groups import groups_of, of_group
from brownout_harness.judging.missed import asked_in
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import PhaseMetrics, VendorMetrics
from brownout_reports.spans import PhaseSpan
from brownout_reports.tables import Rows, between

ALL: Final = "all"

STATUS: Final = pl.col("status")
ANSWERED: Final = (STATUS != 0) & (pl.col("ending") == "complete")
"""An answer that was cut off is none."""
ANSWERS: Final = {
    "answered_ok": ANSWERED & (STATUS < 400),
    "answered_429": ANSWERED & (STATUS == 429),
    "answered_4xx": ANSWERED & STATUS.is_between(400, 499) & (STATUS != 429),
    "answered_5xx": ANSWERED & (STATUS >= 500),
    "not_answered": ~ANSWERED,
}


def phase_metrics(evidence: Evidence) -> tuple[PhaseMetrics, ...]:
    """For each phase and the whole run: all operations together, then each by name; then the same of each group of
    users, where they have names."""
    parts = [of_group(evidence, group) for group in ("", *groups_of(evidence))]
    return tuple(
        _phase(part, phase, name)
        for phase in _spans(evidence)
        for part in parts
        for name in ("", *sorted(part.operations_of))
    )


def vendor_metrics(evidence: Evidence) -> tuple[VendorMetrics, ...]:
    """For each vendor: each phase, then the whole run with its drain."""
    several = evidence.effects.where(pl.col("operation_id") != "").repeated("operation_id", "route")
    repeated = tuple(_repeated(several))
    return tuple(
        _vendor(evidence, vendor, phase, repeated) for vendor in evidence.vendors for phase in _spans(evidence)
    )


def _spans(evidence: Evidence) -> Iterator[PhaseSpan]:
    yield from evidence.phases
    yield PhaseSpan(ALL, float("-inf"), float("inf"))


def _length_s(evidence: Evidence, phase: PhaseSpan) -> float:
    """Rates of the whole run are over the time of the load, without the drain."""
    return phase.duration_s if phase.name != ALL else evidence.end_of_load_s


def _phase(evidence: Evidence, phase: PhaseSpan, name: str) -> PhaseMetrics:
    everyone = evidence.operations_of.get(name, Rows.none(OperationRow)) if name else evidence.operations
    asked, sent, finished = (
        between(column, phase.start_s, phase.end_s) for column in ("intended_s", "sent_s", "finished_s")
    )
    ended = {outcome: pl.col("outcome") == outcome for outcome in Outcome}
    counts = everyone.figures(
        asked=asked.sum(),
        achieved=sent.sum(),
        goodput=(finished & ended[Outcome.DONE]).sum(),
        **{outcome: (asked & so).sum() for outcome, so in ended.items()},
    )
    wanted = evidence.wanted.count(asked, pl.col("name") == name if name else pl.lit(value=True))
    wanted_in = asked_in(evidence, name, phase)
    latencies = wanted_in.values(LATENCY_S)
    length_s = _length_s(evidence, phase)

    def per_s(count: int) -> float:
        return count / length_s if length_s > 0 else 0.0

    return PhaseMetrics(
        phase=phase.name,
        operation=name or ALL,
        group=evidence.group,
        missed=None if wanted_in.missed is None else len(wanted_in.missed),
        asked=counts["asked"],
        done=counts[Outcome.DONE],
        accepted=counts[Outcome.ACCEPTED],
        refused=counts[Outcome.REFUSED],
        unknown=counts[Outcome.UNKNOWN],
        offered_per_s=per_s(wanted),
        achieved_per_s=per_s(counts["achieved"]),
        goodput_per_s=per_s(counts["goodput"]),
        p50_s=_quantile(latencies, 0.5),
        p90_s=_quantile(latencies, 0.9),
        p99_s=_quantile(latencies, 0.99),
        max_s=_quantile(latencies, 1.0),
    )


def _quantile(ascending: Sequence[pl.Series], q: float) -> float | None:
    return worst(ascending, q) if len(ascending[0]) else None


def _vendor(evidence: Evidence, vendor: str, phase: PhaseSpan, repeated: tuple[LedgerRow, ...]) -> VendorMetrics:
    load = load_on(evidence, vendor, phase)
    requests = evidence.requests_between(vendor, phase.start_s, phase.end_s)
    effects = evidence.effects.count(pl.col("vendor") == vendor, between("at_s", phase.start_s, phase.end_s))
    answers = requests.figures(**{name: so.sum() for name, so in ANSWERS.items()})
    return VendorMetrics(
        vendor=vendor,
        phase=phase.name,
        operations=len(load.by_operation),
        requests=len(requests),
        amplification=load.requests / load.asks if load.asks and requests else None,
        **answers,
        effects=effects,
        duplicates=sum(each.vendor == vendor and phase.covers(each.at_s) for each in repeated),
    )


def _repeated(effects: Iterable[LedgerRow]) -> Iterator[LedgerRow]:
    """Every effect after the first of its kind for one operation."""
    seen: set[tuple[str, str]] = set()
    for effect in effects:
        if (effect.operation_id, effect.kind) in seen:
            yield effect
        seen.add((effect.operation_id, effect.kind))
