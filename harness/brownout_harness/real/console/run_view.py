"""A run's timeline while it runs: phases, faults and when they struck, what was done when, how the load fares."""

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

from brownout_harness.progress import Progress
from brownout_scenarios.schema import Scenario


class RunView:
    """Of one run at a time: a control run takes the place of the run before it. Safe for use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = 0
        self._plan: dict[str, Any] = {}
        self._now: dict[str, Any] = {}
        self._struck: dict[tuple[str, str], int] = {}
        self._strikes: dict[str, Counter[int]] = {}
        self._deeds: list[dict[str, Any]] = []
        self._load: list[tuple[float, float, float | None]] = []

    def begin(self, scenario: Scenario) -> None:
        """A run of this scenario is about to start."""
        with self._lock:
            self._plan = {
                "name": scenario.name,
                "seed": scenario.seed,
                "duration_s": scenario.duration_s,
                "phases": [
                    {"name": span.phase.name, "start_s": span.start_s, "end_s": span.end_s} for span in scenario.spans()
                ],
                "faults": [
                    {"id": rule.id, "vendor": rule.vendor, "text": rule.text, "start_s": rule.start_s,
                     "end_s": min(rule.end_s, scenario.duration_s)}
                    for rule in scenario.fault_rules()
                ],
                "planned": [{"at_s": at_s, "text": action.text} for at_s, action in scenario.actions()],
                "awaited": [trigger.text for trigger in scenario.triggers()],
            }  # fmt: skip
            self._now = {"phase": "starting", "at_s": 0.0}
            self._struck, self._strikes, self._deeds, self._load = {}, {}, [], []
            self._version += 1

    def is_over(self) -> None:
        """Nothing comes any more."""
        with self._lock:
            self._now = {**self._now, "phase": "over"}
            self._version += 1

    def progress(self, look: Progress) -> None:
        """A look at the run, as the terminal gets it."""
        if look.said:
            return
        with self._lock:
            self._now = {
                "phase": look.phase,
                "at_s": look.at_s,
                "offered_per_s": look.offered_per_s,
                "achieved_per_s": look.achieved_per_s,
                "success_share": look.success_share,
                "in_flight": look.in_flight,
                "breakers": dict(look.breakers),
            }
            if look.at_s >= 0 and (not self._load or look.at_s >= self._load[-1][0] + 1.0):
                self._load.append((look.at_s, look.achieved_per_s, look.success_share))
            self._version += 1

    def deed(self, at_s: float, text: str) -> None:
        """Something was done to the run: a process killed, a moment that came."""
        with self._lock:
            self._deeds.append({"at_s": at_s, "text": text})
            self._version += 1

    def looked(self, vendor: str, status: Mapping[str, Any]) -> None:
        """A simulator's status: what its rules have struck since the last one, by the second of the run."""
        with self._lock:
            second = max(0, int(self._now.get("at_s", 0.0)))
            for rule in status["rules"]:
                before = self._struck.get((vendor, rule["id"]), 0)
                self._struck[vendor, rule["id"]] = rule["struck"]
                if rule["struck"] > before:
                    self._strikes.setdefault(rule["id"], Counter())[second] += rule["struck"] - before
                    self._version += 1

    @property
    def version(self) -> int:
        """Another one, where something has changed."""
        return self._version

    def as_json(self) -> dict[str, Any]:
        """All of it; empty before there is a run."""
        with self._lock:
            if not self._plan:
                return {}
            faults = [
                {
                    **fault,
                    "struck": self._struck.get((fault["vendor"], fault["id"]), 0),
                    "strikes": sorted(self._strikes.get(fault["id"], {}).items()),
                }
                for fault in self._plan["faults"]
            ]
            return {**self._plan, **self._now, "faults": faults, "deeds": list(self._deeds), "load": list(self._load)}
