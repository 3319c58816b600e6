"""The reference application in virtual time: composed as the gateway composes it, killed and started like a process.

What survives a kill is what survives it for real: the claims (Redis) and the dead letters (a file). Everything else
belongs to one life.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from brownout_core.application import Application
from brownout_core.compose import (
    AppConfig,
    Parts,
    SalesAccess,
    StripeAccess,
    TwilioAccess,
    build,
    read_document,
)
from brownout_core.flows.outcome import Outcome
from brownout_core.flows.requests import NotifyRequest, OrderRequest, PayRequest
from brownout_core.records import ClaimStore, DeadLetterStore
from brownout_core.telemetry import Event, Kind, Sink
from brownout_core.transport import Transport
from brownout_harness.asked.arrivals import Arrival
from brownout_harness.virtual.caller import Answer
from brownout_harness.virtual.life import Life


def config_of(environments: Mapping[str, Mapping[str, str]], document: Mapping[str, Any]) -> AppConfig:
    """The application's settings, from what the vendors say of themselves and the scenario's policies."""
    stripe, twilio, sales = (environments[name] for name in ("stripe", "twilio", "sales"))
    return AppConfig(
        stripe=StripeAccess(base_url=stripe["STRIPE_API_BASE"], api_key=stripe["STRIPE_API_KEY"]),
        twilio=TwilioAccess(
            base_url=twilio["TWILIO_API_BASE"],
            account_sid=twilio["TWILIO_ACCOUNT_SID"],
            auth_token=twilio["TWILIO_AUTH_TOKEN"],
        ),
        sales=SalesAccess(
            base_url=sales["SALES_API_BASE"],
            client_id=sales["SALES_CLIENT_ID"],
            client_secret=sales["SALES_CLIENT_SECRET"],
        ),
        **read_document(document),
    )


class VirtualServer:
    """One application after another on the same stores. Belongs to one loop."""

    def __init__(
        self,
        config: AppConfig,
        parts: Parts,
        *,
        transports: Mapping[str, Transport],
        claims: ClaimStore,
        dead_letters: DeadLetterStore,
        sink: Sink,
        seed: int,
        epoch_s: float,
    ) -> None:
        self._config = config
        self._parts = parts
        self._transports = transports
        self._claims = claims
        self._dead_letters = dead_letters
        self._sink = sink
        self._seed = seed
        self._epoch_s = epoch_s
        self._lives = 0
        self._life: Life | None = None
        self._application: Application | None = None
        self._operations: Mapping[str, Callable[[Arrival], Awaitable[Outcome]]] = {}
        self.start()

    @property
    def application(self) -> Application | None:
        """The one that runs now; None after a kill."""
        return self._application

    def start(self) -> None:
        """A new life, on the stores that there are. Does nothing while one runs."""
        if self._application is not None:
            return
        loop = asyncio.get_running_loop()
        self._lives += 1
        life = self._life = Life()
        application = self._application = build(
            self._config,
            self._parts,
            transports={name: life.through(transport) for name, transport in self._transports.items()},
            claims=life.through(self._claims),
            dead_letters=life.through(self._dead_letters),
            wall_clock=lambda: self._epoch_s + loop.time(),
            sink=life.sink(self._sink),
            seed=self._seed,
            instance=f"life-{self._lives}",
        )
        self._operations = {
            "pay": lambda arrival: application.pay(PayRequest(**_asked(arrival))),
            "notify": lambda arrival: application.notify(NotifyRequest(**_asked(arrival))),
            "place_order": lambda arrival: application.place_order(OrderRequest(**_asked(arrival))),
        }
        self._sink(Event(loop.time(), Kind.STARTED, detail=f"life {self._lives}"))

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is said."""
        if self._life is not None:
            self._life.kill()
        self._life = self._application = None

    def serve(self, arrival: Arrival) -> asyncio.Task[Answer] | None:
        """Begin one operation; None where nothing listens."""
        if self._life is None:
            return None
        return self._life.start(self._answer(arrival), name=arrival.operation_id)

    async def _answer(self, arrival: Arrival) -> Answer:
        outcome = await self._operations[arrival.name](arrival)
        return outcome.http_status, orjson.dumps(outcome.body())

    def redrive(self) -> "asyncio.Task[str] | None":
        """Send every waiting dead letter again; the task's result says in words what came of it."""
        if self._life is None or self._application is None:
            return None
        return self._life.start(_redrive(self._application), name="redrive")

    def is_at_work(self) -> bool:
        """Whether anything that was asked of it has not ended."""
        return self._life is not None and self._life.is_at_work()


def _asked(arrival: Arrival) -> dict[str, Any]:
    return {"operation_id": arrival.operation_id, **arrival.params}


async def _redrive(application: Application) -> str:
    counts: dict[str, int] = {}
    for each in await application.dead_letters.redrive_all():
        counts[each.outcome] = counts.get(each.outcome, 0) + 1
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "nothing waited"
