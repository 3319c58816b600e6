"""Histories of runs for the judge's tests: consistent ones, drawn from a seed, that a correct target could leave."""

import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any, Final

from brownout_core.presets import policies_for
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.judging.endings import Ending
from brownout_harness.judging.evidence import Deed, Evidence
from brownout_harness.judging.leaves import Leaves
from brownout_harness.judging.memory import MemorySample
from brownout_harness.judging.orders import DONE, HEALTH, REDRIVE, Order
from brownout_harness.judging.terms import Terms
from brownout_reports.rows import (
    EFFECT,
    NOTICE_SHOWN,
    REQUEST,
    DeliveryRow,
    EventRow,
    LedgerRow,
    LetterRow,
    OperationRow,
    Outcome,
)
from brownout_reports.spans import FaultSpan, PhaseSpan
from brownout_reports.tables import Rows, Tables

PHASES: Final = (PhaseSpan("steady", 0.0, 20.0), PhaseSpan("outage", 20.0, 60.0), PhaseSpan("recovery", 60.0, 100.0))
SECRET: Final = "sk_test_planted_0001"

ROUTES: Final = {
    "pay": ("stripe", "POST /v1/payment_intents", "stripe.charge"),
    "notify": ("twilio", "POST /2010-04-01/Accounts/{sid}/Messages.json", "twilio.message"),
    "place_order": ("sales", "POST /v1/orders", "sales.order"),
}

LEAVES: Final = {name: Leaves.of(operation.leaves) for name, operation in GATEWAY_OPERATIONS.items()}
POLICIES: Final = {vendor: policies_for(vendor) for vendor, _, _ in ROUTES.values()}

TERMS: Final = {"pay": Terms({"stripe.charge": ("amount",)}, {"payment": (("stripe.charge", "id"),)})}
"""Of the consistent ones: every payment has an amount of its own, and its answer names its charge."""

STOPS: Final = tuple(2.5 * number for number in range(1, 40))
"""Of the consistent ones: so often a process was stopped and another one began, and nobody noticed."""

Span = tuple[str, float, float]


def known(
    *,
    operations: Iterable[OperationRow] = (),
    requests: Iterable[LedgerRow] = (),
    effects: Iterable[LedgerRow] = (),
    events: Iterable[EventRow] = (),
    dead_letters: Iterable[LetterRow] | None = (),
    deliveries: Iterable[DeliveryRow] = (),
    **more: Any,
) -> Evidence:
    """Evidence of the reference application, from its records; `dead_letters` None: it shows none."""
    tables = Tables(
        Rows.of(OperationRow, operations),
        Rows.of(LedgerRow, [*requests, *effects]),
        Rows.of(EventRow, events),
        Rows.of(LetterRow, dead_letters or ()),
        Rows.of(DeliveryRow, deliveries),
    )
    given = {"shows_dead_letters": dead_letters is not None, "leaves": LEAVES, **more}
    return Evidence(tables=tables, **given)


def changed(evidence: Evidence, **changes: Any) -> Evidence:
    """The same evidence with other records, or with something else that `Evidence` holds."""
    of_records = {"operations", "requests", "effects", "events", "dead_letters", "deliveries"}
    rows = {name: changes.pop(name) if name in changes else getattr(evidence, name) for name in of_records}
    held = {each.name: getattr(evidence, each.name) for each in fields(evidence)}
    del held["tables"], held["shows_dead_letters"]
    return known(**rows, **{**held, **changes})


def operation(number: int, *, name: str = "pay", at_s: float = 1.0, **changes: Any) -> OperationRow:
    """A done operation, asked once, answered after 100 ms."""
    record = OperationRow(f"op-{number}", name, at_s, at_s, at_s + 0.1, 0.1, 1, 201, Outcome.DONE)
    return record._replace(**changes)


def request(number: int, *, name: str = "pay", at_s: float = 1.01, seq: int = 0, **changes: Any) -> LedgerRow:
    """Its one request, answered with 200 after 50 ms."""
    vendor, route, _ = ROUTES[name]
    row = LedgerRow(REQUEST, seq, vendor, "test", f"op-{number}", at_s, at_s + 0.05, route, f"req-{seq}", f"req-{seq}")
    return row._replace(**{"idempotency_key": f"key-{number}", "status": 200, "ending": "complete", **changes})


def effect(number: int, *, name: str = "pay", at_s: float = 1.05, seq: int = 0, **changes: Any) -> LedgerRow:
    """Its one effect."""
    vendor, _, kind = ROUTES[name]
    row = LedgerRow(EFFECT, seq, vendor, "test", f"op-{number}", at_s, at_s, kind, f"e-{seq}", f"req-{seq}")
    return row._replace(**{"idempotency_key": f"key-{number}", "amount": 100, **changes})


