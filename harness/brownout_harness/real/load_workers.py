"""The load, made by several processes: a master and its workers, as the runner sees them.

To the runner the master is the load generator. A worker that ends too soon, falls behind by itself or has no
processor time left keeps the run from passing, and is named.
"""

import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from brownout_harness.asked.pace import gaps_of_pace
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.load import keys
from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.real import load_process
from brownout_harness.real.ports import free_port
from brownout_harness.real.processes import Child, Processes
from brownout_harness.safety.reach import private_address
from brownout_reports.rows import OperationRow, read
from brownout_reports.tables import Rows
from brownout_scenarios.schema import Span

START_WITHIN_S: Final = 30.0
"""A process of the load is ready by then, even on a busy machine."""
LOCUSTS_PORT: Final = 8089
"""Where its page is, unless that is taken."""
JOIN_WITHIN_S: Final = 300.0
"""And whoever has a worker join from another machine has typed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generators:
    """What makes the load."""

    workers: int = 1
    """Processes on this machine."""
    listen: str = ""
    """Where workers of other machines join: `10.0.0.5:5557`; empty: none do."""
    joining: int = 0
    """How many of those there must be."""

    has_page: bool = False
    """Whether Locust's own page is served."""

    is_soak: bool = False
    """Whether memory and open descriptors are looked at, of every process there is."""

    @property
    def are_several(self) -> bool:
        """Whether they need a master."""
        return self.workers > 1 or bool(self.listen) or self.has_page


ONE: Final = Generators()


def check(generators: Generators) -> None:
    """Raises `BadInput` where others could not join at the address, or at one where they must not."""
    if not generators.listen:
        return
    host, port = private_address(generators.listen, "--master")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = error.strerror or "cannot be listened at"
            raise BadInput(
                f"--master {generators.listen}: {why.lower()}; take an address of this machine and a free port"
            ) from None


class Load:
    """What was started. Its processes are `processes`' to stop."""

    def __init__(
        self,
        generators: Generators,
        processes: Processes,
        environment: Mapping[str, str],
        *,
        scratch: Path,
        logs: Path,
        tell: Callable[[str], None] = lambda _text: None,
    ) -> None:
        """`tell` takes what is to be typed on other machines."""
        self.workers: tuple[Child, ...] = ()
        self.joining: Sequence[str] = ()
        """The names of those that are not started here."""
        self.ready_within_s = JOIN_WITHIN_S if generators.joining else START_WITHIN_S
        # All of these end by themselves: how they ended is looked at, and no surprise.
        if not generators.are_several:
            self.child = processes.start(load_process.NAME, load_process.command(scratch, logs), environment)
            self.child.asked_to_end = True
            return
        secret, token = keys.new_keys()
        address = generators.listen or f"127.0.0.1:{free_port()}"
        names = [f"{load_process.NAME}.{number}" for number in range(1, generators.workers + generators.joining + 1)]
        started, self.joining = names[: generators.workers], names[generators.workers :]
        web = _page_port() if generators.has_page else None
        command = load_process.master_command(
            scratch, logs, address=address, names=started, joining=self.joining, web=web
        )
        self.child = processes.start(load_process.NAME, command, {**environment, keys.VARIABLE: secret})
        joining = {**environment, keys.VARIABLE: token}
        self.workers = tuple(
            processes.start(name, load_process.worker_command(address, name), joining) for name in started
        )
        for each in (self.child, *self.workers):
            each.asked_to_end = True
        if web is not None:
            tell(f"Locust's page: http://127.0.0.1:{web}")
        if generators.joining:
            tell(f"waiting for {generators.joining} of other machines; there, in the same version of brownout, type:")
            tell(f"  {keys.VARIABLE}={token} brownout load --join {address}")

    @property
    def names(self) -> tuple[str, ...]:
        """Of all workers; where there is no master, none."""
        return (*(each.name for each in self.workers), *self.joining)

    def require_alive(self) -> None:
        """Raises `NotJudged` where a worker has ended, which before the run begins none does."""
        for each in self.workers:
            if not each.alive:
                words = f": {said}" if (said := each.last_words()) else ""
                raise NotJudged(f"{each.name} ended with exit code {each.exit_code} before the run began{words}")

    def why_not_ready(self, joined: Iterable[str]) -> str:
        """Which workers the master still waits for; empty where there are none."""
        missing = [each for each in self.names if each not in set(joined)]
        return f"{' and '.join(missing)} did not join" if missing else ""

    def gaps(self, told: Sequence[Mapping[str, Any]], latest: Mapping[str, Any], spans: Sequence[Span]) -> list[Gap]:
        """Where one of several workers did not do its part; `told` are the operations, each with its worker, `latest`
        is what the master said last."""
        if not self.names:
            return []
        return [*self._ended(), *_troubles(latest), *_behind(told, latest, spans)]

    def _ended(self) -> Iterator[Gap]:
        for each in self.workers:
            if each.exit_code:
                words = f": {said}" if (said := each.last_words()) else ""
                what = f"{each.name} ended with exit code {each.exit_code}{words}"
                yield Gap(GapKind.LOAD_LOST, what, process=each.name)


def _page_port() -> int:
    """Locust's own, or where that is taken a free one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", LOCUSTS_PORT))
        except OSError:
            return free_port()
    return LOCUSTS_PORT


def _troubles(latest: Mapping[str, Any]) -> Iterator[Gap]:
    if not latest.get("finished"):
        yield Gap(GapKind.LOAD_LOST, "the load generator's master did not say how its workers fared")
    for what in latest.get("troubles", []):
        yield Gap(GapKind.LOAD_LOST, what)
    for what in latest.get("behind", []):
        yield Gap(GapKind.FELL_BEHIND, what)
    for what in latest.get("clocks", []):
        yield Gap(GapKind.CLOCK_JUMP, what)


def _behind(told: Sequence[Mapping[str, Any]], latest: Mapping[str, Any], spans: Sequence[Span]) -> Iterator[Gap]:
    """One that is behind by itself may be lost in the share of all that are not."""
    for name in latest.get("workers", {}):
        own = Rows(OperationRow, read(OperationRow, [row for row in told if row.get("worker") == name]).lazy())
        for gap in gaps_of_pace(own, 0, spans):
            if gap.kind is GapKind.FELL_BEHIND:
                yield gap._replace(detail=f"{name}: {gap.detail}", process=name)
