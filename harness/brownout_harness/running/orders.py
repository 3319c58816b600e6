"""What is to be run: everything that can be refused is refused here, before anything starts or is written."""

import os
import shlex
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from brownout_core.errors import ConfigError
from brownout_core.gateway.parts import PARTS, load_parts
from brownout_harness.asked.described import check_templates
from brownout_harness.faults.actions import unfilled, unmoved, unseen
from brownout_harness.faults.layers import unacted
from brownout_harness.faults.linked import beyond_memory
from brownout_harness.problems import BadInput
from brownout_harness.real.load_workers import ONE, Generators
from brownout_harness.real.memory import without_processes
from brownout_harness.real.onlooker import NOBODY, Onlooker
from brownout_harness.real.redis_choice import AUTO, Redis, choose
from brownout_harness.real.store import require_own
from brownout_harness.real.toxiproxy_choice import Server, uncounted
from brownout_harness.real.toxiproxy_choice import choose as choose_toxiproxy
from brownout_harness.running.control import without_one
from brownout_harness.safety.live_keys import refuse_live_keys
from brownout_harness.words.vocabulary import vocabulary
from brownout_scenarios.errors import ScenarioError, dotted
from brownout_scenarios.load import load
from brownout_scenarios.reading import Check
from brownout_scenarios.schema import GATEWAY, TARGET, Scenario
from brownout_scenarios.stores import STORE
from brownout_scenarios.target import Target
from brownout_scenarios.yaml_tree import Path as Place

Mode = Literal["virtual", "real"]

MODES: Final[tuple[Mode, ...]] = ("virtual", "real")

