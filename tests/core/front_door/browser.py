"""Somebody who stands before a front door, with the fake vendors behind it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from brownout_core.adapters import ADAPTERS
from brownout_core.adapters.declaration import hearings
from brownout_core.front_door.answers import Answer
from brownout_core.front_door.door import FrontDoor
from brownout_core.redaction import Redactor
from brownout_core.sinks.prometheus import PrometheusSink
from tests.core.fakes import ACCESS, SECRETS, WALL_S, config
from tests.core.flows.world import World, policies
from tests.support.aio import virtually

PAY = {"amount": 1200}
ORDER = {
    "customer": "Ada",
    "site": {"line1": "1 Main St", "city": "Springfield", "postal_code": "12345", "country": "us"},
    "lines": [{"sku": "A", "unit_price": 1050}],
}
SMS = {"to": "+15005550100", "body": "Hello"}
NO_RETRIES = config(**policies(**{vendor: {"retry": {"max_retries": 0}} for vendor in ADAPTERS}))


@dataclass
class Browser:
    """Who stands before the door, the world behind it, and what was logged."""

    world: World
    door: FrontDoor
    log: list[str] = field(default_factory=list)

    async def answer(self, method: str, target: str, body: bytes = b"", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.door(method, target, {"host": "127.0.0.1:8080", **named}, body)

    async def ask(
        self,
        method: str,
        target: str,
        json: Any = None,
        *,
        data: bytes = b"",
        operation: str | None = "op-1",
        **more: str,
    ) -> tuple[int, Any, dict[str, str]]:
        headers = more if operation is None else {"x_correlation_id": operation, **more}
        answer = await self.answer(method, target, data if json is None else orjson.dumps(json), **headers)
        is_json = answer.headers.get("Content-Type") == "application/json"
        return answer.status, orjson.loads(answer.body) if is_json else answer.body.decode(), answer.headers


def browse(body: Callable[[Browser], Awaitable[None]], *, secrets: tuple[str, ...] = (), **options: Any) -> list[str]:
    """Run `body` before a door; returns what was logged."""
    log: list[str] = []

    async def main() -> None:
        metrics = PrometheusSink(ADAPTERS)
        access = {**ACCESS, "stripe": replace(ACCESS["stripe"], webhook_secrets=secrets)}
        world = World(replace(NO_RETRIES, access=access))
        world.events = Told(metrics)
        world.app = world.application()
        door = FrontDoor(
            world.app,
            metrics=metrics.text,
            wall_clock=lambda: WALL_S,
            redactor=Redactor(SECRETS),
            log=lambda trouble: log.append(f"{trouble.what} {trouble.request_id} {trouble.error!r}"),
            instance="gw",
            notices=hearings(ADAPTERS, access),
            **options,
        )
        await body(Browser(world, door, log))
        await world.app.close()

    virtually(main())
    return log


class Told(list[Any]):
    """Events as they are told, counted too."""

    def __init__(self, metrics: PrometheusSink) -> None:
        super().__init__()
        self._metrics = metrics

    def append(self, event: Any) -> None:
        super().append(event)
        self._metrics(event)
