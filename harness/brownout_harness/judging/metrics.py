"""The numbers of a run, per phase and operation and per phase and vendor. Pure; exact quantiles."""

from collections.abc import Iterable, Iterator
from typing import Final

from brownout_harness.judging.evidence import Evidence
from brownout_harness.judging.expectations.amplification import load_on
from brownout_harness.judging.expectations.latency import quantile
from brownout_reports.rows import LedgerRow, OperationRow, Outcome
from brownout_reports.run_folder import PhaseMetrics, PhaseSpan, VendorMetrics

ALL: Final = "all"


def phase_metrics(evidence: Evidence) -> tuple[PhaseMetrics, ...]:
    """For each phase and the whole run: all operations together, then each by name."""
    names = sorted(evidence.operations_of)
    return tuple(_phase(evidence, phase, name) for phase in _spans(evidence) for name in ("", *names))


def vendor_metrics(evidence: Evidence) -> tuple[VendorMetrics, ...]:
    """For each vendor: each phase, then the whole run with its drain."""
    repeated = set(_repeated(evidence.effects))
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
    everyone = evidence.operations_of.get(name, ()) if name else evidence.operations
    asked = [each for each in everyone if phase.covers(each.intended_s)]
    latencies = sorted(each.latency_s for each in asked)
    length_s = _length_s(evidence, phase)

    def per_s(instants: Iterable[float]) -> float:
        return sum(map(phase.covers, instants)) / length_s if length_s > 0 else 0.0

    return PhaseMetrics(
        phase=phase.name,
        operation=name or ALL,
        asked=len(asked),
        done=_ended(asked, Outcome.DONE),
        accepted=_ended(asked, Outcome.ACCEPTED),
        refused=_ended(asked, Outcome.REFUSED),
        unknown=_ended(asked, Outcome.UNKNOWN),
        offered_per_s=per_s(each.intended_s for each in everyone),
        achieved_per_s=per_s(each.sent_s for each in everyone),
        goodput_per_s=per_s(each.finished_s for each in everyone if each.outcome == Outcome.DONE),
        p50_s=quantile(latencies, 0.5) if latencies else None,
        p90_s=quantile(latencies, 0.9) if latencies else None,
        p99_s=quantile(latencies, 0.99) if latencies else None,
        max_s=latencies[-1] if latencies else None,
    )


def _ended(operations: list[OperationRow], outcome: Outcome) -> int:
    return sum(each.outcome == outcome for each in operations)


def _vendor(evidence: Evidence, vendor: str, phase: PhaseSpan, repeated: set[LedgerRow]) -> VendorMetrics:
    load = load_on(evidence, vendor, phase)
    requests = evidence.requests_between(vendor, phase.start_s, phase.end_s)
    effects = [each for each in evidence.effects if each.vendor == vendor and phase.covers(each.at_s)]
    answers = [_answer(each) for each in requests]
    return VendorMetrics(
        vendor=vendor,
        phase=phase.name,
        operations=len(load.by_operation),
        requests=len(requests),
        amplification=load.requests / load.asks if load.asks and requests else None,
        answered_ok=answers.count("ok"),
        answered_4xx=answers.count("4xx"),
        answered_429=answers.count("429"),
        answered_5xx=answers.count("5xx"),
        not_answered=answers.count("none"),
        effects=len(effects),
        duplicates=sum(each in repeated for each in effects),
    )


def _answer(request: LedgerRow) -> str:
    """An answer that was cut off is none."""
    if request.status == 0 or request.ending != "complete":
        return "none"
    if request.status == 429:
        return "429"
    if request.status < 400:
        return "ok"
    return "4xx" if request.status < 500 else "5xx"


def _repeated(effects: Iterable[LedgerRow]) -> Iterator[LedgerRow]:
    """Every effect after the first of its kind for one operation."""
    seen: set[tuple[str, str]] = set()
    for effect in effects:
        if not effect.operation_id:
            continue
        if (effect.operation_id, effect.kind) in seen:
            yield effect
        seen.add((effect.operation_id, effect.kind))
