"""Of the actions: what can be done to a process when it is to be, and that every one is back in the end."""

from collections.abc import Iterator
from typing import Final

from brownout_scenarios import schema, spelling, units
from brownout_scenarios.checks.common import Found
from brownout_scenarios.checks.disks import disks
from brownout_scenarios.checks.stores import state_at, store
from brownout_scenarios.phases import PROCESSES, Action
from brownout_scenarios.processes import KILLED_AFTER_S, ProcessStates, State
from brownout_scenarios.schema import Scenario, Span
from brownout_scenarios.stores import STORE
from brownout_scenarios.vocabulary import Vocabulary
from brownout_scenarios.yaml_tree import Path

ENDED: Final = {"paused": ("paused", "start"), "down": ("killed", "start"), "starved": ("starved", "feed")}


def actions(scenario: Scenario, words: Vocabulary) -> Found:
    for index, span in enumerate(scenario.spans()):
        for position, action in enumerate(span.phase.actions):
            yield from _action(scenario, words, span, action, ("phases", index, "actions", position))
    yield from _order(scenario)
    yield from disks(scenario, _timed(scenario))


def _action(scenario: Scenario, words: Vocabulary, span: Span, action: Action, at: Path) -> Found:
    for_s = span.phase.for_s
    if not 0 <= (action.at_s or 0.0) <= for_s:
        yield (*at, "at"), f"must lie within the phase: 0s to {units.duration(for_s)}"
    match = None if action.on is None else action.on.match
    if action.on is not None and match is not None and (why := words.check_rule(action.on.vendor, {"match": match})):
        yield (*at, "on", "match"), why
    if action.for_s is not None:
        begins_s = span.end_s if action.on is not None else span.start_s + (action.at_s or 0.0)
        if begins_s + action.for_s > scenario.duration_s:
            latest = "the phase's end" if action.on is not None else "that time"
            yield (*at, "for"), f"counted from {latest} it is longer than the run: it is to be back before the run ends"
        takes_s = scenario.grace_s + KILLED_AFTER_S
        if action.stop is not None and action.for_s <= takes_s:
            yield (*at, "for"), f"must be longer than the {units.duration(takes_s)} that it may take to end"
    if action.process is not None:
        yield from _process(scenario, span, action, at)
    elif action.order is not None and scenario.target is not None:
        yield (*at, action.order), "is the gateway's; this target is not the gateway"
    elif action.breaker is not None and scenario.replicas > 1:
        yield (*at, "breaker"), "is of one process, and there are several: nobody knows which one is asked"


def _process(scenario: Scenario, span: Span, action: Action, at: Path) -> Found:
    here, kind = _here(scenario), (action.process or "").partition(".")[0]
    known = (*scenario.processes, STORE)
    if action.process == STORE:
        yield from store(scenario, span, action, at)
    elif scenario.targets and not ProcessStates(scenario.processes).meant(action):
        hint = spelling.hint(str(action.process), known)
        yield (*at, action.verb), f"there is no {action.process} among the targets{hint}"
    elif kind not in (*PROCESSES, *scenario.targets):
        yield (*at, action.verb), f"there is no {action.process} in this scenario{spelling.hint(kind, known)}"
    elif kind != here and not scenario.targets:
        named = "the gateway" if here == schema.GATEWAY else "not the gateway"
        yield (*at, action.verb), f"there is no {action.process} in this scenario; its target is {named}"
    elif not ProcessStates(scenario.processes).meant(action):
        there = "one process; write replicas: 2 for two" if scenario.replicas == 1 else " and ".join(scenario.processes)
        yield (*at, action.verb), f"there is no {action.process} in this scenario: there is {there}"
    elif scenario.target is not None and not scenario.target.is_started:
        yield (*at, action.verb), "needs a target with a command: only what the harness started can it kill"


def _here(scenario: Scenario) -> str:
    return schema.GATEWAY if scenario.target is None else schema.TARGET


def _order(scenario: Scenario) -> Found:
    """Those that have an instant, one after the other. When the others come, nobody knows beforehand."""
    processes = ProcessStates(_ours(scenario))
    refused: set[Path] = set()
    of_store: list[tuple[float, State]] = [(0.0, "running")]
    for at_s, path, action in _timed(scenario):
        if action.stop == STORE:
            refused.add(path)  # elsewhere
        if not processes.meant(action) or path in refused:
            continue  # the end of what cannot begin, too
        if why := processes.objection(action):
            yield (*path, action.verb), f"{why} at that time"
            refused.add(path)
            continue
        if action.restore is not None and (was := state_at(at_s - action.restore.from_s, of_store)) != "running":
            yield (*path, "restore", "from"), f"the store is {was} then: there is nothing to go back to"
        processes.take(action)
        if action.process == STORE:
            of_store.append((at_s, processes.state(STORE)))
    for name, state in processes.away():
        how, then = ENDED[state]
        yield ("phases",), f"end with the {name} {how}; {then} it again, so that it can be judged"


def _ours(scenario: Scenario) -> Iterator[str]:
    """The processes that the harness starts, and that something can be done to."""
    if scenario.target is None or scenario.target.is_started:
        yield from scenario.processes
    if scenario.has_store:
        yield STORE


def _timed(scenario: Scenario) -> list[tuple[float, Path, Action]]:
    """In the order of their instants, each with its place in the file; an end has that of its beginning."""
    timed: list[tuple[float, Path, Action]] = []
    for index, span in enumerate(scenario.spans()):
        for position, action in enumerate(span.phase.actions):
            if action.on is not None:
                continue
            path: Path = ("phases", index, "actions", position)
            at_s = span.start_s + (action.at_s or 0.0)
            timed.append((at_s, path, action))
            if action.ending is not None and action.for_s is not None:
                timed.append((at_s + action.for_s, path, action.ending))
    return sorted(timed, key=lambda item: item[0])
