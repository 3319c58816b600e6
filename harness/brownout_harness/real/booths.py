"""The vendors' simulators, a process each: started together, told the whole schedule beforehand, read at the end."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import polars as pl

from brownout_harness.asked.operations import operations_of
from brownout_harness.asked.terms import fields_to_keep, terms_of
from brownout_harness.faults.actions import watched
from brownout_harness.faults.touched import gaps_of
from brownout_harness.judging.evidence import Gap
from brownout_harness.judging.inputs import FaultCount
from brownout_harness.judging.simulator_status import fault_counts, simulator_gaps
from brownout_harness.problems import NotJudged
from brownout_harness.real import served
from brownout_harness.real.http_json import Answer, NoAnswer, call
from brownout_harness.real.processes import Child
from brownout_harness.real.served import Served
from brownout_harness.real.served_here import announced
from brownout_harness.safety.secret_forms import SECRET_ENDINGS, secrets_in
from brownout_reports.rows import DeliveryRow, LedgerRow, read
from brownout_scenarios.phases import Trigger
from brownout_scenarios.schema import FaultRule, Scenario
from brownout_simulators.outsiders import KeyHolder
from brownout_simulators.vendor import DEFAULT_ACCOUNT
from brownout_simulators.vendors import load_vendor

PAGE_ROWS = 2000
READ_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Rest:
    """How far one simulator is from being at rest."""

    requests: int
    webhooks: int
    seen: int
    """Rows in its ledger: two equal looks mean that nothing came between."""


@dataclass(frozen=True, slots=True)
class Booth(Served):
    """One vendor's simulator, serving in a process of its own, and what a run has to do with it."""

    @property
    def key_holder(self) -> KeyHolder | None:
        """Who has no more than the target's key; None where that opens nothing."""
        vendor = load_vendor(self.vendor)
        return None if vendor.key_holder is None else vendor.key_holder(vendor.test_key(DEFAULT_ACCOUNT))

    @property
    def account(self) -> str:
        """The label of the account that the target's key opens."""
        vendor = load_vendor(self.vendor)
        return vendor.account_of(vendor.test_key(DEFAULT_ACCOUNT))

    @property
    def key(self) -> str:
        """The test credential; empty where the vendor has none."""
        return next((value for name, value in self.environment.items() if name.endswith(SECRET_ENDINGS)), "")

    @property
    def secrets(self) -> frozenset[str]:
        """Every credential among its variables."""
        return secrets_in(self.environment)

    def control(self, method: str, path: str, body: Any = None, *, timeout_s: float = 5.0) -> Any:
        """A call to its control API; returns the JSON.

        Raises:
            NotJudged: it does not answer, or says no.
        """
        answer = self.ask(method, path, body, timeout_s=timeout_s)
        if answer.status >= 300:
            raise NotJudged(f"the {self.vendor} simulator answered {answer.status} to {method} {path}: {_why(answer)}")
        return answer.json

    def ask(self, method: str, path: str, body: Any = None, *, timeout_s: float = 5.0) -> Answer:
        """As `control`, whatever the status."""
        try:
            return call(method, f"{self.url}/_brownout/{path}", body, timeout_s=timeout_s)
        except NoAnswer as error:
            raise NotJudged(f"the {self.vendor} simulator does not answer: {error}") from None

    def rest(self) -> Rest:
        """What it has in flight."""
        status = self.control("GET", "status")
        return Rest(status["under_way"], status["open_webhooks"], status["ledger"]["next_seq"])

    def ledger(self, start_at_s: float) -> Iterator[pl.DataFrame]:
        """Every row of its ledger, a page at a time, instants counted from the run's start."""
        after, more = -1, True
        while more:
            page = self.control("GET", f"ledger?after={after}&limit={PAGE_ROWS}", timeout_s=READ_TIMEOUT_S)
            yield read(LedgerRow, page["rows"], start_s=start_at_s)
            after, more = page["next_after"], page["more"]

    def deliveries(self, start_at_s: float) -> Iterator[pl.DataFrame]:
        """Every attempt to deliver a notice, as `ledger`."""
        after, more = -1, True
        while more:
            page = self.control("GET", f"deliveries?after={after}&limit={PAGE_ROWS}", timeout_s=READ_TIMEOUT_S)
            yield read(DeliveryRow, page["rows"], start_s=start_at_s)
            after, more = page["next_after"], page["more"]


