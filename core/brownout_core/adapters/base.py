"""What every adapter does the same way: send, and turn whatever happened into an answer or one of our errors.

| what happened | error | retryable | may have effect | counts against health |
| --- | --- | --- | --- | --- |
| `NoConnection` | `ConnectFailed` | yes | no | yes |
| `Lost` | `ConnectionLost` | yes | yes | yes |
| `Unreadable`, a body that is cut, malformed or of the wrong type, a status below 200 or a redirect | `ResponseBroken` | yes | yes | yes |
| 401 | `AuthenticationFailed` | no | no | no |
| a 4xx by which the vendor means something else (`Said.means`) | such as `QuotaExhausted` | as that error says | | |
| 408, 5xx | `VendorUnavailable` | yes, unless the vendor says otherwise or 501, 505 | yes | yes |
| 409 for a key that is in use | `VendorBusy` | yes | yes | no |
| 429 | `Throttled` | yes | no | no |
| any other 4xx | `VendorRefused` | no | no | no |

Every other exception is a defect of this program and passes unchanged.
"""  # noqa: E501 - a table

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar
from urllib.parse import quote_plus

import orjson

from brownout_core.adapters.declaration import Wire
from brownout_core.errors import (
    AuthenticationFailed,
    ConnectFailed,
    ConnectionLost,
    ResponseBroken,
    ServiceError,
    Throttled,
    VendorBusy,
    VendorError,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.policies.retry_after import retry_after_s
from brownout_core.transport import Lost, NoConnection, Request, Response, Unreadable

T = TypeVar("T")

CORRELATION_HEADER = "X-Correlation-ID"
MAX_MESSAGE = 300
EMPTY: Final[dict[str, Any]] = {}
"""In place of an object that an answer may leave out."""
NOT_WORTH_RETRYING = frozenset({501, 505})


@dataclass(frozen=True, slots=True)
class Said:
    """What a vendor's error body says, in its own dialect."""

    message: str = ""
    code: str | None = None
    is_in_progress: bool = False
    """The key is in use by an earlier request that the vendor still works on."""
    retryable: bool | None = None
    """The vendor's own word about asking again; None where it gives none."""
    retry_after_s: float | None = None
    """The vendor's wish, where its body says it and not a header."""
    means: type[VendorError] | None = None
    """What it means by a 4xx, where the status does not tell."""


class VendorClient:
    """One vendor over one transport. Subclasses build requests and read answers. Safe for concurrent use."""

    vendor: str = "vendor"

    def __init__(self, base_url: str, wire: Wire) -> None:
        self._base_url = base_url.rstrip("/")
        self._transport = wire.transport
        self._wall_clock = wire.wall_clock
        self._redactor = wire.redactor

    async def _ask(
        self,
        call: str,
        operation_id: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
    ) -> Response:
        """Send one request; return the answer whatever its status. Raises the errors of a failed exchange.

        Without an operation's id it is nobody's in particular.
        """
        named = {CORRELATION_HEADER: operation_id, **headers} if operation_id else headers
        request = Request(method, self._base_url + path, named, body)
        try:
            async with self._transport.open(request) as opened:
                return await opened.whole()
        except (NoConnection, Lost, Unreadable) as error:
            raise self._of_transport(call, error) from error

    @asynccontextmanager
    async def _open(
        self,
        call: str,
        operation_id: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Send one request whose good answer comes in pieces; raises the error that any other answer means, and what
        a broken stream means."""
        request = Request(method, self._base_url + path, {CORRELATION_HEADER: operation_id, **headers}, body)
        async with AsyncExitStack() as opening:
            try:
                opened = await opening.enter_async_context(self._transport.open(request))
                if not 200 <= opened.status < 300:
                    raise self._error(call, await opened.whole())
            except (NoConnection, Lost, Unreadable) as error:
                raise self._of_transport(call, error) from error
            yield await opening.enter_async_context(aclosing(self._pieces(call, opened.chunks)))

    async def _pieces(self, call: str, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        try:
            async for chunk in chunks:
                yield chunk
        except (Lost, Unreadable) as error:
            raise self._of_transport(call, error) from error

    def _of_transport(self, call: str, error: NoConnection | Lost | Unreadable) -> ServiceError:
        match error:
            case NoConnection():
                return ConnectFailed(self.vendor, call, "no connection")
            case Lost():
                return ConnectionLost(self.vendor, call, "the connection ended before the answer")
            case Unreadable():
                return ResponseBroken(self.vendor, call, "the answer is not HTTP")

    def _json(self, call: str, response: Response) -> dict[str, Any]:
        """The body of a good answer; raises the error that any other answer means."""
        if not 200 <= response.status < 300:
            raise self._error(call, response)
        try:
            data = orjson.loads(response.body)
        except orjson.JSONDecodeError as error:
            raise self._broken(call, response, "the body is not JSON") from error
        if not isinstance(data, dict):
            raise self._broken(call, response, "the body is not a JSON object")
        return data

    def _error(self, call: str, response: Response) -> ServiceError:
        """The error that a status of 300 and more (or less than 200) means."""
        status = response.status
        if not 400 <= status < 600:
            return self._broken(call, response, f"unexpected status {status}")
        said = self._said(response)
        text = self._redactor.text(said.message)[:MAX_MESSAGE] or f"status {status}"
        wish_s = retry_after_s(response.headers, self._wall_clock)
        if wish_s is None:
            wish_s = said.retry_after_s
        means = said.means if said.means is not None or status != 401 else AuthenticationFailed
        if means is not None and status < 500:
            return means(self.vendor, call, text, status=status, code=said.code, retry_after_s=wish_s)
        if status == 429:
            return Throttled(
                self.vendor, call, text, status=status, code=said.code, retryable=said.retryable, retry_after_s=wish_s
            )
        if said.is_in_progress:
            return VendorBusy(self.vendor, call, text, status=status, code=said.code, retry_after_s=wish_s)
        if status >= 500 or status == 408:
            retryable = status not in NOT_WORTH_RETRYING if said.retryable is None else said.retryable
            return VendorUnavailable(
                self.vendor, call, text, status=status, code=said.code, retryable=retryable, retry_after_s=wish_s
            )
        return VendorRefused(self.vendor, call, text, status=status, code=said.code)

    def _said(self, response: Response) -> Said:
        """Read the vendor's error body; never raises, for a broken error body is still an error."""
        raise AssertionError(f"{type(self).__name__} does not say how its vendor words an error: {response.status}")

    def _broken(self, call: str, response: Response, why: str) -> ResponseBroken:
        return ResponseBroken(self.vendor, call, why, status=response.status)

    def _field(self, call: str, response: Response, data: Mapping[str, Any], name: str, kind: type[T]) -> T:
        """`data[name]`, which has to be a `kind`; an answer without it is broken."""
        value = data.get(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self._broken(call, response, f"{name} is not {kind.__name__}")
        return value

    def _optional(self, call: str, response: Response, data: Mapping[str, Any], name: str, default: T) -> T:
        """`data[name]`, or the default where there is none; what is there has to be of the default's kind."""
        return default if data.get(name) is None else self._field(call, response, data, name, type(default))

    def _objects(self, call: str, response: Response, data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        """`data[name]`, which has to be a list of objects: one that cannot be read may be the one that is wanted."""
        rows = self._field(call, response, data, name, list)
        if not all(isinstance(row, dict) for row in rows):
            raise self._broken(call, response, f"{name} holds what is no object")
        return rows


def error_object(response: Response) -> dict[str, Any]:
    """An error body as a JSON object; empty where it is something else (an edge's HTML page)."""
    try:
        data = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return {}
    return data if isinstance(data, dict) else {}


def text_of(value: Any) -> str | None:
    """`value` as text if it is a word or a number, else None."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


# What needs no percent-encoding in a form: nearly every value that is sent, and a match costs a tenth of encoding it.
_need_none = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch


def form(fields: Mapping[str, str | int | bool | None]) -> bytes:
    """`application/x-www-form-urlencoded`; None is left out. Brackets in names stay literal, as Stripe's SDKs do."""
    said = {name: _plain(value) for name, value in fields.items() if value is not None}
    if not _need_none("".join(said.values())):
        said = {name: quote_plus(value) for name, value in said.items()}
    return "&".join([f"{_form_name(name)}={value}" for name, value in said.items()]).encode()


@lru_cache(maxsize=256)  # the names are the adapters' own
def _form_name(name: str) -> str:
    return quote_plus(name, safe="[]")


def _plain(value: str | int | bool) -> str:
    return str(value) if not isinstance(value, bool) else "true" if value else "false"
