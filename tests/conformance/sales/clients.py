"""Two HTTP clients with one face: httpx and aiohttp. They know the contract, keep a token, and retry nothing."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

import aiohttp
import httpx

from tests.conformance.checking import At

SCOPES = "orders.read orders.write inventory.manage webhooks.manage"
LOST = (httpx.TransportError, aiohttp.ClientError)
"""What a client raises where no whole answer came."""


class Said(NamedTuple):
    """An answer. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Sends(Protocol):
    """One request, whichever client sends it."""

    async def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Said: ...


class Pyxis:
    """The sales system, as an application of its own would talk to it."""

    def __init__(self, at: At, send: Sends, client_id: str) -> None:
        self._url = at.env["SALES_API_BASE"]
        secret = at.env["SALES_CLIENT_SECRET"]
        self._basic = "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        self._send = send
        self._keys = 0
        self.token = ""

    def key(self) -> str:
        """One that was not used before."""
        self._keys += 1
        return f"idempotency-key-{self._keys:04d}"

    async def log_in(self) -> Said:
        form = urlencode({"grant_type": "client_credentials", "scope": SCOPES}).encode()
        headers = {"Authorization": self._basic, "Content-Type": "application/x-www-form-urlencoded"}
        said = await self._send("POST", f"{self._url}/oauth2/token", headers, form)
        self.token = said.json["access_token"] if said.status == 200 else ""
        return said

    async def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Said:
        """With the token; `Idempotency_Key="x"` is a header."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = None
        if body is not None:
            raw = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        return await self._send(method, self._url + target, sent, raw)

    async def write(self, target: str, body: Any = None, key: str = "", **headers: str) -> Said:
        """A POST under a key."""
        return await self.ask(
            "POST", target, {} if body is None else body, Idempotency_Key=key or self.key(), **headers
        )

    async def take_in(self, body: Any = None, key: str = "", **headers: str) -> Said:
        """An order's intake."""
        return await self.write("/api/v2/orders/intake", order() if body is None else body, key, **headers)


@asynccontextmanager
async def pyxis(at: At, client_id: str = "") -> AsyncIterator[Pyxis]:
    """Logged in, by the client that the check runs for."""
    name = client_id or at.env["SALES_CLIENT_ID"]
    if at.client == "python":
        async with httpx.AsyncClient(timeout=20.0) as http:

            async def over_httpx(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Said:
                answer = await http.request(method, url, headers=headers, content=body)
                return Said(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.content)

            client = Pyxis(at, over_httpx, name)
            await client.log_in()
            yield client
        return
    async with aiohttp.ClientSession() as session:

        async def over_aiohttp(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Said:
            async with session.request(method, url, headers=headers, data=body) as answer:
                return Said(answer.status, {k.lower(): v for k, v in answer.headers.items()}, await answer.read())

        client = Pyxis(at, over_aiohttp, name)
        await client.log_in()
        yield client


def order(order_id: str = "A-1", sku: str = "PUMP", **more: Any) -> dict[str, Any]:
    """One that is taken in."""
    return {
        "orderId": order_id,
        "customer": {"name": "Ada Example", "phone": "+12025550123"},
        "site": {"line1": "1 Main St", "city": "Springfield", "postalCode": "12345", "country": "US"},
        "lines": [{"lineNo": 1, "sku": sku, "quantity": "2", "unitPrice": {"amount": "10.50", "currency": "USD"}}],
        "total": {"amount": "21.00", "currency": "USD"},
        "metadata": {"operation_id": f"op-{order_id}"},
        **more,
    }
