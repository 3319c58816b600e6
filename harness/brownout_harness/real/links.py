"""The links of a real run: where a fault names one, every process of the target reaches that peer through a proxy.

Each process has a proxy of its own to each of these peers, also one whose link nothing befalls: so it is known of every
request that reaches a vendor whether it came by its link.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from brownout_harness.faults.linked import Acted, name_of, on_link
from brownout_harness.faults.strikes import Books, counted
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.judging.inputs import FaultCount
from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.real.booths import Booth, Booths
from brownout_harness.real.link_process import PORT_TAKEN
from brownout_harness.real.ports import free_port
from brownout_harness.real.processes import Child, Processes, json_lines, wait_until
from brownout_harness.real.replicas import Ways
from brownout_harness.real.toxiproxy_choice import Server, answers, witnessed
from brownout_scenarios.phases import REDIS, Link
from brownout_scenarios.schema import FaultRule, Scenario

if TYPE_CHECKING:
    from brownout_harness.real.toxiproxy import Remote

NAME: Final = "links"
TOXIPROXY: Final = "toxiproxy"
START_WITHIN_S: Final = 30.0
LOCAL: Final = "127.0.0.1"


class Found(NamedTuple):
    """What a run has started by then, and who is to act the faults out."""

    booths: Booths
    redis_url: str = ""
    toxiproxy: Server | None = None
    """None: the run's own proxies do. Else they watch."""