RUNS = Path("runs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One run to be made, checked."""

    scenario: Scenario
    source: str = ""
    """As it was named: of the library, or a path."""
    mode: Mode
    folder: Path
    """Where the run's files go; nothing is there yet."""
    may_move: bool = False
    """Nobody named that folder: where it is taken meanwhile, one beside it does as well."""
    command: str
    """What reproduces it."""
    redis: Redis | None = None
    """In real mode."""
    toxiproxy: Server | None = None
    """Acts out the faults of links in a real run; None: the run's own proxies do."""
    parts: str = ""
    """The name of what takes the place of the gateway's own parts; empty: nothing does."""
    onlooker: Onlooker = NOBODY
    """Of a real run."""
    generators: Generators = ONE
    """What makes the load of a real run."""


def prepare(
    names: Sequence[str],
    *,
    mode: Mode,
    time: str,
    seed: int | None = None,
    out: Path | None = None,
    redis: str | None = None,
    toxiproxy: str | None = None,
    environment: Mapping[str, str] = os.environ,
    loaded: Mapping[str, Scenario] = MappingProxyType({}),
) -> list[Order]:
    """Load and check everything; `time` is the stamp of default folders, `redis` auto, fake or a URL, `toxiproxy` a URL
    or `installed`. What is `loaded` already, by its name, is known to be possible in this mode.

    Raises:
        BadInput: something of it cannot be run; nothing was started or written.
    """
    refuse_live_keys(environment, [*names, str(out or ""), redis or ""])
    if redis is not None and mode == "virtual":
        raise BadInput("--redis is for real mode: virtual mode has no sockets; add --mode real or leave it out")
    server = _toxiproxy(toxiproxy, mode)
    parts = environment.get(PARTS, "")
    chosen = choose(redis or AUTO) if mode == "real" else None
    scenarios = [
        with_seed(loaded[name], seed) if name in loaded else checked_scenario(name, mode, seed) for name in names
    ]
    for scenario in scenarios:
        if chosen is not None:
            require_own(scenario, chosen)
        if parts:
            _check_parts(parts, scenario)
        if server is not None:
            _check_links(scenario)
    folders = _folders(scenarios, mode, time, out)
    return [
        Order(
            scenario=scenario,
            source=name,
            mode=mode,
            folder=folder,
            may_move=out is None,
            redis=chosen,
            toxiproxy=server,
            parts=parts,
            command=f"{_setting(parts)}brownout run {shlex.quote(name)} --mode {mode} --seed {scenario.seed}",
        )
        for name, scenario, folder in zip(names, scenarios, folders, strict=True)
    ]


def _toxiproxy(option: str | None, mode: Mode) -> Server | None:
    if option is None:
        return None
    if mode == "virtual":
        raise BadInput("--toxiproxy-url is for real mode: virtual mode has no sockets; add --mode real or leave it out")
    return choose_toxiproxy(option)


def _check_links(scenario: Scenario) -> None:
    if not scenario.linked:
        raise BadInput(f"--toxiproxy-url: no fault of {scenario.name} befalls a link; leave it out")
    for place, why in uncounted(scenario):
        raise BadInput(f"{scenario.name}: {dotted(place)}: {why}")


def _setting(parts: str) -> str:
    return f"{PARTS}={shlex.quote(parts)} " if parts else ""


def _check_parts(parts: str, scenario: Scenario) -> None:
    if scenario.target is not None:
        raise BadInput(f"{PARTS} is set, and {scenario.name} has a target of its own, which knows no parts: unset it")
    try:
        load_parts(parts)
    except ConfigError as error:
        raise BadInput(str(error)) from None


def stamp(wall_s: float) -> str:
    """An instant, for the name of a folder."""
    return datetime.fromtimestamp(wall_s, UTC).strftime("%Y%m%dT%H%M%SZ")


def checked_scenario(name: str, mode: Mode, seed: int | None) -> Scenario:
    """The scenario of that name or file, with the seed that replaces its own. Raises `BadInput`."""
    return with_seed(_loaded(name, check_templates, partial(_can_be_run, mode)), seed)


def with_seed(scenario: Scenario, seed: int | None) -> Scenario:
    """The scenario with the seed that replaces its own, where there is one. Raises `BadInput`."""
    if seed is not None:
        if not 0 <= seed < 2**63:
            raise BadInput(f"--seed {seed} is outside 0 to 2^63 - 1")
        scenario = replace(scenario, seed=seed)
    return scenario


def runnable(name: str) -> tuple[Scenario, tuple[Mode, ...]]:
    """The scenario of that name or file, and the modes that can run it. Raises `BadInput` where none can."""
    scenario = _loaded(name, check_templates)
    modes = tuple(mode for mode in MODES if not list(_can_be_run(mode, scenario)))
    return (scenario, modes) if modes else (checked_scenario(name, "real", None), ())  # which says why


def _loaded(name: str, *also: Check) -> Scenario:
    try:
        return load(name, vocabulary(), also=also)
    except ScenarioError as error:
        raise BadInput(str(error)) from None


def _can_be_run(mode: Mode, scenario: Scenario) -> Iterator[tuple[Place, str]]:
    """What the mode cannot do."""
    if mode == "virtual":
        from brownout_harness.virtual.runner import LAYERS

        if scenario.target is not None:
            yield from _in_virtual_time(scenario, scenario.target)
        yield from without_processes(scenario, "virtual mode has none: add --mode real")
        yield from unmoved(scenario, (TARGET,), "the target's moves in real mode alone: add --mode real")
        yield from unacted(scenario, LAYERS, "virtual mode cannot act out: add --mode real")
        yield from beyond_memory(scenario, "add --mode real")
    else:
        from brownout_harness.real import false_time, letters_disk
        from brownout_harness.real.runner import LAYERS as REAL_LAYERS

        if scenario.target is not None and not scenario.target.url:
            yield ("target",), "says nothing of processes: add command and url, or run it without --mode real"
        yield from unacted(scenario, REAL_LAYERS, "real mode cannot act out: take the fault out")
        absent = "" if false_time.library() else f"{false_time.ABSENT}, or run it without --mode real"
        yield from unmoved(scenario, (GATEWAY, TARGET), absent)
        yield from unfilled(scenario, letters_disk.objection() if letters_disk.is_filled(scenario) else "")
        yield from without_one(scenario)
        if scenario.target is not None and not scenario.target.command:
            yield from without_processes(scenario, "say how it is started (target.command)")
        yield from unseen(scenario, "run it without --mode real, or name a moment in a vendor's books")


def _in_virtual_time(scenario: Scenario, target: Target) -> Iterator[tuple[Place, str]]:
    if scenario.targets:
        yield ("targets",), "are processes, which virtual mode has not: add --mode real"
        return
    if target.intercept:
        yield (
            ("target", "intercept"),
            "puts mitmproxy between processes, and virtual mode has neither: add --mode real, or take it out",
        )
        return
    if not target.asgi:
        yield (
            ("target",),
            "needs processes, which virtual mode has not: add --mode real, or name an ASGI application (asgi)",
        )
        return
    yield from _of_processes(target)
    if scenario.replicas > 1:
        yield ("replicas",), "would share what a module imports late: add --mode real"
    for number, phase in enumerate(scenario.phases):
        for position, action in enumerate(phase.actions):
            if action.process == STORE:
                at: Place = ("phases", number, "actions", position)
                yield at, "is done to the Redis of such a target in real mode alone: add --mode real"


def _of_processes(target: Target) -> Iterator[tuple[Place, str]]:
    """What is read of a process, which virtual time has not."""
    if target.observe is not None:
        yield ("target", "observe"), "is looked at in real mode alone: add --mode real"
    if target.ready.log:
        yield ("target", "ready", "log"), "is a process's, and virtual mode has none: write a path, or add --mode real"


def _folders(scenarios: Sequence[Scenario], mode: Mode, time: str, out: Path | None) -> list[Path]:
    """`out` itself for one scenario, a folder within it for each of several; `runs/<time>-<scenario>-<mode>` else."""
    if out is not None and len(scenarios) == 1:
        wanted = [out]
    else:
        wanted = [(out or RUNS) / f"{time}-{scenario.name}-{mode}" for scenario in scenarios]
    taken: set[Path] = set()
    folders = []
    for folder in wanted:
        free = folder
        # The same scenario twice in one command, or twice within a second.
        count = 1
        while free in taken or (out is None and free.exists()):
            count += 1
            free = folder.with_name(f"{folder.name}-{count}")
        taken.add(free)
        check_writable(free)
        folders.append(free)
    return folders


def check_writable(folder: Path) -> None:
    """Refuse a place that is taken or cannot be written, before a run is made for nothing."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise BadInput(f"--out {folder}: there is something already; name a folder that does not exist yet")
        above = folder.parent
        while not above.exists():
            above = above.parent
        with tempfile.TemporaryDirectory(dir=above, prefix=".brownout-"):
            pass
    except OSError as error:
        reason = error.strerror or "cannot be written"
        raise BadInput(f"--out {folder}: {reason}; name a folder that can be written") from None
