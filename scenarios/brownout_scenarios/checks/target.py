"""Of the target: it is on this machine, and everything that is filled in has a value."""

import re
from typing import Final
from urllib.parse import urlsplit

from brownout_scenarios import schema, spelling, units
from brownout_scenarios.checks.common import Found
from brownout_scenarios.loopback import host_of, is_loopback
from brownout_scenarios.schema import Scenario
from brownout_scenarios.target import REDIS_URL, Target
from brownout_scenarios.vocabulary import Vocabulary
from brownout_scenarios.yaml_tree import Path

MAX_GRACE_S: Final = 600.0
MAX_REPLICAS: Final = 8
ASGI: Final = re.compile(r"[A-Za-z_]\w*(\.\w+)*:[A-Za-z_]\w*(\.\w+)*(\(\))?")


def target(scenario: Scenario, words: Vocabulary) -> Found:
    target = scenario.target
    yield from _grace(scenario)
    yield from _replicas(scenario)
    if target is None:
        return
    where: Path = ("target", "url") if isinstance(scenario.document.get("target"), dict) else ("target",)
    yield from _asgi(target)
    yield from _folder(scenario, target)
    if target.asgi and not target.url and not target.command:
        pass  # in virtual time nobody needs to know where it serves
    elif not target.url:
        yield ("target",), "has no url: write http://127.0.0.1:{{port}}, or asgi: module:name for virtual time"
    elif not target.url.startswith(("http://", "https://")):
        yield where, f"{units.shown(target.url)} is no URL: write http://127.0.0.1:{{{{port}}}}"
    elif not is_loopback(host_of(target.url.replace("{{port}}", "1"))):
        yield where, "is not loopback; load is aimed at this machine only: write http://127.0.0.1:PORT"
    elif target.command and "{{port}}" not in target.url and "{{port}}" in str(dict(target.env)):
        yield where, "has no {{port}}, though env does: the harness would not find the target"
    yield from _templates(scenario, target, words)
    if not 0 < target.ready.within_s <= 600:
        yield ("target", "ready", "within"), f"{units.duration(target.ready.within_s)} is outside 0s to 600s"
    yield from _ports(target, words)
    if scenario.policies != schema.Policies():
        yield ("policies",), "are the gateway's; this target is not the gateway"


def _asgi(target: Target) -> Found:
    if target.asgi and not ASGI.fullmatch(target.asgi):
        yield ("target", "asgi"), f"{units.shown(target.asgi)} names no application: write module:name"


def _folder(scenario: Scenario, target: Target) -> Found:
    if not target.folder:
        return
    at: Path = ("target", "folder")
    if not target.is_started:
        yield at, "is for a target with a command: what runs already is somewhere"
    elif scenario.target_folder is not None and not scenario.target_folder.is_dir():
        yield at, f"there is no folder {units.shown(target.folder)} beside the scenario's file"


def _grace(scenario: Scenario) -> Found:
    if not 0 <= scenario.grace_s <= MAX_GRACE_S:
        yield ("grace",), f"{units.duration(scenario.grace_s)} is outside 0s to {units.duration(MAX_GRACE_S)}"
    if "grace" in scenario.document and scenario.target is not None and not scenario.target.is_started:
        yield ("grace",), "needs a target with a command: only what the harness started does it stop"


def _replicas(scenario: Scenario) -> Found:
    target, where = scenario.target, ("replicas",)
    if not 1 <= scenario.replicas <= MAX_REPLICAS:
        yield where, f"{scenario.replicas} is outside 1 to {MAX_REPLICAS}"
    elif scenario.replicas > 1 and target is not None:
        if not target.is_started:
            yield where, "needs a target with a command: what runs already cannot be started a second time"
        elif target.command and "{{port}}" not in target.url.replace(" ", ""):
            yield where, "needs a port for each: write {{port}} in target.url, and have the command serve there"


def _ports(target: Target, words: Vocabulary) -> Found:
    taken: dict[int, str] = {}
    for vendor, port in target.ports.items():
        where: Path = ("target", "ports", vendor)
        if vendor not in words.vendors:
            yield where, f"no vendor named {units.shown(vendor)}{spelling.hint(vendor, words.vendors)}"
        elif not 1024 <= port <= 65535:
            yield where, f"{port} is outside 1024 to 65535"
        elif port in taken or port == _port_of(target.url):
            yield where, f"{port} is {taken.get(port, 'the target')}'s already"
        taken.setdefault(port, vendor)


def _port_of(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:  # a template, or no number
        return None


def _templates(scenario: Scenario, target: Target, words: Vocabulary) -> Found:
    for name in dict.fromkeys(target.templates()):
        known = [
            "port",
            "python",
            REDIS_URL,
            *(f"{vendor}.{what}" for vendor in words.vendors for what in ("url", "key")),
            *(f"{vendor}.webhook_secret" for vendor, each in scenario.notices.items() if each.to),
        ]
        if name not in known:
            yield ("target",), f"no value for {{{{{name}}}}}{spelling.hint(name, known)}"