def delivery(charge: LedgerRow) -> DeliveryRow:
    """The notice of a charge, taken at once."""
    at_s, number = charge.at_s + 0.1, charge.seq
    sent = (charge.operation_id, charge.request_id, at_s, at_s + 0.01, 200)
    row = DeliveryRow("stripe", number, 1, "test", "charge.succeeded", "http://127.0.0.1:1/hooks", *sent)
    return row._replace(is_last=True)


def heard(notice: DeliveryRow, ends_s: float = 100.0) -> tuple[EventRow, EventRow]:
    """What the target says of a notice: that it has taken it, and at the end that it knows it."""
    told = (notice.vendor, "", notice.operation_id, 0)
    return (
        EventRow(notice.finished_s, "notice", *told, "taken", 0.0, notice.type),
        EventRow(ends_s, NOTICE_SHOWN, *told, "succeeded", 0.0, notice.type),
    )


def letter(number: int, **changes: Any) -> LetterRow:
    """A dead letter of a payment, redriven."""
    row = LetterRow(
        id=f"dl-{number}",
        flow="pay",
        state="redriven",
        operation_id=f"op-{number}",
        idempotency_key=f"key-{number}",
        error_class="vendor_unavailable",
        first_attempt_at=2.0,
        last_attempt_at=3.0,
        attempts=2,
    )
    return row._replace(**changes)


def moved(at_s: float, old: str, new: str, vendor: str = "stripe") -> EventRow:
    """A breaker's transition, as telemetry reports it."""
    return EventRow(at_s, "breaker_transition", vendor, "", "", 0, new, 0.0, f"{old}->{new}: because")


def attempted(sent: LedgerRow, attempt: int = 1) -> tuple[EventRow, EventRow]:
    """An attempt that made this request, as telemetry reports its begin and its end."""
    ended = {0: "connection_lost", 402: "vendor_refused", 429: "throttled", 503: "vendor_unavailable"}
    took_s = sent.finished_s - sent.at_s
    begun = EventRow(sent.at_s, "attempt_started", sent.vendor, "", sent.operation_id, attempt)
    outcome = ended.get(sent.status, "ok")
    return begun, begun._replace(at_s=sent.finished_s, kind="attempt_finished", outcome=outcome, duration_s=took_s)


def finished(asked: OperationRow) -> EventRow:
    """An operation's end, as telemetry reports it."""
    outcome = "dead_lettered" if asked.outcome == Outcome.ACCEPTED and asked.detail else asked.outcome.value
    of = ("", asked.name, asked.operation_id)
    letter = asked.detail if outcome == "dead_lettered" else ""
    return EventRow(asked.finished_s, "operation_finished", *of, outcome=outcome, detail=letter)


def telling(evidence: Evidence) -> Evidence:
    """The same history, of which the target tells all: each request as an attempt, each answered operation's end."""
    attempts = [event for each in evidence.requests for event in attempted(each)]
    ends = [finished(each) for each in evidence.operations if each.status]
    aside = [each._replace(kind="dead_lettered") for each in ends if each.outcome == "dead_lettered"]
    events = [*evidence.events, *attempts, *aside, *ends]
    return changed(evidence, events=sorted(events, key=lambda event: event.at_s))


def healthy(count: int = 200, *, name: str = "pay", over_s: float = 100.0) -> Evidence:
    """Evenly spread operations of one kind, each done at once, and nothing else."""
    instants = [over_s * number / count for number in range(count)]
    return known(
        operations=tuple(operation(i, name=name, at_s=at_s) for i, at_s in enumerate(instants)),
        requests=tuple(request(i, name=name, at_s=at_s + 0.01, seq=2 * i) for i, at_s in enumerate(instants)),
        effects=tuple(effect(i, name=name, at_s=at_s + 0.05, seq=2 * i + 1) for i, at_s in enumerate(instants)),
        events=(EventRow(0.0, "started"),),
        phases=PHASES,
        secrets=frozenset({SECRET}),
        duration_s=over_s,
    )


@lru_cache(maxsize=16)
def consistent(seed: int, count: int = 700) -> Evidence:
    """A run with an outage that a correct target survived: retries, an open breaker, dead letters, lost answers.

    Of the last seeds it is not told again: the same examples, more than a few, are tried on many demands.
    """
    return _Story(random.Random(seed)).told(count)


