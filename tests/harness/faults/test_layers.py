"""Layers of faults: a kind is a class and a line, whoever acts it out is told, and a mode that cannot says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from brownout_harness.faults.layers import counted, schedule
from brownout_harness.judging.inputs import FaultCount
from brownout_harness.problems import BadInput
from brownout_harness.running import orders
from brownout_harness.running.execute import evidence_of
from brownout_harness.running.orders import checked_scenario
from brownout_harness.virtual import runner
from brownout_harness.virtual.runner import Run, run_virtual
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.phases import FaultKind
from brownout_scenarios.schema import FaultRule


@dataclass(frozen=True, kw_only=True)
class Cut:
    """The power is cut."""

    after_s: float = 0.0


class Machine:
    """Acts out what happens in the machine: notes its rules, and strikes once."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.rules: list[FaultRule] = []
        self.cut_at_s: list[float] = []

    def schedule(self, rules: Sequence[FaultRule], start_at_s: float) -> None:
        self.rules += rules
        for rule in rules:
            self.run.loop.call_at(start_at_s + rule.start_s, lambda: self.cut_at_s.append(self.run.loop.time()))

    def counts(self) -> Mapping[str, FaultCount]:
        return {rule.id: FaultCount(matched=1, struck=len(self.cut_at_s)) for rule in self.rules}


SCENARIO = """\
name: torn
about: The power is cut.
workload:
  arrivals: {rate: 20/s}
  operations: [{name: pay}]
phases:
  - {name: steady, for: 2s}
  - name: torn
    for: 2s
    faults:
      - {vendor: stripe, respond: {status: 503}}
      - vendor: stripe
        cut: {after: 1s}
expect: [nothing_lost]
"""


@pytest.fixture
def torn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A scenario with a fault in the machine, in a vocabulary that knows such a kind."""
    words = vocabulary()
    wider = replace(words, faults={**words.faults, "cut": FaultKind(Cut, layer="machine")})
    monkeypatch.setattr(orders, "vocabulary", lambda: wider)
    path = tmp_path / "torn.yaml"
    path.write_text(SCENARIO)
    return str(path)


@pytest.mark.thorough
def test_a_mode_that_cannot_act_a_layer_out_says_so_with_line_and_cure(torn: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_scenario(torn, "virtual", None)
    assert str(refused.value) == (
        f"{torn}:13: phases[1].faults[1].cut: happens in the machine, "
        "which virtual mode cannot act out: add --mode real"
    )
    with pytest.raises(BadInput, match="real mode cannot act out: take the fault out"):
        checked_scenario(torn, "real", None)


@pytest.mark.thorough
def test_a_layer_that_a_mode_has_gets_its_rules_and_its_counts_are_evidence(
    torn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Machine] = []

    def machine(run: Run) -> Machine:
        made.append(Machine(run))
        return made[-1]

    monkeypatch.setattr(runner, "LAYERS", {**runner.LAYERS, "machine": machine})
    scenario = checked_scenario(torn, "virtual", None)
    inputs = run_virtual(scenario)
    assert made[0].cut_at_s == [2.0]
    assert [(rule.id, rule.json["cut"]) for rule in made[0].rules] == [("torn.1", {"after_s": 1.0})]
    faults = {fault.id: fault for fault in evidence_of(scenario, inputs, {}).faults}
    assert faults["torn.1"].struck == 1
    assert faults["torn.0"].struck > 10


class Deaf:
    """An actor that is told nothing it has to act out."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def schedule(self, rules: Sequence[FaultRule], start_at_s: float) -> None:
        self.told += [f"{rule.id} from {start_at_s}" for rule in rules]

    def counts(self) -> Mapping[str, FaultCount]:
        return {told.split()[0]: FaultCount() for told in self.told}


@pytest.mark.thorough
def test_every_layer_gets_its_own_rules_and_no_others(torn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LAYERS", {"vendor": Machine, "wire": Machine, "machine": Machine})
    actors = {"vendor": Deaf(), "wire": Deaf(), "machine": Deaf()}
    schedule(actors, checked_scenario(torn, "virtual", None), 5.0)  # type: ignore[arg-type]
    assert [actor.told for actor in actors.values()] == [["torn.0 from 5.0"], [], ["torn.1 from 5.0"]]
    assert set(counted(actors.values())) == {"torn.0", "torn.1"}


@pytest.mark.thorough
def test_what_holds_for_the_whole_run_goes_to_the_vendors_before_the_faults_that_may_replace_it(
    torn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "LAYERS", {"vendor": Machine, "machine": Machine})
    Path(torn).write_text(SCENARIO.replace("phases:", "serve: {stripe: {at_once: 1, each: {fixed: 20ms}}}\nphases:"))
    scenario = checked_scenario(torn, "virtual", None)
    vendor, machine = Deaf(), Deaf()
    schedule({"vendor": vendor, "machine": machine}, scenario, 5.0)
    assert vendor.told == ["serve.stripe from 5.0", "torn.0 from 5.0"]
    assert machine.told == ["torn.1 from 5.0"]
    assert [rule.id for rule in scenario.fault_rules()] == ["torn.0", "torn.1"]
