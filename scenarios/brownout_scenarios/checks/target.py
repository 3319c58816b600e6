"""Of the target: it is on this machine, and everything that is filled in has a value."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from brownout_scenarios import schema, spelling, units
from brownout_scenarios.checks.common import Found
from brownout_scenarios.checks.links import upstreams
from brownout_scenarios.checks.targets import targets
from brownout_scenarios.loopback import host_of, is_loopback
from brownout_scenarios.schema import Scenario
from brownout_scenarios.target import REDIS_URL, Target
from brownout_scenarios.vocabulary import Vocabulary
from brownout_scenarios.yaml_tree import Path

MAX_GRACE_S: Final = 600.0
MAX_REPLICAS: Final = 8
ASGI: Final = re.compile(r"[A-Za-z_]\w*(\.\w+)*:[A-Za-z_]\w*(\.\w+)*(\(\))?")


def target(scenario: Scenario, words: Vocabulary) -> Found:
    yield from _grace(scenario)
    yield from _replicas(scenario)
    yield from targets(scenario, words)
    for name, each in scenario.applications.items():
        yield from _one(scenario, each, ("targets", name) if scenario.targets else ("target",), words)
    yield from _ports(scenario, words)
    if scenario.target is not None and scenario.policies != schema.Policies():
        yield ("policies",), "are the gateway's; this target is not the gateway"


def _one(scenario: Scenario, target: Target, at: Path, words: Vocabulary) -> Found:
    """One of the application's processes, which stands there in the file."""
    where: Path = at if isinstance(scenario.document.get("target"), str) else (*at, "url")
    yield from _asgi(target, at)
    yield from _folder(scenario, target, at)
    if (target.asgi and not target.url and not target.command) or (scenario.targets and not target.url):
        pass  # in virtual time nobody needs to know where it serves; and who is not asked need not serve
    elif not target.url:
        yield at, "has no url: write http://127.0.0.1:{{port}}, or asgi: module:name for virtual time"
    elif not target.url.startswith(("http://", "https://")):
        yield where, f"{units.shown(target.url)} is no URL: write http://127.0.0.1:{{{{port}}}}"
    elif not is_loopback(host_of(target.url.replace("{{port}}", "1"))):
        yield where, "is not loopback; load is aimed at this machine only: write http://127.0.0.1:PORT"
    elif target.command and "{{port}}" not in target.url and "{{port}}" in str(dict(target.env)):
        yield where, "has no {{port}}, though env does: the harness would not find the target"
    yield from _intercept(target, at, words)
    yield from _templates(scenario, target, at, words)
    yield from upstreams(target, at, words)
    if not 0 < target.ready.within_s <= 600:
        yield (*at, "ready", "within"), f"{units.duration(target.ready.within_s)} is outside 0s to 600s"
    if target.ready.log and not target.command and not scenario.targets:
        yield (*at, "ready", "log"), "needs a command: what runs already writes its log elsewhere"
    elif scenario.targets and target.ready.path != "/" and not target.url:
        yield (*at, "ready"), "needs a url to be asked at; or write {log: a line that it writes when it is ready}"


def _asgi(target: Target, at: Path) -> Found:
    if target.asgi and not ASGI.fullmatch(target.asgi):
        yield (*at, "asgi"), f"{units.shown(target.asgi)} names no application: write module:name"


def _intercept(target: Target, at: Path, words: Vocabulary) -> Found:
    where: Path = (*at, "intercept")
    named = [name for name in target.templates() if name in {f"{vendor}.url" for vendor in words.vendors}]
    if target.intercept and not target.command:
        yield where, "needs a command: what runs already was given its environment by somebody else"
    elif target.intercept and named:
        yield where, f"has it ask the real hosts, and {{{{{named[0]}}}}} a simulator's address: take one of them out"
    elif target.intercept and target.ports:
        yield (*at, "ports"), "are where simulators serve, of which an intercepted target knows nothing: leave them out"


