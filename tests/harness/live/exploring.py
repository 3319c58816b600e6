"""Somebody who tries faults out on simulators whose clock moves when told."""

from dataclasses import dataclass, field
from typing import Any

from brownout_harness.faults.by_hand import changes_in
from brownout_harness.live.reach import Book
from brownout_harness.words.fault import read_fault
from brownout_simulators.faults import rule_from_json
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendors import load_vendor


@dataclass
class Explorer:
    """At one instant, over one simulator of each vendor that is asked for."""

    now_s: float = 1_000.0
    simulators: dict[str, Simulator[Any]] = field(default_factory=dict)

    def of(self, vendor: str) -> Simulator[Any]:
        if vendor not in self.simulators:
            self.simulators[vendor] = Simulator(load_vendor(vendor), clock=lambda: self.now_s, epoch_s=1.7e9, seed=7)
        return self.simulators[vendor]

    def add(self, vendor: str, name: str, **written: Any) -> None:
        rule = read_fault(load_vendor(vendor), written).rule
        self.of(vendor).add_fault(rule_from_json({**rule, "id": name, "vendor": vendor}), "cli")

    def clear(self, vendor: str, name: str | None = None) -> None:
        self.of(vendor).remove_fault(name, "cli")

    def wait(self, seconds: float) -> None:
        self.now_s += seconds

    def books(self) -> list[Book]:
        told = {vendor: each.changes() for vendor, each in self.simulators.items()}
        return [
            Book(vendor, each["start_at_s"], each["now_s"], each["dropped"], tuple(changes_in(vendor, each)))
            for vendor, each in told.items()
        ]
