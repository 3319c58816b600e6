"""The application under test: the gateway, a command of somebody else's, or something that already runs."""

import json
import os
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from brownout_core.gateway.parts import PARTS
from brownout_core.gateway.settings import NOBODY
from brownout_harness.asked.needed import served
from brownout_harness.asked.notices import secret_variable
from brownout_harness.problems import BadInput
from brownout_harness.real.booths import Booth
from brownout_harness.real.http_json import NoAnswer, call
from brownout_harness.real.letters_disk import FOLDER as LETTERS
from brownout_harness.real.ports import free_port
from brownout_harness.real.processes import Child
from brownout_harness.safety.loopback import require_loopback
from brownout_scenarios.live_keys import looks_live
from brownout_scenarios.schema import GATEWAY, TARGET, Scenario
from brownout_scenarios.target import Target

GATEWAY_WITHIN_S = 20.0
_TEMPLATE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How to start the target, and how one knows that it serves."""

    name: str
    url: str
    ready_url: str
    """Empty: nobody asks it whether it is ready."""
    within_s: float
    ready_log: str = ""
    """In place of asking: a line that holds this."""
    command: Sequence[str] = ()
    """Empty: it already runs, and is not ours to stop."""
    environment: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    telemetry: Path | None = None
    """Where it writes its events; None for a target that reports nothing of itself."""
    has_dead_letters: bool = False
    asks_redis: bool = True
    """Whether it was told where the run's Redis is."""
    ready_below: int = 500

    def is_ready(self, child: Child | None = None) -> bool:
        """Whether it answers, with a status below `ready_below`; or has written what it is to write, as `child`."""
        return not self.why_not_ready(child)

    def why_not_ready(self, child: Child | None = None) -> str:
        """`GET http://127.0.0.1:3000/health answered 503`; empty where it is ready. Who serves nothing and is to write
        nothing is ready as long as it lives, which whoever asks this must know."""
        if self.ready_log:
            has_written = child is not None and child.has_written(self.ready_log)
            return "" if has_written else f"its log has no line with {self.ready_log!r}"
        if not self.ready_url:
            return ""
        try:
            status = call("GET", self.ready_url, timeout_s=0.5).status
        except NoAnswer as error:
            return f"GET {self.ready_url}: {str(error).partition(': ')[2]}"
        return "" if status < self.ready_below else f"GET {self.ready_url} answered {status}"

    def require_free_port(self) -> None:
        """Refuse to start it where something else already serves: its answers would be taken for the target's.

        Raises:
            BadInput: something does.
        """
        if not self.url:
            return
        parts = urlsplit(self.url)
        with socket.socket(socket.AF_INET6 if ":" in (parts.hostname or "") else socket.AF_INET) as probe:
            probe.settimeout(0.5)
            if probe.connect_ex((parts.hostname or "", parts.port or 80)) == 0:
                raise BadInput(
                    f"port {parts.port or 80} is taken, {self.name} cannot serve there: end what uses it, or write "
                    "{{port}} in its url, and no port, for a free one"
                )


def launch(
    scenario: Scenario,
    booths: Iterable[Booth],
    *,
    redis_url: str,
    scratch: Path,
    seed: int,
    environment: Mapping[str, str] = os.environ,
    listen: Callable[[str], Mapping[str, str]] = lambda _url: {},
    process: str = "",
    parts: str = "",
    ports: Mapping[str, int] = MappingProxyType({}),
    upstreams: Mapping[str, str] = MappingProxyType({}),
    led: Mapping[str, str] = MappingProxyType({}),
) -> Launch:
    """What to start for this scenario. Takes a free port; files go to `scratch`. `listen(url)` registers the receivers
    of a target that serves there, and returns the secrets of the vendors that sign for it. `process` is its name among
    several, `parts` that of what takes the place of the gateway's own parts; `ports`: which of the `targets` has
    which; `upstreams`: where what else it depends on is to be found; `led`: what one gets that is intercepted, in place
    of the vendors' variables.

    Raises:
        BadInput: the target aims at another machine, its command does not exist, or it names what is not there.
    """
    vendors = {name: value for booth in booths for name, value in booth.environment.items()}
    if scenario.target is None:
        told = {**environment, **vendors, PARTS: parts}
        made = _gateway(scenario, told, redis_url=redis_url, scratch=scratch, name=process, seed=seed, listen=listen)
    else:
        own = scenario.targets.get(process, scenario.target)
        told = {**environment, **(led if own.intercept else vendors)}
        values = {f"{name}.url": url_of(each, ports[name]) for name, each in scenario.targets.items() if each.url}
        made = _foreign(
            own,
            told,
            booths,
            values={
                **values,
                **{f"{name}.address": at for name, at in upstreams.items()},
                "port": str(ports.get(process) or port_of(own)),
                "redis.url": redis_url,
            },
            listen=listen,
            cwd=scenario.folder_of(own),
            where=f"targets.{process}" if process in scenario.targets else "target",
        )
    return replace(made, name=process) if process else made


