"""The target's processes in real mode: how each is started, where each tells of itself, and how one is asked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from brownout_harness.asked.dead_letters import Answered
from brownout_harness.asked.request import Request
from brownout_harness.real.booths import Booth
from brownout_harness.real.http_json import NoAnswer, exchange
from brownout_harness.real.target import Launch, launch, port_of
from brownout_scenarios.schema import Scenario

OPERATOR_WITHIN_S: Final = 60.0
"""For one lot of dead letters to be sent again."""


class Ways(NamedTuple):
    """Where one process is to find what it depends on."""

    booths: Iterable[Booth]
    redis_url: str
    upstreams: Mapping[str, str] = MappingProxyType({})
    """By name, as `host:port`."""


def launches(
    scenario: Scenario,
    ways: Callable[[str], Ways],
    *,
    scratch: Path,
    listen: Callable[[str], Mapping[str, str]],
    parts: str = "",
    led: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Launch]:
    """By name what to start for this scenario, first what users ask. Several share every store and have a port, a seed
    and a telemetry each; the vendors' notices go to the first one. Raises as `launch` does."""
    known: dict[str, str] = {}
    ports = {name: port_of(each) for name, each in scenario.targets.items()}

    def listen_once(url: str) -> Mapping[str, str]:
        known.update(known or listen(url))
        return known

    return {
        name: launch(
            scenario,
            found.booths,
            redis_url=found.redis_url,
            upstreams=found.upstreams,
            scratch=scratch,
            seed=scenario.seed + number,
            listen=listen_once,
            process=name if scenario.replicas > 1 or scenario.targets else "",
            parts=parts,
            ports=ports,
            led=led,
        )
        for number, (name, found) in enumerate((name, ways(name)) for name in scenario.processes)
    }


def telemetry_of(targets: Mapping[str, Launch]) -> dict[str, Path]:
    """Where each process writes its events, by its name; under none where it is the only one."""
    return {
        name if len(targets) > 1 else "": each.telemetry for name, each in targets.items() if each.telemetry is not None
    }


def have_look(targets: Mapping[str, Launch], running: Sequence[str]) -> None:
    """Ask each of several how it is: at a look it puts away what is in its own spill file, where no other sees it."""
    if len(targets) > 1:
        for name in running:
            targets[name].is_ready()


def asker(url: str) -> Callable[[Request], Answered]:
    """Asks whatever serves there as an operator does: one request, one answer."""

    def ask(request: Request) -> Answered:
        try:
            status, body = exchange(
                request.method, url + request.path, request.headers, request.body or None, timeout_s=OPERATOR_WITHIN_S
            )
        except NoAnswer as error:
            return Answered(0, error=str(error))
        return Answered(status, body)

    return ask
