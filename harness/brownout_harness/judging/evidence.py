"""What is known about one finished run: the records that expectations judge, and views of them.

Three sources: what the load driver asked for and was answered (`OperationRecord`), what the vendors' ledgers say
(`RequestRecord`, `EffectRecord`), what the target says of itself (`EventRecord`, `DeadLetterRecord`).

They are joined by the operation id. A request or an effect without one (the target passed none on) is joined by
vendor and time only, which means: it counts for its vendor and for the phase in which it happened, and it may bound
how many operations can have been served by then (no more effects than operations asked so far), but it is never
attributed to one operation.

All instants are seconds since the run's start, on one clock.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple, TypeVar

from brownout_reports.run_folder import Outcome

K = TypeVar("K")
V = TypeVar("V")

WHOLE_RUN: Final = ""
"""As a phase's name: everything, the drain included."""

EXPECTED_EFFECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "pay": ("stripe.charge",),
    "notify": ("twilio.message", "twilio.verification"),
    "place_order": ("sales.order",),
}
"""What a done operation of the reference application leaves in a vendor's ledger: one of these."""


class OperationRecord(NamedTuple):
    """One operation as the driver saw it; fields as the columns of `run_folder.OPERATIONS`."""

    operation_id: str
    name: str
    intended_s: float
    sent_s: float
    finished_s: float
    longest_ask_s: float
    asks: int
    status: int
    outcome: Outcome
    detail: str = ""

    @property
    def latency_s(self) -> float:
        """From the instant at which the arrival process wanted it, so that a stalled driver hides nothing."""
        return self.finished_s - self.intended_s


class RequestRecord(NamedTuple):
    """One request in a vendor's ledger; fields as the columns of `run_folder.LEDGER`."""

    seq: int
    vendor: str
    account: str
    operation_id: str
    at_s: float
    finished_s: float
    route: str
    id: str
    idempotency_key: str = ""
    replayed: bool = False
    status: int = 200
    ending: str = "complete"
    faults: tuple[str, ...] = ()
    asked_delay_s: float | None = None
    given_delay_s: float | None = None
    retry_after_s: float | None = None


class EffectRecord(NamedTuple):
    """One effect in a vendor's ledger."""

    seq: int
    vendor: str
    account: str
    operation_id: str
    at_s: float
    kind: str
    id: str
    request_id: str = ""
    idempotency_key: str = ""
    amount: int = 0
    references: str = "{}"
    """A JSON object: the caller's own ids that the vendor stores with it."""


class EventRecord(NamedTuple):
    """One thing that the target says of itself; a claim, not the truth. `kind` as `telemetry.Kind`."""

    at_s: float
    kind: str
    vendor: str = ""
    call: str = ""
    operation_id: str = ""
    attempt: int = 0
    outcome: str = ""
    duration_s: float = 0.0
    detail: str = ""


class DeadLetterRecord(NamedTuple):
    """One dead letter as the target shows it at the end of the run."""

    id: str
    operation_id: str
    vendor: str = ""
    call: str = ""
    idempotency_key: str = ""
    stored_at_s: float | None = None
    state: str = "pending"
    """One of `LETTER_STATES`."""
    redrives: int = 0
    error: str = ""
    attempts: int = 0


LETTER_STATES: Final = frozenset({"pending", "redriven", "refused", "discarded"})
"""Waiting; sent again and done; sent again and definitively refused by the vendor; given up by an operator."""


class PhaseSpan(NamedTuple):
    """A phase as it was run: half-open, `[start_s, end_s)`."""

    name: str
    start_s: float
    end_s: float

    def covers(self, at_s: float) -> bool:
        """Whether an instant lies in it."""
        return self.start_s <= at_s < self.end_s

    @property
    def duration_s(self) -> float:
        """Its length."""
        return self.end_s - self.start_s


class FaultCount(NamedTuple):
    """One fault of the scenario, and how many requests it met and struck, by the simulator's own count."""

    id: str
    vendor: str
    text: str
    start_s: float
    end_s: float
    matched: int
    struck: int
    expect_struck: int = 1
    """Fewer than this, and the experiment did not happen as asked."""


class GapKind(StrEnum):
    """What the harness itself failed at."""

    FELL_BEHIND = "fell_behind"
    IN_FLIGHT_BOUND = "in_flight_bound"
    PROCESS_DIED = "process_died"
    CLOCK_JUMP = "clock_jump"
    LEDGER_OVERFLOW = "ledger_overflow"
    DRAIN_NOT_FINISHED = "drain_not_finished"
    EVIDENCE_LOST = "evidence_lost"
    OTHER = "other"


class Gap(NamedTuple):
    """Where the harness could not keep its promise. Any of them keeps a run from passing."""

    kind: GapKind
    detail: str
    at_s: float | None = None


