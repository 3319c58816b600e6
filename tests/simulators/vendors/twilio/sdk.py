"""The official SDK, blocking and asynchronous, behind one face, aimed at a simulator."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from twilio.http.async_http_client import AsyncTwilioHttpClient  # type: ignore[import-untyped]
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

SID = "AC" + "c0" * 16
TOKEN = "f" * 32


@dataclass(frozen=True)
class Exchange:
    """One request that really went out, and what came back."""

    method: str
    url: str
    params: Mapping[str, Any]
    status: int
    headers: dict[str, str]


class _Recorded:
    """Keeps what passes."""

    exchanges: list[Exchange]

    def keep(self, method: str, url: str, params: Mapping[str, Any] | None, response: Any) -> Any:
        headers = {name.lower(): value for name, value in (response.headers or {}).items()}
        self.exchanges.append(Exchange(method.upper(), url, params or {}, response.status_code, headers))
        return response


class _Blocking(_Recorded, TwilioHttpClient):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.exchanges = []

    def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        return self.keep(method, url, more.get("params"), super().request(method, url, *args, **more))


class _Asynchronous(_Recorded, AsyncTwilioHttpClient):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.exchanges = []

    async def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        return self.keep(method, url, more.get("params"), await super().request(method, url, *args, **more))


class Sdk:
    """`sdk(resource, "create", …)` is `resource.create(…)`, or `await resource.create_async(…)`."""

    def __init__(self, url: str, *, asynchronous: bool, sid: str = SID, token: str = TOKEN) -> None:
        self.url = url
        self.asynchronous = asynchronous
        self._runner = asyncio.Runner() if asynchronous else None
        self._http: Any = self._run(_make_asynchronous()) if asynchronous else _Blocking()
        self.client = self.aimed(sid, token)

    def aimed(self, user: str, secret: str, account_sid: str | None = None) -> Any:
        """A client of that account, or of one's API key, on the same connections."""
        client = Client(user, secret, account_sid, http_client=self._http)
        for domain in (client.api, client.verify, client.lookups, client.messaging):
            domain.base_url = self.url
        return client

    @property
    def exchanges(self) -> list[Exchange]:
        """Every request so far."""
        exchanges: list[Exchange] = self._http.exchanges
        return exchanges

    def __call__(self, resource: Any, method: str, *args: Any, **more: Any) -> Any:
        if not self.asynchronous:
            return getattr(resource, method)(*args, **more)
        return self._run(getattr(resource, f"{method}_async")(*args, **more))

    def at_once(self, count: int, resource: Any, method: str, **more: Any) -> list[Any]:
        """The same call `count` times in parallel; exceptions are results."""
        if self.asynchronous:
            return list(self._run(_gathered(lambda: getattr(resource, f"{method}_async")(**more), count)))

        def one(_number: int) -> Any:
            try:
                return getattr(resource, method)(**more)
            except Exception as error:  # noqa: BLE001 - the test looks at what it is
                return error

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    def close(self) -> None:
        """Close connections and loop."""
        if self._runner is not None:
            self._run(self._http.close())
            self._runner.close()
        else:
            self._http.session.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        assert self._runner is not None
        return self._runner.run(work)


async def _make_asynchronous() -> _Asynchronous:
    return _Asynchronous()  # it wants a running loop


async def _gathered(work: Callable[[], Any], count: int) -> list[Any]:
    return await asyncio.gather(*(work() for _ in range(count)), return_exceptions=True)