@dataclass(frozen=True, slots=True)
class Held:
    """A watch of one simulator: how often what it waits for came, and whether it was the time that it waits for."""

    booth: Booth
    id: str
    came: int
    has_come: bool
    was_held_too_long: bool

    def let_go(self) -> bool:
        """The call goes on; False where it had gone on by itself."""
        (told,) = self.booth.control("DELETE", f"moments/{self.id}")["moments"]
        return not told["was_held_too_long"]


def _why(answer: Answer) -> str:
    said = answer.json.get("error", answer.json) if isinstance(answer.json, dict) else ""
    return str(said)[:200]


LEAD_S = 0.5
"""From handing out the start instant to the start, at least."""
LEAD_ROUNDS = 5
"""And no less than so many rounds to all simulators take: on a busy machine everything does."""


class Booths:
    """All of a run's. Acts out the faults that happen inside a vendor."""

    def __init__(self, scenario: Scenario, booths: Sequence[Booth]) -> None:
        self._scenario = scenario
        self._booths = tuple(booths)
        self._webhook_secrets: dict[str, str] = {}
        self._start_at_s: float | None = None

    def __iter__(self) -> Iterator[Booth]:
        return iter(self._booths)

    @property
    def secrets(self) -> frozenset[str]:
        """Every credential by which an application finds one of them, or knows its notices."""
        return frozenset(self._webhook_secrets.values()).union(*(booth.secrets for booth in self._booths))

    def found_here(self) -> AbstractContextManager[None]:
        """Who looks for simulators on this machine finds them, for so long."""
        return announced(self._scenario.name, self._booths)

    def lead_s(self) -> float:
        """How long before the start everybody must be told of it."""
        began_s = time.monotonic()
        for booth in self._booths:
            booth.rest()
        return max(LEAD_S, LEAD_ROUNDS * (time.monotonic() - began_s))

    def set_up(self) -> None:
        """Set each up as the scenario says, before anybody asks it anything.

        Raises:
            NotJudged: one of them does not take it.
        """
        for booth in self._booths:
            if booth.vendor in self._scenario.setup:
                booth.control("PUT", "setup", dict(self._scenario.setup[booth.vendor]))

    def listen(self, target_url: str) -> Mapping[str, str]:
        """Register the target's receivers; the secrets that their notices are signed with, by vendor.

        Raises:
            NotJudged: one of them does not take it.
        """
        for booth in self._booths:
            notices = self._scenario.notices.get(booth.vendor)
            if notices is not None and notices.to:
                made = booth.control("POST", "receivers", {"account": booth.account, "url": target_url + notices.to})
                self._webhook_secrets[booth.vendor] = made["secret"]
        return dict(self._webhook_secrets)

    def schedule(self, rules: Sequence[FaultRule], start_at_s: float) -> None:
        """Hand each its whole part of the run: rules, limits, where operation ids travel, what of effects to keep, and
        the start instant.

        Raises:
            NotJudged: one of them does not take it, or the start instant has come meanwhile.
        """
        scenario = self._scenario
        vendors = {booth.vendor: load_vendor(booth.vendor) for booth in self._booths}
        fields = fields_to_keep(terms_of(operations_of(scenario).values()), scenario.expect, vendors)
        for booth in self._booths:
            body: dict[str, Any] = {
                "start_at_s": start_at_s,
                "seed": scenario.seed,
                "reopen": True,  # as in virtual time, where nothing is opened before the start
                "rules": [dict(rule.json) for rule in rules if rule.vendor == booth.vendor],
            }
            if booth.vendor in scenario.limits:
                body["limits"] = scenario.limits_of(booth.vendor)
            if during := scenario.limits_during(booth.vendor):
                body["limits_during"] = during
            if booth.vendor in scenario.correlate:
                body["correlate"] = list(scenario.correlate[booth.vendor])
            if booth.vendor in fields:
                body["fields"] = fields[booth.vendor]
            if booth.vendor in scenario.notices:
                body["webhook_time_scale"] = scenario.notices[booth.vendor].time_scale
            booth.control("POST", "schedule", body)
        self._start_at_s = start_at_s
        if time.monotonic() >= start_at_s:
            raise NotJudged("the simulators took the schedule too late: the machine is too busy, try again")

    def advance(self, vendor: str, seconds: float) -> None:
        """Move the vendor's own clock ahead. Raises `NotJudged` where it does not."""
        (booth,) = (booth for booth in self._booths if booth.vendor == vendor)
        booth.control("POST", "clock", {"advance_s": seconds})

    def watch(self, triggers: Sequence[Trigger], start_at_s: float) -> None:
        """Have each hold the calls at whose moments something is to be done. To be told before the run starts."""
        for booth in self._booths:
            if moments := watched(triggers, booth.vendor, start_at_s):
                booth.control("POST", "moments", {"moments": moments})

    def moments(self, vendors: Collection[str]) -> Iterator[Held]:
        """How far the watches of these vendors have come."""
        for booth in self._booths:
            if booth.vendor in vendors:
                for each in booth.control("GET", "moments")["moments"]:
                    yield Held(booth, each["id"], each["came"], each["has_come"], each["was_held_too_long"])

    def counts(self) -> dict[str, FaultCount]:
        """How often each of their rules matched and struck."""
        return {rule: n for booth in self._booths for rule, n in fault_counts(booth.control("GET", "status")).items()}

    def gaps(self) -> list[Gap]:
        """Where a simulator itself fell short, or somebody changed what it was told."""
        fell_short = [simulator_gaps(booth.vendor, booth.control("GET", "status")) for booth in self._booths]
        return [gap for gaps in (*fell_short, self._by_hand()) for gap in gaps]

    def _by_hand(self) -> Iterator[Gap]:
        """What somebody changed since the schedule was handed out."""
        if self._start_at_s is not None:
            for booth in self._booths:
                yield from gaps_of(booth.vendor, booth.control("GET", "changes"), self._start_at_s)

    def said(self) -> dict[str, Sequence[Mapping[str, str]]]:
        """By vendor, what its first calls with an effect said, by place."""
        return {booth.vendor: booth.control("GET", "said")["said"] for booth in self._booths}

    def deliveries(self, start_at_s: float) -> Iterator[pl.DataFrame]:
        """Every attempt to deliver a notice, a page at a time."""
        for booth in self._booths:
            yield from booth.deliveries(start_at_s)

    def ledger(self, start_at_s: float) -> Iterator[pl.DataFrame]:
        """Every row of every ledger, by vendor, a page at a time."""
        for booth in sorted(self._booths, key=lambda booth: booth.vendor):
            yield from booth.ledger(start_at_s)


