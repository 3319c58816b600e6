"""Of faults of a link: that there is such a link, and that no two of them contradict each other."""

import re
from itertools import combinations
from typing import Final

from brownout_scenarios import schema, spelling, units
from brownout_scenarios.checks.common import Found
from brownout_scenarios.loopback import is_loopback
from brownout_scenarios.phases import REDIS, Link
from brownout_scenarios.processes import NAME, means
from brownout_scenarios.schema import Placed, Scenario
from brownout_scenarios.stores import STORE
from brownout_scenarios.target import REDIS_URL, Target
from brownout_scenarios.vocabulary import Vocabulary
from brownout_scenarios.yaml_tree import Path

DOWN: Final = "down"
ADDS_UP: Final = "latency"
"""Two of them are one that is longer; two of any other kind are a contradiction."""


def links(scenario: Scenario, words: Vocabulary) -> Found:
    placed = [each for each in scenario.placed_faults() if each.fault.link is not None]
    for each in placed:
        yield from _ends(scenario, each, words)
        if each.fault.kind == DOWN:
            yield from _of_all(each)
    for first, second in combinations(placed, 2):
        yield from _contradiction(scenario, first, second)


def _ends(scenario: Scenario, placed: Placed, words: Vocabulary) -> Found:
    """Both ends of it are there."""
    link, at = placed.fault.link, (*placed.path, "link")
    assert link is not None  # noqa: S101 - the caller looked
    processes = meant(scenario, link)
    if not processes:
        known = dict.fromkeys([*(name.partition(".")[0] for name in scenario.processes), *scenario.processes])
        hint = spelling.hint(link.process, [*known])
        yield at, f"there is no process {units.shown(link.process)} in this scenario{hint}"
        return
    if link.peer in words.vendors:
        return
    if link.peer == STORE:
        yield at, f"the store is called {REDIS} at the end of a link: write {link.process}→{REDIS}"
    elif link.peer == REDIS and not scenario.has_store:
        yield at, f"the target has no Redis: hand it over in its env ({{{{{REDIS_URL}}}}})"
    elif any(link.peer not in scenario.peers(name) for name in processes):
        known = dict.fromkeys([*words.vendors, *(peer for name in processes for peer in scenario.peers(name))])
        hint = spelling.hint(link.peer, [*known])
        yield at, f"no vendor or upstream named {units.shown(link.peer)}{hint}"


def _of_all(placed: Placed) -> Found:
    if placed.fault.rule["share"] != 1:
        yield (*placed.path, "share"), "a link that is down is so for every connection: leave it out"
    if placed.fault.rule["stream"] != "downstream":
        yield (*placed.path, "stream"), "a link that is down is so both ways: leave it out"


def _contradiction(scenario: Scenario, first: Placed, second: Placed) -> Found:
    """Two at the same time on the same link, of which one leaves nothing for the other, or says it otherwise."""
    one, other = first.fault, second.fault
    if one.link is None or other.link is None or one.link.peer != other.link.peer:
        return
    if not set(meant(scenario, one.link)) & set(meant(scenario, other.link)) or not _overlap(first, second):
        return
    at, earlier = (*second.path, "link"), f"{first.stretch}.{first.index} ({one.text})"
    if DOWN in (one.kind, other.kind):
        yield at, f"contradicts {earlier}, which is in force at the same time: on a link that is down nothing passes"
    elif one.kind == other.kind != ADDS_UP and one.rule["stream"] == other.rule["stream"]:
        yield at, f"contradicts {earlier}, which is in force at the same time: say it in one of them"


def _overlap(first: Placed, second: Placed) -> bool:
    (start_s, end_s), (begin_s, over_s) = _window(first), _window(second)
    return start_s < over_s and begin_s < end_s


def _window(placed: Placed) -> tuple[float, float]:
    window = placed.fault.window
    end_s = placed.for_s if window.end_s is None else window.end_s
    return placed.start_s + window.start_s, placed.start_s + end_s


def meant(scenario: Scenario, link: Link) -> tuple[str, ...]:
    """The processes of the target whose link it is."""
    return tuple(name for name in scenario.processes if means(link.process, name))


def upstreams(target: Target, at: Path, words: Vocabulary) -> Found:
    """What else the target depends on has a name and runs on this machine."""
    for name, address in target.upstreams.items():
        where = (*at, "upstreams", name)
        host, _, port = address.rpartition(":")
        if not NAME.fullmatch(name):
            yield where, f"{units.shown(name)} is no name: lower case letters, digits, - and _, at most 32"
        elif name in (REDIS, STORE, "port", "python", schema.GATEWAY, schema.TARGET, *words.vendors):
            yield where, f"{name} is what something else is called here: take another name"
        elif not re.fullmatch(r"\d{1,5}", port) or not 1 <= int(port) <= 65535:
            yield where, f"{units.shown(address)} is no address: write 127.0.0.1:5432"
        elif not is_loopback(host.strip("[]")):
            yield where, f"{units.shown(address)} is not loopback: only what runs on this machine may be broken"
        elif not target.command:
            yield where, "needs a command: what runs already finds it where it always does"
