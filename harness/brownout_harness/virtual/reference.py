"""What a run needs for the reference application: its loop, and its servers on the run's stores."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from brownout_harness.asked.needed import served
from brownout_harness.judging.evidence import Gap
from brownout_harness.virtual.loop import VirtualLoop
from brownout_harness.virtual.server import VirtualServer, config_of
from brownout_harness.virtual.wire import base_url_of

if TYPE_CHECKING:
    from brownout_harness.virtual.runner import Run


class ReferenceStage:
    """Of one run."""

    base_url = staticmethod(base_url_of)

    def __init__(self, run: "Run") -> None:
        self._run = run
        self.loop: Callable[[], VirtualLoop] = VirtualLoop

    @contextmanager
    def world(self, epoch_s: float) -> Iterator[None]:  # noqa: ARG002 - nothing of it is the application's alone
        """There is nothing to do."""
        yield

    def open(self, _simulators: Mapping[str, Any], _environments: Mapping[str, Any]) -> None:
        """It reaches the vendors by transports, and not by a network."""

    def server(self, process: str, number: int) -> VirtualServer:
        """One process of it."""
        run = self._run
        name = process if run.scenario.replicas > 1 else ""
        return VirtualServer(
            config_of(
                run.vendors.environments,
                run.scenario.policies.to_json(),
                run.replacements,
                operations=served(run.scenario),
                heard=run.scenario.heard,
            ),
            run.replacements,
            transports=run.vendors.transports(),
            claims=run.store.client,
            dead_letters=run.dead_letters,
            sink=partial(run.hear, name),
            seed=run.scenario.seed + number,
            wall_clock=run.wall,
            on_write=partial(run.moments.wrote, process),
            grace_s=run.scenario.grace_s,
            process=name,
        )

    async def ready(self) -> None:
        """It serves as soon as it is made."""

    def gaps(self) -> list[Gap]:
        """It is ours: what goes wrong with it is an error."""
        return []

    def takes(self, _error: object, _message: str) -> bool:
        """An error that nobody asked for is nobody's."""
        return False

    def notes(self) -> list[str]:
        """It says what there is to say by itself."""
        return []

    def close(self) -> None:
        """Its lives end with the run."""
