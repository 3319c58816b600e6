"""Of an application that is several processes: what they may be called, and that users can ask one of them."""

from typing import Final

from brownout_scenarios import units
from brownout_scenarios.checks.common import Found
from brownout_scenarios.phases import PROCESSES
from brownout_scenarios.processes import NAME
from brownout_scenarios.schema import Scenario
from brownout_scenarios.vocabulary import Vocabulary
from brownout_scenarios.yaml_tree import Path

MAX_TARGETS: Final = 8
HARNESS_OWN: Final = ("intercept", "load", "redis", "simulator", "simulators", "harness", "port", "python")
"""What the harness's own processes and values are called, or begin with: their logs lie beside those of the targets."""


def targets(scenario: Scenario, words: Vocabulary) -> Found:
    at: Path = ("targets",)
    if "targets" not in scenario.document:
        return
    if "target" in scenario.document:
        yield ("target",), "and targets are both there: an application is one process, or several"
    if not scenario.targets:
        yield at, "is empty: name a process, {web: {command: …, url: …}}"
        return
    if len(scenario.targets) > MAX_TARGETS:
        yield at, f"are {len(scenario.targets)}; at most {MAX_TARGETS} are started"
    if not any(each.url for each in scenario.targets.values()):
        yield at, "has none with a url, so users have nobody to ask: write url: http://127.0.0.1:{{port}} for one"
    for name, each in scenario.targets.items():
        yield from _named(name, words)
        if each.asgi:
            yield (*at, name, "asgi"), "is for virtual time, which has no processes: write it in `target`"
        elif not each.command:
            yield (*at, name), "needs a command: what runs already is judged as target: http://127.0.0.1:PORT"


def _named(name: str, words: Vocabulary) -> Found:
    at: Path = ("targets", name)
    if not NAME.fullmatch(name):
        yield at, f"{units.shown(name)} is no name: lower case letters, digits, - and _, at most 32"
    elif name in (*PROCESSES, *words.vendors) or name.partition("-")[0] in HARNESS_OWN:
        yield at, f"{name} is what something else is called here: take another name"
