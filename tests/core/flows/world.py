"""A whole application in virtual time against the fake vendors, and what its telemetry said."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brownout_core.application import Application
from brownout_core.compose import AppConfig, Replacements, build
from brownout_core.flows.ending import Ending
from brownout_core.flows.notify import NotifyRequest
from brownout_core.flows.pay import PayRequest
from brownout_core.flows.place_order import OrderLine, OrderRequest, OrderSite
from brownout_core.flows.request import FlowRequest
from brownout_core.records import ClaimStore, DeadLetterStore
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.telemetry import Event, Kind
from tests.core.fakes import WALL_S, FakeSales, FakeStripe, FakeTwilio, config


@dataclass
class World:
    """Vendors and stores outlive an application; `application()` starts another life of it."""

    settings: AppConfig = field(default_factory=config)
    replacements: Replacements | None = None
    stripe: FakeStripe = field(default_factory=FakeStripe)
    twilio: FakeTwilio = field(default_factory=FakeTwilio)
    sales: FakeSales = field(default_factory=FakeSales)
    events: list[Event] = field(default_factory=list)
    letters_path: str | Path = ":memory:"
    spill: Any = None

    def __post_init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.loop = loop
        self.claims: ClaimStore = MemoryClaimStore(loop.time)
        self.letters: DeadLetterStore = SqliteDeadLetterStore(self.letters_path, wall_clock=self.wall_clock)
        self.app = self.application()

    def wall_clock(self) -> float:
        return WALL_S + self.loop.time()

    def application(self) -> Application:
        return build(
            self.settings,
            self.replacements,
            transports={
                "stripe": self.stripe.transport,
                "twilio": self.twilio.transport,
                "sales": self.sales.transport,
            },
            claims=self.claims,
            dead_letters=self.letters,
            spill=self.spill,
            sink=self.events.append,
            wall_clock=self.wall_clock,
            seed=7,
            instance=f"life-{self.loop.time()}-{len(self.events)}",
        )

    async def ask(self, request: FlowRequest, app: Application | None = None) -> Ending:
        """What a caller is told who asks the flow that takes such a request."""
        return await ask(app or self.app, request)

    def told(self, kind: Kind) -> list[Event]:
        return [event for event in self.events if event.kind is kind]


async def ask(app: Application, request: FlowRequest) -> Ending:
    """Ask the flow that takes such a request."""
    (flow,) = (flow for flow in app.flows.values() if flow.request is type(request))
    return await flow(request)


def policies(**vendors: Mapping[str, object]) -> dict[str, Any]:
    """Settings for `config(**…)`: `policies(stripe={"retry": {"max_retries": 0}})`."""
    from brownout_core.compose import read_document

    return read_document({"vendors": vendors})


def pay(operation_id: str = "op-1", amount: int = 1200, **more: Any) -> PayRequest:
    return PayRequest(operation_id=operation_id, amount=amount, **more)


def sms(operation_id: str = "op-1", body: str = "Your order is on its way.") -> NotifyRequest:
    return NotifyRequest(operation_id=operation_id, to="+15005550100", body=body)


def order(operation_id: str = "op-1") -> OrderRequest:
    site = OrderSite(line1="1 Main St", city="Springfield", postal_code="12345", country="us")
    lines = (OrderLine(sku="A", quantity=2, unit_price=1050), OrderLine(sku="B", unit_price=1))
    return OrderRequest(operation_id=operation_id, customer="Ada", site=site, lines=lines)
