"""The reference application in virtual time: composed as the gateway composes it, asked through the same front door,
killed and started like a process.

What survives a kill is what survives it for real: the claims (Redis) and the dead letters (a file). Everything else
belongs to one life.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from brownout_core.adapters.declaration import read_access
from brownout_core.clock import WallClock
from brownout_core.compose import AppConfig, Replacements, adapters_of, build, chosen, read_document
from brownout_core.front_door.answers import Answer
from brownout_core.front_door.door import FrontDoor, Trouble
from brownout_core.front_door.telling import Outlet
from brownout_core.records import ClaimStore, DeadLetterStore
from brownout_core.redaction import Redactor
from brownout_core.sessions import SessionTransport
from brownout_core.telemetry import Event, Kind, Sink
from brownout_core.transport import Transport
from brownout_core.transports.pooled import Pooled
from brownout_harness.asked.dead_letters import Answered, Dialogue
from brownout_harness.asked.request import Request
from brownout_harness.judging.endings import Ending
from brownout_harness.virtual.delivery import HOST
from brownout_harness.virtual.life import Killed, Life
from brownout_scenarios.processes import GRACE_S, KILLED_AFTER_S

T = TypeVar("T")


def config_of(
    environments: Mapping[str, Mapping[str, str]],
    document: Mapping[str, Any],
    replacements: Replacements | None = None,
    *,
    operations: Sequence[str] | None = None,
    heard: Collection[str] | None = None,
) -> AppConfig:
    """The application's settings, from what the vendors say of themselves and the scenario's policies; `operations` are
    all that it is asked for, `heard` the vendors that tell it anything by themselves."""
    put = replacements or Replacements()
    environment = {name: value for each in environments.values() for name, value in each.items()}
    access = read_access(adapters_of(chosen(put.flows, operations), put.adapters), environment)
    return AppConfig(access=access, operations=operations, heard=heard, **read_document(document, put.adapters))


class Way(Transport, SessionTransport, Protocol):
    """To a vendor, by requests and by sessions."""


class VirtualServer:
    """One application after another on the same stores. Belongs to one loop."""

    def __init__(
        self,
        config: AppConfig,
        replacements: Replacements,
        *,
        transports: Mapping[str, "Way"],
        claims: Callable[[], ClaimStore],
        dead_letters: DeadLetterStore,
        sink: Sink,
        seed: int,
        wall_clock: WallClock,
        on_write: Callable[[], None] = lambda: None,
        grace_s: float = GRACE_S,
        process: str = "",
        linked: Callable[[], Mapping[str, "Way"]] = dict,
        on_killed: Callable[[object], None] = lambda _mark: None,
    ) -> None:
        """`claims` connects to the store of claims, for each life; `on_write` is called at each change of a store,
        before the application hears of it; `grace_s` is how long what is under way may take to end after a stop;
        `process` is its name among several on the same stores; `linked` makes the ways over a network, for
        each life, and `on_killed` closes what it has open there."""
        self._grace_s = grace_s
        self._process = process
        self._on_write = on_write
        self._config = config
        self._replacements = replacements
        self._transports = transports
        self._linked = linked
        self._on_killed = on_killed
        self._claims = claims
        self._dead_letters = dead_letters
        self._sink = sink
        self._seed = seed
        self._wall_clock = wall_clock
        self._redactor = Redactor(config.secrets())
        self._lives = 0
        self._life: Life | None = None
        self._door: FrontDoor | None = None
        self._ending: list[tuple[float, Life]] = []
        self.start()

    def start(self) -> None:
        """A new life, on the stores that there are; one that is stopped goes on. Does nothing while one runs."""
        if self._life is not None:
            if self._life.is_stopped:
                self._life.go_on()
            return
        self._lives += 1
        life = self._life = Life(self._on_write, on_killed=self._on_killed)
        ways = {**self._transports, **self._linked()}
        instance = f"{self._process}/life-{self._lives}".lstrip("/")
        application = self._application = build(
            self._config,
            self._replacements,
            transports={name: self._connected(name, life.transport(each)) for name, each in ways.items()},
            sessions={name: life.sessions(each) for name, each in ways.items()},
            claims=life.claims(self._claims()),
            dead_letters=life.dead_letters(self._dead_letters),
            wall_clock=self._wall_clock,
            sink=(sink := life.sink(self._sink)),
            seed=self._seed,
            instance=instance,
        )
        self._door = FrontDoor(
            application,
            wall_clock=self._wall_clock,
            redactor=self._redactor,
            instance=instance,
            log=partial(self._hear, sink),
            notices=self._config.hears(self._replacements.adapters),
        )
        now_s, parts = asyncio.get_running_loop().time(), self._replacements.name
        self._sink(Event(now_s, Kind.STARTED, outcome=parts, detail=f"life {self._lives}"))
        for name, part in application.background().items():
            broke = partial(self._hear_end, sink, name)
            life.start_beside(part.run(), name=name, broke=broke)

    def _connected(self, vendor: str, transport: Transport) -> Transport:
        """With as many connections as the application's own client would have; each life has its own."""
        adapter = self._replacements.adapters.get(vendor)
        return transport if adapter is None else Pooled(transport, self._config.policies(adapter).client)

    def _hear(self, sink: Sink, trouble: Trouble) -> None:
        if trouble.is_defect:
            sink(trouble.event(asyncio.get_running_loop().time()))

    def _hear_end(self, sink: Sink, name: str, error: Exception) -> None:
        """As in the gateway: what nobody asked for and nobody waits for tells of its own end."""
        self._hear(sink, Trouble("internal_error", name, "", error))

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is said."""
        if self._life is not None:
            self._life.kill()
        self._life = self._door = None

    def end(self) -> None:
        """Every life that still runs, or stands still, is over: the loop may come to rest."""
        if self._life is not None and self._life.is_stopped:
            self._life.go_on()
        self.kill()
        for _, life in self._ending:
            life.kill()

    def endings(self, process: str) -> list[Ending]:
        """What came of each stop, in their order; `process` is its name."""
        return [
            Ending(process, asked_s, self._grace_s, life.gone_s, was_killed=life.was_killed)
            for asked_s, life in self._ending
        ]

    def pause(self) -> None:
        """SIGSTOP: what it is asked waits, and so does what it does."""
        if self._life is not None:
            self._life.pause()

    def stop(self) -> None:
        """SIGTERM: no new request is taken; what is under way has its grace, and is cancelled then."""
        if self._life is not None:
            loop = asyncio.get_running_loop()
            self._ending.append((loop.time(), self._life))
            self._life.leave()
            loop.call_later(self._grace_s, self._life.cancel)
            loop.call_later(self._grace_s + KILLED_AFTER_S, self._life.kill)
        self._life = self._door = None

    def is_ending(self) -> bool:
        """Whether what was told to stop has not ended yet: nothing can be started in its place."""
        return any(life.is_at_work() for _, life in self._ending)

    def serve(self, request: Request, *, name: str, outlet: Outlet | None = None) -> asyncio.Task[Answer] | None:
        """Begin to answer; None where nothing listens. An answer that is told as it is made goes to `outlet`."""
        if self._life is None or self._door is None:
            return None
        headers = {"host": HOST, **{each.lower(): value for each, value in request.headers.items()}}
        mortal = None if outlet is None else self._life.outlet(outlet)
        asked = self._door(request.method, request.path, headers, request.body, mortal)
        return self._life.start(asked, name=name)

    async def talk(self, dialogue: Dialogue[T]) -> T:
        """What the gateway is asked over HTTP, asked here: the same dialogue, to its end."""
        try:
            request = next(dialogue)
            while True:
                request = dialogue.send(await self._ask(request))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    async def _ask(self, request: Request) -> Answered:
        asking = self.serve(request, name=f"{request.method} {request.path}")
        if asking is None:
            return Answered(0, error="connection_refused")
        await asyncio.wait([asking])
        if asking.cancelled() or isinstance(asking.exception(), Killed):
            return Answered(0, error="connection_lost")
        answer = asking.result()
        return Answered(answer.status, answer.body)

    def is_at_work(self) -> bool:
        """Whether anything that was asked of it has not ended."""
        lives = [*(life for _, life in self._ending), *([] if self._life is None else [self._life])]
        return any(life.is_at_work() for life in lives) or (self._life is not None and self._has_in_hand())

    def _has_in_hand(self) -> bool:
        return any(part.in_hand() for part in self._application.background().values())