@dataclass
class _Story:
    rng: random.Random
    operations: list[OperationRow] = field(default_factory=list)
    requests: list[LedgerRow] = field(default_factory=list)
    effects: list[LedgerRow] = field(default_factory=list)
    letters: list[LetterRow] = field(default_factory=list)
    told_of: list[EventRow] = field(default_factory=list)
    effect_of: dict[int, str] = field(default_factory=dict)
    seq: int = 0

    def _by_hand(self) -> Iterator[Order]:
        """What an operator might have ordered, of the letters that came to an end."""
        yield Order(HEALTH, "", 99.0, 99.0, "healthy", expected="healthy")
        for each in self.letters:
            told = DONE if each.state == "redriven" else each.state
            yield Order(REDRIVE, each.id, 99.0, 200.0, told, each.operation_id)

    def told(self, count: int) -> Evidence:
        self.states = self._breaker()
        self.probes = dict.fromkeys((span for span in self.states if span[0] == "half_open"), 0)
        for number in range(count):
            name = self.rng.choices(("pay", "notify", "place_order"), weights=(2, 1, 1))[0]
            self._operation(number, name, self.rng.uniform(0.0, 99.0))
        events = [EventRow(0.0, "started")]
        events += [moved(b[1], a[0], b[0]) for a, b in pairwise(self.states)]
        notices = tuple(delivery(each) for each in self.effects if each.kind == "stripe.charge")
        events += chain.from_iterable(map(heard, notices))
        events = sorted([*events, *self.told_of], key=lambda event: event.at_s)
        history = known(
            operations=tuple(self.rng.sample(self.operations, len(self.operations))),
            requests=tuple(self.requests),
            effects=tuple(self.effects),
            events=tuple(events),
            phases=PHASES,
            faults=(
                FaultSpan(id="outage.1", vendor="stripe", text="503", start_s=20, end_s=60, matched=50, struck=50),
            ),
            dead_letters=tuple(self.letters),
            deliveries=notices,
            notified_by=("stripe",),
            secrets=frozenset({SECRET}),
            policies=POLICIES,
            duration_s=100.0,
            terms=TERMS,
            memory=holding(),
            endings=[Ending("gateway", at_s, 3.0, at_s) for at_s in STOPS],
            deeds=[
                *(Deed(at_s + 1e-9, "start gateway", process="gateway") for at_s in STOPS),
                Deed(99.0, "redrive by hand", orders=tuple(self._by_hand())),
            ],
        )
        return beside(history)

    def _breaker(self) -> list[Span]:
        """Opens early in the outage, probes in vain, closes early in the recovery."""
        states: list[Span] = []
        state, since_s = "closed", 0.0
        at_s = self.rng.uniform(21.0, 24.0)
        while at_s < 62.0:
            states.append((state, since_s, at_s))
            state = "half_open" if state == "open" else "open"
            since_s = at_s
            at_s += self.rng.uniform(4.0, 8.0) if state == "open" else self.rng.uniform(0.05, 0.5)
        states.append((state, since_s, at_s))
        if state == "open":
            states.append(("half_open", at_s, at_s + 0.2))
        states.append(("closed", states[-1][2], float("inf")))
        return states

    def _operation(self, number: int, name: str, at_s: float) -> None:
        if name == "pay":
            span = next(each for each in self.states if each[1] <= at_s < each[2])
            if span[0] == "open" or (span[0] == "half_open" and self.probes[span] >= 3):
                self._turned_away(number, name, at_s)
                return
            if span[0] == "half_open":
                self.probes[span] += 1
                self._probe(number, name, at_s)
                return
            if span[2] - at_s < 9.0:  # no retry may reach into the open stretch
                self._calls(number, name, at_s, attempts=1)
                return
        self._calls(number, name, at_s, attempts=self.rng.choices((1, 2, 3), weights=(8, 2, 1))[0])

    def _turned_away(self, number: int, name: str, at_s: float) -> None:
        rejected = EventRow(at_s + 0.001, "call_rejected", ROUTES[name][0], name, f"op-{number}", outcome="breaker")
        self.told_of.append(rejected)
        if self.rng.random() < 0.5:
            self._ask(number, name, at_s, at_s + 0.002, Outcome.REFUSED)
        else:
            self._ask(number, name, at_s, at_s + 0.004, Outcome.ACCEPTED)
            self._set_aside(number, name, at_s)

    def _probe(self, number: int, name: str, at_s: float) -> None:
        self._request(number, name, at_s, status=503)
        self._ask(number, name, at_s, at_s + 0.06, Outcome.ACCEPTED)
        self._set_aside(number, name, at_s)

    def _calls(self, number: int, name: str, at_s: float, attempts: int) -> None:
        lost_answer = attempts > 1 and self.rng.random() < 0.3
        sent_s = at_s + self.rng.uniform(0.0, 0.01)
        now_s = sent_s
        for attempt in range(1, attempts + 1):
            last = attempt == attempts
            if last:
                self._request(number, name, now_s, attempt, replayed=lost_answer)
                if not lost_answer:
                    self._effect(number, name, now_s + 0.02)
            elif lost_answer and attempt == 1:
                self._request(number, name, now_s, attempt, status=0, ending="reset")
                self._effect(number, name, now_s + 0.02)
                self._tells(number, name, attempt, now_s + 0.05, "retry_scheduled")
            else:
                wait_s = self.rng.choice((None, 1.0, 2.0))
                self._request(number, name, now_s, attempt, status=429, retry_after_s=wait_s, faults=("outage.1",))
                self._tells(number, name, attempt, now_s + 0.05, "retry_scheduled")
                now_s += wait_s or 0.0
            now_s += 0.05 + self.rng.uniform(0.01, 0.4)
        outcome = self.rng.choices((Outcome.DONE, Outcome.UNKNOWN), weights=(30, 1))[0]
        self._ask(number, name, at_s, now_s, outcome)

    def _tells(self, number: int, name: str, attempt: int, at_s: float, kind: str) -> None:
        self.told_of.append(EventRow(at_s, kind, ROUTES[name][0], name, f"op-{number}", attempt))

    def _set_aside(self, number: int, name: str, at_s: float) -> None:
        refused = self.rng.random() < 0.2
        state = "refused" if refused else "redriven"
        self.letters.append(letter(number, flow=name, first_attempt_at=at_s, state=state))
        again_s = self.rng.uniform(80.0, 99.0)
        self._request(number, name, again_s, status=402 if refused else 200)
        if not refused:
            self._effect(number, name, again_s + 0.02)

    def _ask(self, number: int, name: str, at_s: float, finished_s: float, outcome: Outcome) -> None:
        status = {Outcome.DONE: 201, Outcome.ACCEPTED: 202, Outcome.REFUSED: 503, Outcome.UNKNOWN: 504}[outcome]
        row = OperationRow(f"op-{number}", name, at_s, at_s, finished_s, finished_s - at_s, 1, status, outcome)
        if name == "pay":
            row = row._replace(as_asked=json.dumps({"stripe.charge": {"amount": 100 + number}}))
        if name == "pay" and outcome is Outcome.DONE:
            row = row._replace(answered=json.dumps({"payment": self.effect_of[number]}))
        self.operations.append(row)
        self.told_of.append(finished(row))

    def _request(self, number: int, name: str, at_s: float, attempt: int = 1, **changes: Any) -> None:
        self.seq += 1
        self.requests.append(request(number, name=name, at_s=at_s, seq=self.seq, **changes))
        self.told_of += attempted(self.requests[-1], attempt)

    def _effect(self, number: int, name: str, at_s: float) -> None:
        self.seq += 1
        self.effects.append(effect(number, name=name, at_s=at_s, seq=self.seq, amount=100 + number))
        self.effect_of[number] = self.effects[-1].id