def lots_of(scenario: Scenario, vendors: Sequence[str]) -> list[tuple[str, ...]]:
    """Which vendors share a process: those that the scenario does not name, of which a target of somebody else's may
    use one or the other. All others have one each, and no load upon one is felt by another."""
    named = set(vendors if scenario.target is None else scenario.vendors)
    unnamed = tuple(vendor for vendor in vendors if vendor not in named)
    return [*((vendor,) for vendor in vendors if vendor in named), *([unnamed] if unnamed else [])]


def name_of(lot: Sequence[str]) -> str:
    """The process, and so its log."""
    return f"simulator-{lot[0]}" if len(lot) == 1 else "simulators-unnamed"


def command(python: str, lot: Sequence[str], seed: int, port: int = 0) -> list[str]:
    """Starts them on loopback, on free ports if it is 0. `-P`: a file of the current folder is no module of its own."""
    module = [python, "-P", "-m", "brownout_simulators"]
    return [*module, "--vendors", ",".join(lot), "--port-base", str(port), "--seed", str(seed)]


def wait(child: Child, vendors: Sequence[str], deadline_s: float, what: str, *, cure: str) -> tuple[Booth, ...]:
    """See `served.wait`."""
    found = served.wait(child, vendors, deadline_s, what, cure=cure)
    return tuple(Booth(one.vendor, one.url, one.environment) for one in found)
