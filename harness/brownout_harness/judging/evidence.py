"""What is known about one finished run, and the views of it that expectations judge by.

Three sources: what the load driver asked for and was answered (`OperationRow`), what the vendors' ledgers say
(`LedgerRow`), what the target says of itself (`EventRow`, `LetterRow`). The records are those of the run folder's
tables; a large run's stay there, and are made when an expectation looks at them.

They are joined by the operation id. A request or an effect without one (the target passed none on) is joined by
vendor and time only: it counts for its vendor and for the phase in which it happened, and may bound how many operations
can have been served by then (no more effects than operations asked so far), but is never attributed to one operation.

All instants are seconds since the run's start, on one clock.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple

import polars as pl

from brownout_core.policies.settings import VendorPolicies
from brownout_harness.judging.endings import Ending
from brownout_harness.judging.incidents import INCIDENT
from brownout_harness.judging.leaves import Leaves
from brownout_harness.judging.looks import Looks
from brownout_harness.judging.memory import MemorySample
from brownout_harness.judging.orders import Order
from brownout_harness.judging.refusals import Refusals
from brownout_harness.judging.terms import Terms
from brownout_harness.safety.secret_forms import forms_of, masked
from brownout_reports.rows import EFFECT, REQUEST, DeliveryRow, EventRow, LedgerRow, LetterRow, OperationRow
from brownout_reports.spans import FaultSpan, PhaseSpan
from brownout_reports.tables import Groups, Rows, Tables
from brownout_scenarios.processes import means

WHOLE_RUN: Final = ""
"""As a phase's name: everything, the drain included."""

NEAR_S: Final = 2.0
"""Whoever was answered so long before the target ended may have been promised what was not yet done."""
STRANGERS: Final = 10
"""So many ids that are no operation's are no stray ones any more."""

OPEN_STATES: Final = frozenset({"under_way", "pending", "redriving", "poison", INCIDENT})
"""Of a dead letter: somebody still has to do something about it."""
LETTER_STATES: Final = OPEN_STATES | {"redriven", "refused", "discarded"}
"""Else it was sent again and done; sent again and definitively refused by the vendor; given up by an operator."""

NOT_FOR_GOOD: Final = frozenset({401, 408, 409, 425, 429})
"""Of the 4xx, those after which the same request may be granted: otherwise signed, later, when its twin has ended."""

NAMELESS: Final = pl.col("operation_id") == ""
"""Of a ledger's row: it belongs to no operation that anybody could name."""


def is_one_of(kinds: Iterable[str]) -> pl.Expr:
    """Of an effect: it is of one of these kinds."""
    return pl.col("route").is_in(list(dict.fromkeys(kinds)))


class GapKind(StrEnum):
    """What the harness itself failed at."""

    FELL_BEHIND = "fell_behind"
    IN_FLIGHT_BOUND = "in_flight_bound"
    CLOCK_JUMP = "clock_jump"
    STALLED = "stalled"
    LEDGER_OVERFLOW = "ledger_overflow"
    DRAIN_NOT_FINISHED = "drain_not_finished"
    EVIDENCE_LOST = "evidence_lost"
    LOAD_LOST = "load_lost"
    INTERRUPTED = "interrupted"
    NOT_STAGED = "not_staged"
    CHANGED_LIVE = "changed_live"
    OTHER = "other"


class Gap(NamedTuple):
    """Where the harness could not keep its promise. Any of them keeps a run from passing."""

    kind: GapKind
    detail: str
    at_s: float | None = None
    until_s: float | None = None  # where it is known when it was over
    process: str = ""
    """Of the harness's own, where it is one's."""


class Deed(NamedTuple):
    """What the scenario had done to the target, when it was really done."""

    at_s: float
    text: str
    """In words: `kill gateway`."""
    cuts_off: bool = False
    """Whether it may end what was under way."""
    sends_again: bool = False
    """Whether it has what was set aside sent again."""
    process: str = ""
    """What it was done to: `gateway`, all of them, or `gateway.1`."""
    orders: tuple[Order, ...] = ()
    """What an operator asked for then, and was told."""


class Death(NamedTuple):
    """The target's process ended, and neither the scenario nor the harness had asked it to."""

    at_s: float
    process: str
    exit_code: int
    said_last: tuple[str, ...] = ()
    """The last lines of its log."""