def holding(
    *, grows_a_second: int = 0, opens_a_second: float = 0.0, over_s: int = 100, pid: int = 11
) -> tuple[MemorySample, ...]:
    """A process that holds 50 MB and 40 descriptors, a little more or less at each look, and so many more a second."""
    rng = random.Random(pid)
    held = [50_000_000 + grows_a_second * second + rng.randrange(200_000) for second in range(over_s)]
    opened = [40 + int(opens_a_second * second) + rng.randrange(3) for second in range(over_s)]
    return tuple(
        MemorySample(second + 0.5, "gateway", pid, *each) for second, each in enumerate(zip(held, opened, strict=True))
    )


def beside(evidence: Evidence) -> Evidence:
    """The same with its control run: the same was asked for at the same instants, and done at once."""
    done: dict[str, Any] = {"outcome": Outcome.DONE, "status": 201, "asks": 1}
    calm = [each._replace(sent_s=each.intended_s, finished_s=each.intended_s + 0.1, **done) for each in evidence.wanted]
    requests = [
        request(0, name=each.name, at_s=each.intended_s, seq=seq, operation_id=each.operation_id)
        for seq, each in enumerate(calm)
    ]
    control = changed(
        evidence, operations=calm, requests=requests, effects=(), events=(), dead_letters=(), deliveries=(), faults=()
    )
    return changed(evidence, control=control)


def with_operations(evidence: Evidence, change: Callable[[OperationRow], OperationRow | None]) -> Evidence:
    """The same history with each operation changed, or left out where `change` returns None."""
    return changed(evidence, operations=tuple(new for old in evidence.operations if (new := change(old)) is not None))


def with_requests(evidence: Evidence, change: Callable[[LedgerRow], LedgerRow | None]) -> Evidence:
    """The same history with each request changed or left out."""
    return changed(evidence, requests=tuple(new for old in evidence.requests if (new := change(old)) is not None))


def with_effects(evidence: Evidence, change: Callable[[LedgerRow], LedgerRow | None]) -> Evidence:
    """The same history with each effect changed or left out."""
    return changed(evidence, effects=tuple(new for old in evidence.effects if (new := change(old)) is not None))