INCOMPLETE_LEDGER: Final = frozenset(
    {
        GapKind.PROCESS_DIED,
        GapKind.LEDGER_OVERFLOW,
        GapKind.DRAIN_NOT_FINISHED,
        GapKind.EVIDENCE_LOST,
        GapKind.OTHER,
    }
)
"""After these, something missing from a ledger does not prove that it never happened."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything that is known about one run. Immutable; its views are computed once, when first asked for."""

    operations: tuple[OperationRecord, ...] = ()
    requests: tuple[RequestRecord, ...] = ()
    effects: tuple[EffectRecord, ...] = ()
    events: tuple[EventRecord, ...] = ()
    phases: tuple[PhaseSpan, ...] = ()
    faults: tuple[FaultCount, ...] = ()
    dead_letters: tuple[DeadLetterRecord, ...] | None = ()
    """None: the target has none to show, which is not the same as an empty list."""
    gaps: tuple[Gap, ...] = ()
    telemetry: bool = True
    """False for a target that reports nothing of itself."""
    expected_effects: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: EXPECTED_EFFECTS)
    """By the operation's name: a done one has left one of these."""
    secrets: frozenset[str] = frozenset()
    """Every credential that the run used. Never written into a result."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What may be read by others, by a short name of the place: logs, the scenario as resolved."""
    duration_s: float = 0.0

    @cached_property
    def operation(self) -> Mapping[str, OperationRecord]:
        """By operation id."""
        return {record.operation_id: record for record in self.operations}

    @cached_property
    def operations_of(self) -> Mapping[str, tuple[OperationRecord, ...]]:
        """By the operation's name, in the order in which they were wanted."""
        ordered = sorted(self.operations, key=lambda record: (record.intended_s, record.operation_id))
        return _grouped((record.name, record) for record in ordered)

    @cached_property
    def requests_of(self) -> Mapping[str, tuple[RequestRecord, ...]]:
        """By operation id, in the order of arrival; those without an id under `""`."""
        return _grouped((record.operation_id, record) for record in self.requests_in_order)

    @cached_property
    def requests_to(self) -> Mapping[str, tuple[RequestRecord, ...]]:
        """By vendor, in the order of arrival."""
        return _grouped((record.vendor, record) for record in self.requests_in_order)

    @cached_property
    def _arrivals(self) -> Mapping[str, tuple[float, ...]]:
        return {vendor: tuple(each.at_s for each in requests) for vendor, requests in self.requests_to.items()}

    @cached_property
    def requests_in_order(self) -> tuple[RequestRecord, ...]:
        """By the instant of arrival; ties by vendor and position in its ledger."""
        return tuple(sorted(self.requests, key=lambda record: (record.at_s, record.vendor, record.seq)))

    @cached_property
    def effects_in_order(self) -> tuple[EffectRecord, ...]:
        """By the instant of the commit; ties by vendor and position in its ledger."""
        return tuple(sorted(self.effects, key=lambda record: (record.at_s, record.vendor, record.seq)))

    @cached_property
    def effects_of(self) -> Mapping[str, tuple[EffectRecord, ...]]:
        """By operation id; those without one under `""`."""
        return _grouped((record.operation_id, record) for record in self.effects_in_order)

    @cached_property
    def effects_by_kind(self) -> Mapping[str, tuple[EffectRecord, ...]]:
        """By kind, in the order in which they were committed."""
        return _grouped((record.kind, record) for record in self.effects_in_order)

    @cached_property
    def events_by_kind(self) -> Mapping[str, tuple[EventRecord, ...]]:
        """By kind; in the order of their instants, ties as they were reported."""
        return _grouped((record.kind, record) for record in sorted(self.events, key=lambda record: record.at_s))

    @cached_property
    def dead_letters_of(self) -> Mapping[str, tuple[DeadLetterRecord, ...]]:
        """By operation id."""
        return _grouped((record.operation_id, record) for record in self.dead_letters or ())

    @cached_property
    def vendors(self) -> tuple[str, ...]:
        """Every vendor that a ledger names, sorted."""
        return tuple(sorted({*self.requests_to, *(effect.vendor for effect in self.effects)}))

    @cached_property
    def absence_is_proof(self) -> bool:
        """Whether what is missing from the ledgers surely did not happen."""
        return not any(gap.kind in INCOMPLETE_LEDGER for gap in self.gaps)

    @cached_property
    def end_of_load_s(self) -> float:
        """Where the last phase ends; what comes after is the drain."""
        return max((phase.end_s for phase in self.phases), default=self.duration_s)

    def phase(self, name: str) -> PhaseSpan | None:
        """The phase of that name; for `WHOLE_RUN` a span that covers everything; None for an unknown name."""
        if name == WHOLE_RUN:
            return PhaseSpan(WHOLE_RUN, float("-inf"), float("inf"))
        return next((phase for phase in self.phases if phase.name == name), None)

    def asked(self, name: str, span: PhaseSpan) -> tuple[OperationRecord, ...]:
        """Operations of a name (`""`: of every name) that were wanted within the span."""
        records = self.operations_of.get(name, ()) if name else self.operations
        return tuple(record for record in records if span.covers(record.intended_s))

    def requests_between(self, vendor: str, start_s: float, end_s: float) -> tuple[RequestRecord, ...]:
        """What arrived at a vendor in `[start_s, end_s)`, in the order of arrival."""
        arrivals = self._arrivals.get(vendor, ())
        return self.requests_to.get(vendor, ())[bisect_left(arrivals, start_s) : bisect_left(arrivals, end_s)]

    def operations_for(self, vendor: str) -> tuple[OperationRecord, ...]:
        """The operations that are to leave an effect at the vendor; all of them where nobody said which."""
        names = {
            name
            for name in self.operations_of
            if any(vendor_of(kind) == vendor for kind in self.effects_expected_of(name))
        }
        return tuple(record for record in self.operations if record.name in names) if names else self.operations

    def effects_expected_of(self, name: str) -> tuple[str, ...]:
        """The kinds of which a done operation of that name leaves one; empty where nobody said."""
        return self.expected_effects.get(name, ())


def vendor_of(kind: str) -> str:
    """`stripe` of `stripe.charge`."""
    return kind.partition(".")[0]


def _grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, tuple[V, ...]]:
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}