def _folder(scenario: Scenario, target: Target, at: Path) -> Found:
    folder = scenario.folder_of(target)
    if not target.folder:
        return
    if not target.is_started:
        yield (*at, "folder"), "is for a target with a command: what runs already is somewhere"
    elif folder is not None and not folder.is_dir():
        yield (*at, "folder"), f"there is no folder {units.shown(target.folder)} beside the scenario's file"


def _grace(scenario: Scenario) -> Found:
    if not 0 <= scenario.grace_s <= MAX_GRACE_S:
        yield ("grace",), f"{units.duration(scenario.grace_s)} is outside 0s to {units.duration(MAX_GRACE_S)}"
    if "grace" in scenario.document and scenario.target is not None and not scenario.target.is_started:
        yield ("grace",), "needs a target with a command: only what the harness started does it stop"


def _replicas(scenario: Scenario) -> Found:
    target, where = scenario.target, ("replicas",)
    if not 1 <= scenario.replicas <= MAX_REPLICAS:
        yield where, f"{scenario.replicas} is outside 1 to {MAX_REPLICAS}"
    elif scenario.replicas > 1 and scenario.targets:
        yield where, "are copies of one target, and there are several targets: name each copy, or take the others out"
    elif scenario.replicas > 1 and target is not None:
        if not target.is_started:
            yield where, "needs a target with a command: what runs already cannot be started a second time"
        elif target.command and "{{port}}" not in target.url.replace(" ", ""):
            yield where, "needs a port for each: write {{port}} in target.url, and have the command serve there"
        elif target.port:
            yield where, "needs a port for each: leave target.port out"


def _ports(scenario: Scenario, words: Vocabulary) -> Found:
    """Every port that is said: no two are the same, and each can be had."""
    taken: dict[int, str] = {}
    of_vendors: set[str] = set()
    for name, target in scenario.applications.items():
        at: Path = ("targets", name) if scenario.targets else ("target",)
        port = target.port or _port_of(target.url)
        if target.port and not 1024 <= target.port <= 65535:
            yield (*at, "port"), f"{target.port} is outside 1024 to 65535"
        elif target.port and not target.command and not scenario.targets:
            yield (*at, "port"), "needs a command: what runs already serves where its url says"
        elif target.port and "port" not in target.templates():
            yield (*at, "port"), "is what {{port}} stands for, and nothing says {{port}}: write it in the url"
        elif port is not None and port in taken:
            yield (*at, "port" if target.port else "url"), f"{port} is {taken[port]}'s already"
        taken.setdefault(port or 0, "the target" if name == schema.TARGET else name)
    for name, target in scenario.applications.items():
        at = ("targets", name) if scenario.targets else ("target",)
        yield from _vendor_ports(target.ports, (*at, "ports"), taken, of_vendors, words)


def _vendor_ports(
    ports: Mapping[str, int], at: Path, taken: dict[int, str], of_vendors: set[str], words: Vocabulary
) -> Found:
    for vendor, port in ports.items():
        where: Path = (*at, vendor)
        if vendor not in words.vendors:
            yield where, f"no vendor named {units.shown(vendor)}{spelling.hint(vendor, words.vendors)}"
        elif not 1024 <= port <= 65535:
            yield where, f"{port} is outside 1024 to 65535"
        elif vendor in of_vendors:
            yield where, "is said of another target, too: a vendor serves at one port"
        elif port in taken:
            yield where, f"{port} is {taken[port]}'s already"
        taken.setdefault(port, vendor)
        of_vendors.add(vendor)


def _port_of(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:  # a template, or no number
        return None


def _templates(scenario: Scenario, target: Target, at: Path, words: Vocabulary) -> Found:
    for name in dict.fromkeys(target.templates()):
        known = [
            "port",
            "python",
            REDIS_URL,
            *(f"{other}.url" for other, each in scenario.targets.items() if each.url),
            *(f"{vendor}.{what}" for vendor in words.vendors for what in ("url", "key")),
            *(f"{upstream}.address" for upstream in target.upstreams),
            *(f"{vendor}.webhook_secret" for vendor, each in scenario.notices.items() if each.to),
        ]
        if name not in known:
            yield at, f"no value for {{{{{name}}}}}{spelling.hint(name, known)}"
