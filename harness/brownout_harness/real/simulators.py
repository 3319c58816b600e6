"""The vendors' simulators as one process: started, told the whole schedule beforehand, read at the end."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from brownout_harness.judging.evidence import Gap
from brownout_harness.judging.inputs import FaultCount
from brownout_harness.judging.simulator_status import SECRET_ENDINGS, fault_counts, secrets_in, simulator_gaps
from brownout_harness.problems import NotJudged
from brownout_harness.real.http_json import Answer, NoAnswer, call
from brownout_harness.real.processes import Child, json_lines
from brownout_reports.rows import LedgerRow, read
from brownout_scenarios.schema import Scenario

PAGE_ROWS = 2000
READ_TIMEOUT_S = 20.0
NAME = "simulators"


@dataclass(frozen=True, slots=True)
class Simulator:
    """One vendor, serving."""

    vendor: str
    url: str
    environment: Mapping[str, str] = field(default_factory=dict)
    """The variables by which an application finds it: its address and a test credential."""

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


def _why(answer: Answer) -> str:
    said = answer.json.get("error", answer.json) if isinstance(answer.json, dict) else ""
    return str(said)[:200]


def command(python: str, vendors: Sequence[str], seed: int) -> list[str]:
    """Starts them on free ports of loopback. `-P`: a file of the current folder is no module of theirs."""
    return [
        python,
        "-P",
        "-m",
        "brownout_simulators",
        "--vendors",
        ",".join(vendors),
        "--port-base",
        "0",
        "--seed",
        str(seed),
    ]


def ready(child: Child, vendors: Sequence[str]) -> tuple[Simulator, ...]:
    """The simulators, once every one of them has said that it serves; empty until then."""
    said = {line["vendor"]: line for line in json_lines(child.output)[0] if "vendor" in line}
    if not said.keys() >= set(vendors):
        return ()
    return tuple(Simulator(name, said[name]["url"].rstrip("/"), said[name].get("env", {})) for name in vendors)


def schedule(simulators: Sequence[Simulator], scenario: Scenario, seed: int, start_at_s: float) -> None:
    """Hand each its whole part of the run: rules, limits, where operation ids travel, and the start instant.

    Raises:
        NotJudged: one of them does not take it, or the start instant has come meanwhile.
    """
    rules = scenario.fault_rules()
    for simulator in simulators:
        body: dict[str, Any] = {
            "start_at_s": start_at_s,
            "seed": seed,
            "rules": [dict(rule.json) for rule in rules if rule.vendor == simulator.vendor],
        }
        if simulator.vendor in scenario.limits:
            body["limits"] = scenario.limits_of(simulator.vendor)
        if simulator.vendor in scenario.correlate:
            body["correlate"] = list(scenario.correlate[simulator.vendor])
        simulator.control("POST", "schedule", body)
    if time.monotonic() >= start_at_s:
        raise NotJudged("the simulators took the schedule too late: the machine is too busy, try again")


def ledger_rows(simulator: Simulator, start_at_s: float) -> Iterator[LedgerRow]:
    """Every row of its ledger, instants counted from the run's start."""
    after, more = -1, True
    while more:
        page = simulator.control("GET", f"ledger?after={after}&limit={PAGE_ROWS}", timeout_s=READ_TIMEOUT_S)
        for row in page["rows"]:
            yield read(LedgerRow, row, start_s=start_at_s)
        after, more = page["next_after"], page["more"]


@dataclass(frozen=True, slots=True)
class Rest:
    """How far one simulator is from being at rest."""

    requests: int
    webhooks: int
    seen: int
    """Rows in its ledger: two equal looks mean that nothing came between."""


def rest_of(simulator: Simulator) -> Rest:
    """What it has in flight."""
    status = simulator.control("GET", "status")
    return Rest(status["in_flight"], status["open_webhooks"], status["ledger"]["next_seq"])


def counts_of(simulator: Simulator) -> tuple[dict[str, FaultCount], list[Gap]]:
    """How often each of its rules matched and struck, and where the simulator itself fell short."""
    status = simulator.control("GET", "status")
    return fault_counts(status), simulator_gaps(simulator.vendor, status)