class RealLinks:
    """All of a run's. Acts out the faults that happen on the wire."""

    def __init__(
        self,
        scenario: Scenario,
        processes: Processes,
        found: Found,
        *,
        scratch: Path,
        environment: Mapping[str, str],
    ) -> None:
        """Start the proxies, where a fault names a link, and wait until they listen.

        Raises:
            BadInput: a port is taken.
            NotJudged: they did not start.
        """
        self._scenario = scenario
        self._processes = processes
        self._booths, self._redis_url, self._toxiproxy = found
        self._scratch = scratch
        self._upstreams = {name: each.upstreams for name, each in scenario.applications.items()}
        self._rules = {
            Link(process, peer): on_link(scenario.fault_rules(), process, peer)
            for process in scenario.processes
            for peer in scenario.linked
            if peer in self._peers(process)
        }
        self._told: Mapping[str, Any] = {"passages": [], "forgotten": 0, "acted": {}}
        self._start_at_s = 0.0
        self.children: tuple[Child, ...] = ()
        """The process that the proxies are, if there is one."""
        self._remote: Remote | None = None
        self._ports = self._start(environment) if self._rules else {}
        for booth in self._booths if self._rules else ():
            first = self._ports.get(name_of(scenario.processes[0], booth.vendor))
            if first is not None:  # it names itself in its answers by where it can be reached
                booth.control("PUT", "address", {"url": _at(booth.url, first)})

    def _peers(self, process: str) -> dict[str, tuple[str, int]]:
        """Where each peer really is."""
        found = {booth.vendor: _place(booth.url) for booth in self._booths}
        upstreams = self._upstreams_of(process)
        found |= {name: _place(f"//{address}") for name, address in upstreams.items()}
        return {**found, REDIS: _place(self._redis_url)} if self._redis_url else found

    def _upstreams_of(self, process: str) -> Mapping[str, str]:
        return self._upstreams.get(process) or self._upstreams.get(process.partition(".")[0]) or {}

    def _start(self, environment: Mapping[str, str]) -> dict[str, int]:
        plan = {"seed": self._scenario.seed, "links": [self._planned(link) for link in self._rules]}
        (self._scratch / "links.json").write_text(json.dumps(plan), encoding="utf-8")
        arguments = [f"--{name}={self._scratch / file}" for name, file in _FILES.items()]
        command = [sys.executable, "-P", "-m", "brownout_harness.real.link_process", *arguments]
        child = self._processes.start(NAME, command, environment)
        self.children = (child,)

        def listening() -> dict[str, int]:
            return next((line["links"] for line in json_lines(child.output)[0] if "links" in line), {})

        try:
            ports: dict[str, int] = wait_until(
                listening, child, time.monotonic() + START_WITHIN_S, "the proxies of links"
            )
        except NotJudged:
            if child.exit_code == PORT_TAKEN:
                cure = "end what uses a port of target.ports, or change it"
                raise BadInput(f"{child.last_words()}: {cure}") from None
            raise
        return ports if self._toxiproxy is None else self._before(ports, self._toxiproxy, environment)

    def _before(self, ports: Mapping[str, int], server: Server, environment: Mapping[str, str]) -> dict[str, int]:
        """Somebody else's proxies before those: where they listen."""
        from brownout_harness.real.toxiproxy import Remote

        remote = self._remote = Remote(server.url or self._begun(server, environment))
        return {
            name_of(link.process, link.peer): remote.lay(
                name_of(link.process, link.peer), ports[name_of(link.process, link.peer)], self._fixed(link)
            )
            for link in self._rules
        }

    def _begun(self, server: Server, environment: Mapping[str, str]) -> str:
        port = free_port()
        child = self._processes.start(TOXIPROXY, server.command(port), {**environment, "LOG_LEVEL": "error"})
        wait_until(lambda: answers(port), child, time.monotonic() + START_WITHIN_S, "Toxiproxy")
        return f"http://{LOCAL}:{port}"

    def _planned(self, link: Link) -> dict[str, Any]:
        rules, is_ours = self._rules[link], self._toxiproxy is None
        return {
            "name": name_of(link.process, link.peer),
            "port": self._fixed(link) if is_ours else 0,
            "upstream": self._peers(link.process)[link.peer],
            "rules": [rule.as_json() for rule in (rules if is_ours else witnessed(rules))],
        }

    def _fixed(self, link: Link) -> int:
        """The port that the target knows beforehand; 0: any free one."""
        return self._scenario.vendor_ports.get(link.peer, 0) if link.process == self._scenario.processes[0] else 0

    # --- what a process of the target is handed

    def ways(self, process: str) -> Ways:
        """Where that process is to find the vendors, the run's Redis and what else it depends on."""
        redis_port = self._ports.get(name_of(process, REDIS))
        return Ways(
            [self._seen_by(process, booth) for booth in self._booths],
            self._redis_url if redis_port is None else _at(self._redis_url, redis_port),
            self._addresses(process),
        )

    def _seen_by(self, process: str, booth: Booth) -> Booth:
        port = self._ports.get(name_of(process, booth.vendor))
        if port is None:
            return booth
        here, there = _without_slash(booth.url), _at(booth.url, port)
        variables = {name: value.replace(here, there) for name, value in booth.environment.items()}
        parts, linked = urlsplit(here).netloc, urlsplit(there).netloc
        variables = {name: value.replace(parts, linked) for name, value in variables.items()}
        return replace(booth, url=there, environment=variables)

    def _addresses(self, process: str) -> dict[str, str]:
        ports = self._ports
        return {
            name: f"{LOCAL}:{ports[link]}" if (link := name_of(process, name)) in ports else address
            for name, address in self._upstreams_of(process).items()
        }

    # --- an actor

    def schedule(self, rules: Sequence[FaultRule], start_at_s: float) -> None:  # noqa: ARG002 - told when it was started
        """The proxies know their rules; this is the start instant."""
        self._start_at_s = start_at_s
        (self._scratch / "links.new").write_text(repr(start_at_s), encoding="ascii")
        (self._scratch / "links.new").rename(self._scratch / _FILES["start"])
        if self._remote is not None:
            told = {name_of(link.process, link.peer): rules for link, rules in self._rules.items()}
            self._remote.begin(told, start_at_s)

    def collect(self, until_s: float) -> list[Gap]:
        """After the target has ended, end the proxies too, and read what they wrote down. Where what was to happen did
        not, is in the gaps."""
        if not self._rules:
            return []
        gaps = [] if self._remote is None else self._remote.end(until_s)
        self._processes.stop(NAME)
        try:
            self._told = json.loads((self._scratch / _FILES["books"]).read_bytes())
        except (OSError, ValueError):
            return [*gaps, Gap(GapKind.EVIDENCE_LOST, "the proxies of links have left no books")]
        for link, rules in self._rules.items():
            acted = self._told["acted"].get(name_of(link.process, link.peer))
            planned = rules if self._remote is None else witnessed(rules)
            gaps += (Acted() if acted is None else Acted(**acted)).gaps(planned, until_s)
        if forgotten := self._told["forgotten"]:
            gaps.append(Gap(GapKind.EVIDENCE_LOST, f"{forgotten} connections of links were forgotten"))
        return gaps

    def books(self) -> list[Books]:
        """What was struck, link by link; after `collect`."""
        vendors = {booth.vendor for booth in self._booths}
        return [
            Books(link, link.peer in vendors, rules, self._passages(link), self._start_at_s)
            for link, rules in self._rules.items()
        ]

    def _passages(self, link: Link) -> tuple[Mapping[str, Any], ...]:
        name = name_of(link.process, link.peer)
        theirs = tuple(each for each in self._told["passages"] if each["proxy"] == name)
        return theirs if self._remote is None else self._remote.told(name, theirs)

    def counts(self) -> dict[str, FaultCount]:
        """By fault, how many connections were open while it was in force, and how many of them it struck."""
        return counted(self.books())


_FILES: Final = {"plan": "links.json", "start": "links.start", "books": "links-books.json"}


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    host = LOCAL if parts.hostname in (None, "localhost") else parts.hostname
    return str(host), parts.port or 80


def _at(url: str, port: int) -> str:
    """The same, at another port of this machine."""
    parts = urlsplit(_without_slash(url))
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return parts._replace(netloc=f"{user}{LOCAL}:{port}").geturl()


def _without_slash(url: str) -> str:
    return url.rstrip("/")
