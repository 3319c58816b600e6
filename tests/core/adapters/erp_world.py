"""The simulated ERP itself behind a client, without sockets: what a test of the adapter or its flow talks to."""

import asyncio
from collections import deque
from typing import Any
from urllib.parse import urlsplit

from brownout_core.adapters.erp import ErpAccess
from brownout_core.transport import Request, Response
from brownout_core.transports.memory import MemoryTransport
from brownout_simulators.vendors.erp.access import company_of
from tests.core.fakes import HANG, After, AfterAnswer, Step
from tests.simulators.vendors.erp.bench import CLIENT, TENANT, ErpBench

ACCESS = ErpAccess(
    base_url="http://erp.test",
    tenant=TENANT,
    environment="sandbox",
    company_id=company_of(CLIENT),
    client_id=CLIENT,
    client_secret="s3cret",
)


class ErpWorld(ErpBench):
    """One company. `script` says what happens to the next requests that are no token's, as for the other fakes;
    `on` to the next of one kind."""

    def __init__(self, **setup: Any) -> None:
        super().__init__(**setup)
        self.script: deque[Step] = deque()
        self.on: dict[str, deque[Step]] = {}
        """By method and entity set: `POST workOrders`."""
        self.requests: list[Request] = []
        self.before: Any = None
        """Called before each request is worked on: somebody else, who is quicker."""
        self.transport = MemoryTransport(self._answer)

    def sent(self, method: str, what: str) -> list[Request]:
        """Those with this in their address."""
        return [request for request in self.requests if request.method == method and what in request.url]

    async def _answer(self, request: Request) -> Response:
        await asyncio.sleep(0.01)
        if not request.url.endswith("/token"):
            self.requests.append(request)
            step = self._step(request)
            if step == HANG:
                await asyncio.Event().wait()
            if isinstance(step, Response):
                return step
            if isinstance(step, Exception):
                raise step
            if isinstance(step, After | AfterAnswer):
                self._work(request)
                if isinstance(step, AfterAnswer):
                    return step.answer
                if step.error is None:
                    await asyncio.Event().wait()
                assert step.error is not None
                raise step.error
        return self._work(request)

    def _step(self, request: Request) -> Step:
        for what, steps in self.on.items():
            method, _, name = what.partition(" ")
            if steps and request.method == method and f"/{name}" in request.url:
                return steps.popleft()
        return self.script.popleft() if self.script else None

    def _work(self, request: Request) -> Response:
        if self.before is not None:
            self.before(request)
        parts = urlsplit(request.url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self.send(request.method, target, request.body, headers=headers)
        return Response(answer.status, dict(answer.headers), answer.body)