def _gateway(
    scenario: Scenario,
    environment: Mapping[str, str],
    *,
    redis_url: str,
    scratch: Path,
    name: str,
    seed: int,
    listen: Callable[[str], Mapping[str, str]],
) -> Launch:
    port = free_port()
    policies = scratch / "policies.json"
    policies.write_text(json.dumps(scenario.policies.to_json()), encoding="utf-8")
    telemetry = scratch / f"telemetry{name and '-'}{name}.ndjson"
    url = f"http://127.0.0.1:{port}"
    settings = {
        "BROWNOUT_HOST": "127.0.0.1",
        "BROWNOUT_PORT": str(port),
        "BROWNOUT_CLAIMS": redis_url,
        "BROWNOUT_DEAD_LETTERS": str(scratch / LETTERS / "dead-letters.sqlite"),
        "BROWNOUT_TELEMETRY": str(telemetry),
        "BROWNOUT_POLICIES": str(policies),
        "BROWNOUT_OPERATIONS": ",".join(served(scenario)),
        "BROWNOUT_SEED": str(seed),
        "BROWNOUT_GRACE_S": str(scenario.grace_s),
        "BROWNOUT_HEARS": ",".join(scenario.heard) or NOBODY,
        **_signing(listen(url)),
    }
    if name:
        settings["BROWNOUT_SPILL"] = str(scratch / LETTERS / f"dead-letters-{name}.spill")
    return Launch(
        name=GATEWAY,
        url=url,
        ready_url=f"{url}/health",
        within_s=GATEWAY_WITHIN_S,
        command=[sys.executable, "-P", "-m", "brownout_core.gateway"],
        environment={**environment, **settings},
        telemetry=telemetry,
        has_dead_letters=True,
        ready_below=600,  # it says 503 of its health while a vendor is down, and serves
    )


def _signing(secrets: Mapping[str, str]) -> dict[str, str]:
    return {secret_variable(vendor): secret for vendor, secret in secrets.items()}


def port_of(target: Target) -> int:
    """The one that it is given, or says; else a free one."""
    try:
        said = urlsplit(target.url).port
    except ValueError:  # {{port}}
        said = None
    return target.port or said or free_port()


def url_of(target: Target, port: int) -> str:
    """Where it serves, on that port."""
    return _TEMPLATE.sub(lambda found: str(port) if found[1] == "port" else found[0], target.url)


def _foreign(
    target: Target,
    environment: Mapping[str, str],
    booths: Iterable[Booth],
    *,
    values: Mapping[str, str],
    listen: Callable[[str], Mapping[str, str]],
    cwd: Path | None,
    where: str,
) -> Launch:
    """One process of somebody else's application; `values` are what can be filled in, besides the vendors', and `where`
    is its place in the file."""
    values = {"python": sys.executable, **values}
    for booth in booths:
        values |= {f"{booth.vendor}.url": booth.url, f"{booth.vendor}.key": booth.key}
    url = _filled(target.url, values, f"{where}.url")
    url = require_loopback(url, "the target's url") if url else ""
    signing = listen(url)
    values |= {f"{vendor}.webhook_secret": secret for vendor, secret in signing.items()}
    command = [_filled(word, values, f"{where}.command") for word in target.command]
    if command and not _can_be_run(command[0], cwd):
        raise BadInput(f"the target's command {command[0]} does not exist: correct {where}.command")
    own = {name: _filled(text, values, f"{where}.env.{name}") for name, text in target.env.items()}
    if any(looks_live(value) for value in own.values()):
        raise BadInput("the target's environment holds a live key: Brownout works with test keys only")
    return Launch(
        name=TARGET,
        url=url,
        ready_url=url + target.ready.path if url else "",
        ready_log=target.ready.log,
        within_s=target.ready.within_s,
        command=command,
        environment={
            **environment,
            "PORT": values["port"],
            **_signing(signing),
            **own,
        },
        asks_redis="redis.url" in target.templates(),
        cwd=cwd,
    )


def _can_be_run(program: str, cwd: Path | None) -> bool:
    return shutil.which(program) is not None or (cwd is not None and shutil.which(str(cwd / program)) is not None)


def _filled(text: str, values: Mapping[str, str], where: str) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise BadInput(f"{where} names {{{{{found[1]}}}}}; known are {', '.join(sorted(values))}")
        return values[found[1]]

    return _TEMPLATE.sub(value, text)