INCOMPLETE_LEDGER: Final = frozenset(
    map(GapKind, ("ledger_overflow", "drain_not_finished", "evidence_lost", "load_lost", "interrupted", "other"))
)
"""After these, something missing from a ledger does not prove that it never happened."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything that is known about one run. Immutable; its views are computed once, when first asked for."""

    tables: Tables = field(default_factory=Tables)
    shows_dead_letters: bool = True  # False for a target that has none to show: that is not an empty list
    phases: tuple[PhaseSpan, ...] = ()
    faults: tuple[FaultSpan, ...] = ()
    gaps: tuple[Gap, ...] = ()
    deaths: tuple[Death, ...] = ()
    deeds: tuple[Deed, ...] = ()
    endings: tuple[Ending, ...] = ()
    memory: tuple[MemorySample, ...] = ()
    through: str = ""  # what stands between the target and its vendors, and makes each of its calls longer
    telemetry: bool = True  # False for a target that reports nothing of itself
    looks: Mapping[str, Looks] = field(default_factory=dict)  # by vendor: at breakers that no telemetry tells of
    leaves: Mapping[str, Leaves] = field(default_factory=dict)
    """By the operation's name; of one that is not in here nobody said what it leaves."""
    policies: Mapping[str, VendorPolicies] = field(default_factory=dict)
    """The reference application's settings, by vendor; none of a target whose settings nobody knows."""
    terms: Mapping[str, Terms] = field(default_factory=dict)
    """By the operation's name; of one that is not in here nobody said what its effects are to hold."""
    secrets: frozenset[str] = frozenset()
    """Every credential that the run used. Never written into a result."""
    said: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    """By vendor, what its first calls with an effect said, by place: where an operation's id may be."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What may be read by others, by a short name of the place: logs, the scenario as resolved."""
    finish_within_s: Mapping[str, float] = field(default_factory=dict)
    """By the operation's name: how long after its answer it was followed; not in here, nobody asked for its state."""
    refusals: Mapping[str, Refusals] = field(default_factory=dict)
    """By vendor; of one that is not in here the usual ones."""
    notified_by: tuple[str, ...] = ()
    """The vendors with which the harness has registered a receiver of the target's."""
    duration_s: float = 0.0
    think_s: Mapping[str, float] = field(default_factory=dict)
    """By the closed group's name, the mean of how long its users think before they ask again."""
    pause_s: Mapping[str, float] = field(default_factory=dict)
    """By the group's name, how long its users wait before they ask for the same again, where they do."""
    group: str = ""
    """Where it is narrowed to what one group of users asked for (`groups.py`), that group."""
    processes: tuple[str, ...] = ()
    """The target's, by name, where it is several (`by_process.py`)."""
    unasked: tuple[str, ...] = ()
    """Those of its processes that no user ever asks: workers."""
    control: "Evidence | None" = None
    """The same of the control run: the same load, without faults and actions. None: there was none."""
    no_control: str = ""
    """Why not, where one was wanted."""

    @cached_property
    def wanted(self) -> Rows[OperationRow]:
        """Every arrival, those included that the harness itself left out."""
        return self.tables.of(OperationRow)

    @cached_property
    def operations(self) -> Rows[OperationRow]:
        """In the order in which they were wanted. What was never sent is no operation: a gap tells of it."""
        return self.wanted.where(pl.col("asks") > 0).sorted("intended_s", "operation_id")

    @cached_property
    def asks(self) -> pl.LazyFrame:
        """Every ask of the operations that were asked for more than once: `operation_id`, and when, `ask_s`."""
        often = self.operations.where(pl.col("asks") > 1).frame
        again = pl.col("again_at").replace("", "[]").str.json_decode(pl.List(pl.Float64()))
        asks = pl.concat_list(pl.col("sent_s"), again)
        return often.select("operation_id", ask_s=asks).explode("ask_s").sort("ask_s")

    @cached_property
    def _operations_by_id(self) -> Groups[OperationRow]:
        return self.operations.by("operation_id")

    def operation(self, operation_id: str) -> OperationRow | None:
        """The operation of that id, if the driver asked for one."""
        found: tuple[OperationRow, ...] = self._operations_by_id.get(operation_id, ())
        return found[-1] if found else None

    @cached_property
    def operations_of(self) -> Mapping[str, Rows[OperationRow]]:
        """By the operation's name, in the order in which they were wanted."""
        return self.operations.split("name")

    @cached_property
    def strangers(self) -> Mapping[str, tuple[str, ...]]:
        """Vendors whose ledger holds many ids, and no operation's among them; two of these ids each.

        The id was looked for where the target writes another one: what is under it says nothing of an operation.
        """
        named = self.tables.of(LedgerRow).where(pl.col("operation_id") != "").split("vendor")
        strange = {vendor: rows for vendor, rows in named.items() if not self._know_one_of(rows)}
        ids = {vendor: rows.values(pl.col("operation_id").unique()) for vendor, rows in strange.items()}
        return {vendor: tuple(some.head(2)) for vendor, some in ids.items() if len(some) >= STRANGERS}

    def _know_one_of(self, named: Rows[LedgerRow]) -> bool:
        """Whether one of them is an operation's. Mostly a few tell; to look at all takes much memory of a large run."""
        few = named.frame.select("operation_id").head(STRANGERS * 100).collect()["operation_id"].unique()
        if self.wanted.count(pl.col("operation_id").is_in(few.implode())):
            return True
        return bool(named.among(self.wanted.frame, "operation_id"))

    @cached_property
    def _ledger(self) -> Rows[LedgerRow]:
        """Every row; those of strangers without their ids."""
        rows = self.tables.of(LedgerRow)
        if not self.strangers:
            return rows
        of_stranger = pl.col("vendor").is_in(list(self.strangers))
        told = pl.when(of_stranger).then(pl.lit("")).otherwise("operation_id").alias("operation_id")
        return Rows(LedgerRow, rows.frame.with_columns(told))

    @cached_property
    def requests(self) -> Rows[LedgerRow]:
        """By the instant of arrival; ties by vendor and position in its ledger."""
        return self._ledger.where(pl.col("entry") == REQUEST).sorted("at_s", "vendor", "seq")

    @cached_property
    def requests_of(self) -> Groups[LedgerRow]:
        """By operation id, in the order of arrival; those without an id under `""`."""
        return self.requests.by("operation_id")

    @cached_property
    def requests_to(self) -> Mapping[str, Rows[LedgerRow]]:
        """By vendor, in the order of arrival."""
        return self.requests.split("vendor")

    @cached_property
    def effects(self) -> Rows[LedgerRow]:
        """By the instant of the commit; ties by vendor and position in its ledger."""
        return self._ledger.where(pl.col("entry") == EFFECT).sorted("at_s", "vendor", "seq")

    @cached_property
    def effects_of(self) -> Groups[LedgerRow]:
        """By operation id; those without one under `""`."""
        return self.effects.by("operation_id")

    @cached_property
    def effects_by_kind(self) -> Mapping[str, Rows[LedgerRow]]:
        """By kind, in the order in which they were committed."""
        return self.effects.split("route")

    @cached_property
    def deliveries(self) -> Rows[DeliveryRow]:
        """Every attempt of a vendor to deliver a notice, in the order of sending."""
        return self.tables.of(DeliveryRow).sorted("at_s", "vendor", "delivery", "attempt")

    @cached_property
    def deliveries_of(self) -> Mapping[str, Rows[DeliveryRow]]:
        """By vendor, in the same order."""
        return self.deliveries.split("vendor")

    @cached_property
    def events(self) -> Rows[EventRow]:
        """In the order of their instants, ties as they were reported."""
        return self.tables.of(EventRow).sorted("at_s")

    @cached_property
    def events_by_kind(self) -> Mapping[str, Rows[EventRow]]:
        """By kind, in the same order."""
        return self.events.split("kind")

    @cached_property
    def dead_letters(self) -> Rows[LetterRow] | None:
        """None: the target has none to show."""
        return self.tables.of(LetterRow) if self.shows_dead_letters else None

    @cached_property
    def letters(self) -> Rows[LetterRow]:
        """The same, and none where the target has none to show."""
        return Rows.none(LetterRow) if self.dead_letters is None else self.dead_letters

    @cached_property
    def sent_again(self) -> Rows[LetterRow]:
        """Letters that were redriven, with whatever outcome, or are just being."""
        was = (pl.col("generation") > 0) | (pl.col("attempts") > 1) | (pl.col("state") == "redriving")
        return self.letters.where(was)

    @cached_property
    def dead_letters_of(self) -> Groups[LetterRow]:
        """By operation id."""
        return self.letters.by("operation_id")

    def was_refused(self, operation_id: str, vendors: Collection[str]) -> bool:
        """Whether one of these vendors said no, for good, to what that operation asked it to do. Not to a question: who
        looks before sending again hopes that nothing is found."""
        requests: tuple[LedgerRow, ...] = self.requests_of.get(operation_id, ())
        answers = (each.status for each in requests if each.vendor in vendors and not each.route.startswith("GET "))
        return any(400 <= status < 500 and status not in NOT_FOR_GOOD for status in answers)

    @cached_property
    def secret_forms(self) -> tuple[str, ...]:
        """The run's credentials as they may be written down; longest first, so that masking leaves no rest."""
        return forms_of(self.secrets)

    def masked(self, text: str) -> str:
        """What may be written into a result."""
        return masked(text, self.secret_forms)

    def cut_off_near(self, operation: OperationRow) -> str:
        """What ended the target around that operation, ` (kill gateway 0.2 s later)`; empty where nothing did."""
        ends = [(deed.at_s, deed.text, deed.process) for deed in self.deeds if deed.cuts_off]
        ends += [(death.at_s, f"{death.process} ended unasked", death.process) for death in self.deaths]
        its = [(at_s, text) for at_s, text, name in ends
               if not operation.replicas or any(means(name, each) for each in operation.replicas)]  # fmt: skip
        near = [each for each in sorted(its) if operation.sent_s <= each[0] <= operation.finished_s + NEAR_S]
        if not near:
            return ""
        at_s, text = near[0]
        apart_s = at_s - operation.finished_s
        return f" ({text} {abs(apart_s):.2g} s {'later' if apart_s >= 0 else 'before'})"

    @cached_property
    def vendors(self) -> tuple[str, ...]:
        """Every vendor that a ledger names, sorted."""
        return tuple(self.tables.of(LedgerRow).split("vendor"))

    @cached_property
    def absence_is_proof(self) -> bool:
        """Whether what is missing from the ledgers surely did not happen."""
        return not any(gap.kind in INCOMPLETE_LEDGER for gap in self.gaps)

    @cached_property
    def is_interrupted(self) -> bool:
        """Whether the run was ended before its end: what was under way is then in nobody's rows, or in some only."""
        return any(gap.kind is GapKind.INTERRUPTED for gap in self.gaps)

    @cached_property
    def has_stalled(self) -> bool:
        """Whether what came late, or not yet, may be the doing of a process of the harness's own."""
        return any(gap.kind is GapKind.STALLED for gap in self.gaps)

    @cached_property
    def end_of_load_s(self) -> float:
        """Where the last phase ends; what comes after is the drain."""
        return max((phase.end_s for phase in self.phases), default=self.duration_s)

    def phase(self, name: str) -> PhaseSpan | None:
        """The phase of that name; for `WHOLE_RUN` a span that covers everything; None for an unknown name."""
        if name == WHOLE_RUN:
            return PhaseSpan(WHOLE_RUN, float("-inf"), float("inf"))
        return next((phase for phase in self.phases if phase.name == name), None)

    def asked(self, name: str, span: PhaseSpan) -> Rows[OperationRow]:
        """Operations of a name (`""`: of every name) that were wanted within the span, in that order."""
        rows = self.operations_of.get(name, Rows.none(OperationRow)) if name else self.operations
        return rows.within(span.start_s, span.end_s)

    def requests_at(self, vendor: str) -> Rows[LedgerRow]:
        """What arrived at a vendor, in the order of arrival."""
        return self.requests_to.get(vendor, Rows.none(LedgerRow))

    def requests_between(self, vendor: str, start_s: float, end_s: float) -> Rows[LedgerRow]:
        """What arrived at a vendor in `[start_s, end_s)`, in the order of arrival."""
        return self.requests_at(vendor).within(start_s, end_s)

    @cached_property
    def _operations_named(self) -> dict[tuple[str, ...], Rows[OperationRow]]:
        return {tuple(self.operations_of): self.operations}

    def operations_named(self, names: Iterable[str]) -> Rows[OperationRow]:
        """Those of any of these names, in the order in which they were wanted."""
        wanted = tuple(sorted(names))
        if wanted not in self._operations_named:
            self._operations_named[wanted] = self.operations.where(pl.col("name").is_in(wanted))
        return self._operations_named[wanted]

    def operations_for(self, vendor: str) -> Rows[OperationRow]:
        """The operations that are to leave an effect at the vendor; all of them where nobody said which."""
        names = [name for name in self.operations_of if vendor in map(vendor_of, self.kinds_left_by(name))]
        return self.operations_named(names) if names else self.operations

    def kinds_left_by(self, name: str) -> tuple[str, ...]:
        """Every kind of effect that an operation of that name may leave; none where nobody said."""
        return self.leaves[name].kinds if name in self.leaves else ()


def vendor_of(kind: str) -> str:
    """`stripe` of `stripe.charge`."""
    return kind.partition(".")[0]
