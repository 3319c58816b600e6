"""One run, ready to be asked: what was told of which operation, where each breaker stood, and what was struck."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from brownout_core.adapters import ADAPTERS
from brownout_core.compose import read_document
from brownout_core.policies.settings import VendorPolicies
from brownout_harness.judging.inputs import RunInputs
from brownout_reports.rows import REQUEST, DeliveryRow, EventRow, LedgerRow, OperationRow
from brownout_scenarios.schema import FaultRule, Scenario


class Struck(NamedTuple):
    """Something that happened to an operation: which row of the table it belongs to, whose, when."""

    row: str
    at_s: float
    until_s: float
    operation_id: str = ""
    """Empty: to nobody's, or to everybody's."""
    vendor: str = ""
    """Empty: at no vendor, or at all of them."""
    route: str = ""
    status: int = 0


class Move(NamedTuple):
    """A breaker's."""

    at_s: float
    state: str


@dataclass(frozen=True)
class Seen:
    """A scenario, and what came of running it."""

    scenario: Scenario
    inputs: RunInputs

    @cached_property
    def rules(self) -> Mapping[str, FaultRule]:
        """By id."""
        every = (*self.scenario.fault_rules(), *self.scenario.standing_rules())
        return {rule.id: rule for rule in every if rule.layer == "vendor"}

    @cached_property
    def policies(self) -> Mapping[str, VendorPolicies]:
        """By vendor, as the scenario has them."""
        settings_of = read_document(self.scenario.policies.to_json())["policies"]
        return {name: settings_of(adapter) for name, adapter in ADAPTERS.items()}

    @cached_property
    def operations(self) -> tuple[OperationRow, ...]:
        """What the target was asked for."""
        return tuple(each for each in self.inputs.tables.of(OperationRow) if not each.asked_of)

    @cached_property
    def requests(self) -> tuple[LedgerRow, ...]:
        """In the vendors' books."""
        return tuple(each for each in self.inputs.tables.of(LedgerRow) if each.entry == REQUEST)

    @cached_property
    def deliveries(self) -> tuple[DeliveryRow, ...]:
        """Of notices, attempt by attempt, in the vendors' books."""
        return tuple(self.inputs.tables.of(DeliveryRow))

    @cached_property
    def _told(self) -> Mapping[str, tuple[EventRow, ...]]:
        found: dict[str, list[EventRow]] = defaultdict(list)
        for event in self.inputs.tables.of(EventRow):
            found[event.operation_id].append(event)
        return {key: tuple(sorted(events, key=lambda each: each.at_s)) for key, events in found.items()}

    def told_of(self, struck: Struck, kind: str) -> Iterator[EventRow]:
        """What was told of the operation from the strike on; at its vendor, where it has one and the telling has."""
        for event in self._told.get(struck.operation_id, ()):
            if event.kind == kind and event.at_s >= struck.at_s and _same(event.vendor, struck.vendor):
                yield event

    def is_sent_again_after(self, operation_id: str, at_s: float) -> bool:
        """Whether a dead letter of the operation is sent again then."""
        return any(each.kind == "redriven" and each.at_s >= at_s for each in self._told.get(operation_id, ()))

    @cached_property
    def _moves(self) -> Mapping[str, tuple[Move, ...]]:
        found: dict[str, list[Move]] = defaultdict(list)
        for event in self._told.get("", ()):
            if event.kind == "breaker_transition":
                found[event.vendor].append(Move(event.at_s, event.outcome))
        return {vendor: tuple(sorted(moves)) for vendor, moves in found.items()}

    def breaker_at(self, vendor: str, at_s: float) -> str:
        """Where the vendor's breaker stood just before."""
        moves = self._moves.get(vendor, ())
        before = bisect_left(moves, (at_s, ""))
        return moves[before - 1].state if before else "closed"

    def opened_within(self, vendor: str, start_s: float, end_s: float) -> bool:
        """Whether the vendor's breaker opened then; any breaker, where there is no vendor."""
        moves = self._moves.get(vendor, ()) if vendor else [move for each in self._moves.values() for move in each]
        return any(start_s <= move.at_s <= end_s and move.state == "open" for move in moves)

    @cached_property
    def _asked_for_tokens(self) -> Mapping[str, tuple[float, ...]]:
        found: dict[str, list[float]] = defaultdict(list)
        for request in self.requests:
            if is_for_a_token(request.route):
                found[request.vendor].append(request.at_s)
        return {vendor: tuple(sorted(times)) for vendor, times in found.items()}

    def asked_for_a_token_within(self, vendor: str, start_s: float, end_s: float) -> bool:
        """Whether the vendor was asked for a new token, or a key, then."""
        times = self._asked_for_tokens.get(vendor, ())
        return bisect_right(times, end_s) > bisect_left(times, start_s)

    @cached_property
    def replayed(self) -> frozenset[tuple[str, str]]:
        """(vendor, operation) of which the vendor knew a request again by its key."""
        return frozenset((each.vendor, each.operation_id) for each in self.requests if each.replayed)


def is_for_a_token(route: str) -> bool:
    """Whether a route gives out what others ask for: tokens, sessions, keys."""
    return any(part in route for part in ("token", "/login", "/jwks", "/renew"))


def _same(told: str, struck: str) -> bool:
    return not told or not struck or told == struck
