"""mitmproxy in a run: between a target that cannot be pointed elsewhere and the simulators, and whether it was used."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from brownout_harness.intercept import program
from brownout_harness.intercept.plan import Plan
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.problems import NotJudged
from brownout_harness.real import mitm
from brownout_harness.real.mitm import Mitm
from brownout_harness.real.processes import Child, Processes
from brownout_harness.real.served import Served
from brownout_scenarios.schema import Scenario

COST: Final = (
    "the target's calls went through mitmproxy, which costs milliseconds each and passes on a few hundred a second: "
    "latency was measured with that (docs/intercept.md says how much)"
)
SHOWN: Final = 10
"""So many of the lines that it said."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it."""

    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()


class Interception:
    """Of one run. Where the scenario has none, nothing is started and nothing is seen."""

    def __init__(
        self, scenario: Scenario, processes: Processes, *, environment: Mapping[str, str], folder: Path
    ) -> None:
        """Raises `BadInput` where it is needed and mitmproxy is not here."""
        self._scenario = scenario
        self._processes = processes
        self._environment = environment
        self._folder = folder / "mitm"
        self._mitm: Mitm | None = None
        self._vendors: frozenset[str] = frozenset()
        if scenario.is_intercepted:
            program.find(environment)

    def begin(self, stands: Sequence[Served], tell: Callable[[str], None]) -> Mapping[str, str]:
        """Start it, and wait until it serves; what leads a target through it.

        Raises:
            NotJudged: it did not start.
        """
        if not self._scenario.is_intercepted:
            return {}
        self._vendors = frozenset(one.vendor for one in stands)
        plan = Plan(stood=tuple(mitm.stood(stands, {}, with_routes=False)), seed=self._scenario.seed)
        self._mitm = mitm.start(
            self._processes, plan, port=0, folder=self._folder, environment=self._environment, cure="try again"
        )
        tell(COST.replace("went through", "go through").replace("latency was", "latency is"))
        return self._mitm.leading(self._environment, stands)

    @property
    def children(self) -> tuple[Child, ...]:
        """The process that tells when it stood still, where there is one."""
        return () if self._mitm is None else (self._mitm.child,)

    def end(self) -> Seen:
        """Stop it, when the target has ended, and say what went through it."""
        if self._mitm is None:
            return Seen()
        self._processes.stop(mitm.NAME)
        said, _ = self._mitm.said()
        try:
            counts = self._mitm.counts()
        except NotJudged as lost:
            return Seen((Gap(GapKind.EVIDENCE_LOST, str(lost)),), (COST, *said[:SHOWN]))
        vendors = {name: counts[name] for name in counts if name in self._vendors}
        if vendors:
            told = ", ".join(f"{name} {count}" for name, count in vendors.items())
            return Seen(notes=(f"{COST}; requests: {told}", *said[:SHOWN]))
        why = "no request for a vendor came through mitmproxy: the target heeds no HTTPS_PROXY, or asks no vendor"
        return Seen((Gap(GapKind.NOT_STAGED, why),), (COST, *said[:SHOWN]))
