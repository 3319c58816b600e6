"""The faults of a run as its verdict has them: when each was in force, when on, and what it came to."""

from collections.abc import Iterator, Mapping
from itertools import islice

from brownout_harness.judging.inputs import SPELLS_LIMIT, FaultCount
from brownout_reports.spans import FaultSpan
from brownout_scenarios.schema import FaultRule, Scenario
from brownout_simulators.faults import rule_from_json
from brownout_simulators.faults.rule import spells_of


def fault_spans(scenario: Scenario, counts: Mapping[str, FaultCount]) -> Iterator[FaultSpan]:
    """Each fault of the scenario; `counts` are by the rule's id."""
    for rule in scenario.fault_rules():
        counted = counts.get(rule.id, FaultCount())
        yield FaultSpan(
            id=rule.id,
            vendor=rule.vendor,
            link="" if rule.link is None else str(rule.link),
            story=rule.story,
            text=rule.text,
            start_s=rule.start_s,
            end_s=rule.end_s,
            on=on_of(rule, scenario.seed),
            matched=counted.matched,
            struck=counted.struck,
            expect_struck=rule.expect_struck,
        )


def on_of(rule: FaultRule, seed: int) -> tuple[tuple[float, float], ...] | None:
    """When it is on, of one that is on and off in turn: known before the run, and the same in both modes."""
    if not rule.json.get("flapping"):
        return None
    return tuple(islice(spells_of(rule_from_json(dict(rule.json)), seed), SPELLS_LIMIT))
