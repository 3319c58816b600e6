"""A fault in force at one account."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from brownout_harness.testing.stand import AnyStand
from brownout_harness.words.fault import Unwritten, read_fault
from brownout_simulators.faults.aim import nearest_miss
from brownout_simulators.faults.kinds import rule_from_json
from brownout_simulators.faults.rule import Match, Rule
from brownout_simulators.router import Router
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import Vendor

PYTHON: Final = "python"
"""Who makes the changes here, as the simulator's books say it."""


class Count(NamedTuple):
    """How often a fault's rule was asked, and how often it struck."""

    matched: int
    struck: int


class Fault:
    """One fault, from when it was asked for until it is removed or the test is over."""

    def __init__(self, rule: Rule, text: str, expect_struck: int, stand: AnyStand, simulator: Simulator[Any]) -> None:
        self.id = rule.id
        """What the ledger's `faults` and the header `Brownout-Fault` call it."""
        self.text = text
        """As it was written, on one line."""
        self.expect_struck = expect_struck
        """Striking fewer calls than this, it leaves the test without proof: it fails."""
        self.match = rule.match
        self._stand = stand
        self._simulator = simulator
        self._last: Count | None = None

    @property
    def count(self) -> Count:
        """How often it matched, and struck, so far."""
        return self._last or self._stand.do(self._now)

    @property
    def struck(self) -> int:
        """How many calls it has struck so far."""
        return self.count.struck

    @property
    def matched(self) -> int:
        """How many calls it was meant for so far, struck or not."""
        return self.count.matched

    def remove(self) -> None:
        """Take it out of force; what it has counted stays. May be called again."""
        if self._last is None:
            self._last = self._stand.do(self._take_away)

    def _take_away(self) -> Count:
        last = self._now()
        self._simulator.remove_fault(self.id, PYTHON)
        return last

    def _now(self) -> Count:
        standing = self._simulator.plan.standing.get(self.id)
        return Count(0, 0) if standing is None else Count(standing.matched, standing.struck)

    def __repr__(self) -> str:
        matched, struck = self.count
        return f"<fault {self.text}: struck {struck} of {matched}>"


def put_in_force(
    stand: AnyStand,
    simulator: Simulator[Any],
    *,
    account: str,
    rule_id: str,
    first: int | None,
    written: Mapping[str, Any],
) -> Fault:
    """A fault as in a scenario, without `vendor`; `first` is short for striking so many matching calls, then none.

    It strikes this account's calls. Raises `Unwritten`.
    """
    vendor = simulator.vendor
    entry = dict(written)
    if first is not None:
        entry |= _sequence(first, written)
    fault = read_fault(vendor, entry)
    rule = rule_from_json({**fault.rule, "id": rule_id, "vendor": vendor.name})
    if rule.match.account == "*" and not type(rule.fault).of_whole_vendor and not _is_public(vendor, rule.match):
        rule = replace(rule, match=replace(rule.match, account=account))
    stand.do(lambda: simulator.add_fault(rule, PYTHON))
    return Fault(rule, fault.text, fault.expect_struck, stand, simulator)


def _sequence(first: int, written: Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(first, bool) or not isinstance(first, int) or first < 1:
        raise Unwritten(f"first: a whole number of calls, at least 1, got {first!r}")
    for key in ("sequence", "sequence_per", "calls"):
        if key in written:
            raise Unwritten(f"first: stands for a sequence; leave out {key}")
    return {"sequence": "F" * first, "sequence_per": "rule"}


def _is_public(vendor: Vendor[Any], match: Match) -> bool:
    """Whether calls are meant that name no account, for they need no credential."""
    spelt_out = Router(vendor.routes).find(match.method, match.path)
    if spelt_out is not None:
        return spelt_out.route.public
    return all(route.public for route in vendor.routes if not nearest_miss(Router([route]), match))
