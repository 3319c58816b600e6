"""Supabase: a project's tables (PostgREST), what changes in them (Realtime) and files (Storage). No SDK, hence no
hidden retry.

It knows no idempotency keys. A write is told from its repetition by the caller's own unique column, by filters, or by a
file's path. `SupabaseClient.admin` is under no row level security; what a user may do is done with his own token.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import Any
from urllib.parse import quote

import orjson

from brownout_core.adapters.base import Said, VendorClient, error_object, text_of
from brownout_core.adapters.declaration import Adapter, Wire, url, variable
from brownout_core.adapters.postgrest import query, total_of
from brownout_core.adapters.realtime import Channel, address
from brownout_core.adapters.user_session import RENEWAL, UserSession
from brownout_core.errors import QuotaExhausted, ServiceError, VendorUnavailable
from brownout_core.policies.renewal import Renewal, RenewalConfig
from brownout_core.policies.settings import recommended
from brownout_core.services.storage import Filter, Order, Page, Row, StoredFile, eq
from brownout_core.sessions import SessionRefused
from brownout_core.transport import Lost, NoConnection, Request, Response, Unreadable

BEYOND_THE_END = "PGRST103"
LAGS = frozenset({"PGRST202", "PGRST204", "PGRST205"})
"""A function, column or table that the schema cache does not know, yet: it lags behind a migration."""
# What the same statement would meet again: the row hit twice, the types, the program itself.
SAME_AGAIN = re.compile(r"21000|22\w{3}|42\w{3}|P0\w{3}")
JSON = "application/json"
API_VERSION = "X-Supabase-Api-Version"
"""With which auth words its refusals as the other services do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupabaseAccess:
    """Where the project is, and with which keys."""

    base_url: str = variable("SUPABASE_URL", read=url, default="http://127.0.0.1:12117")
    anon_key: str = variable("SUPABASE_ANON_KEY", secret=True)
    service_role_key: str = variable("SUPABASE_SERVICE_ROLE_KEY", secret=True)


class SupabaseClient(VendorClient):
    """A `StorageService`, as nobody in particular; `of(token)` is a user's, `admin` the project's own. Safe for
    concurrent use."""

    vendor = "supabase"

    def __init__(self, access: SupabaseAccess, wire: Wire) -> None:
        super().__init__(access.base_url, wire)
        self._access, self._wire = access, wire
        self._headers = {"apikey": access.anon_key, "Authorization": f"Bearer {access.anon_key}"}

    @cached_property
    def admin(self) -> "SupabaseClient":
        """The same project, under no policy."""
        return SupabaseClient(replace(self._access, anon_key=self._access.service_role_key), self._wire)

    def of(self, token: str) -> "SupabaseClient":
        """The same project as a user sees it, by his access token."""
        client = SupabaseClient(self._access, self._wire)
        client._headers = {**self._headers, "Authorization": f"Bearer {token}"}
        return client

    @cached_property
    def session(self) -> UserSession:
        """The application's own, as a user of the project: what is done with it is under row level security."""
        renewal = self._wire.renewal or Renewal(self.vendor, RenewalConfig(), Random(0))
        return UserSession(self._sign_in, renewal)

    async def _sign_in(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        # Under no operation's id: the session is everybody's.
        call, headers = RENEWAL, {**self._headers, "Content-Type": JSON, API_VERSION: "2024-01-01"}
        response = await self._ask(call, "", "POST", f"/auth/v1/{path}", headers=headers, body=orjson.dumps(body))
        data = self._json(call, response)
        for name, kind in (("access_token", str), ("refresh_token", str), ("expires_in", int)):
            self._field(call, response, data, name, kind)
        return data

    async def select(
        self,
        table: str,
        *,
        operation_id: str,
        columns: Sequence[str] = (),
        where: Sequence[Filter] = (),
        order: Sequence[Order] = (),
        limit: int | None = None,
        offset: int = 0,
        count: bool = False,
    ) -> Page:
        """The rows that the filters leave. Behind the last one there are none, which is no error."""
        call = "select"
        path = _table(table) + query(columns=columns, where=where, order=order, limit=limit, offset=offset)
        prefer = {"Prefer": "count=exact"} if count else {}
        response = await self._ask(call, operation_id, "GET", path, headers={**self._headers, **prefer})
        if response.status == 416 and self._said(response).code == BEYOND_THE_END:
            return Page((), total_of(response.headers))
        rows = self._rows(call, response)
        total = total_of(response.headers)
        if count and total is None:
            raise self._broken(call, response, "a count was asked for and is not there")
        return Page(rows, total)

    async def every(
        self, table: str, *, operation_id: str, key: str = "id", where: Sequence[Filter] = (), size: int = 500
    ) -> AsyncIterator[Row]:
        """All of them, by a column that no two share."""
        after: list[Filter] = []
        while True:
            page = await self.select(
                table, operation_id=operation_id, where=[*where, *after], order=[Order(key)], limit=size
            )
            for row in page.rows:
                yield row
            # A page may be shorter than it was asked to be (the API's own cap): only an empty one is the end.
            if not page.rows:
                return
            after = [Filter(key, "gt", page.rows[-1][key])]

    async def count(self, table: str, *, operation_id: str, where: Sequence[Filter] = ()) -> int:
        """How many rows the filters leave."""
        page = await self.select(table, operation_id=operation_id, where=where, limit=0, count=True)
        assert page.total is not None  # noqa: S101 - it was asked for
        return page.total

    async def insert(self, table: str, row: Row, *, key: str, operation_id: str, through: str = "") -> Row:
        """A new row. One that is there already under `key`, and holds the same, is this row: its answer was lost."""
        call = "insert"
        path = f"/rest/v1/rpc/{quote(through, safe='')}" if through else _table(table)
        response = await self._write(call, operation_id, path, row)
        if response.status == 409:  # whatever it says of why: it may be unreadable, and the row this one
            for each in (await self._existing(table, eq(key, row[key]), operation_id)).rows:
                self._check_like(call, response, each, row)
                if all(_holds(each[name], value) for name, value in row.items()):
                    return each
        return self._one(call, response, row)

    async def _existing(self, table: str, where: Filter, operation_id: str) -> Page:
        """A row that is there. Whether it is this one is open until it was seen."""
        try:
            return await self.select(table, operation_id=operation_id, where=[where])
        except ServiceError as error:
            error.may_have_effect = True
            raise
        except asyncio.CancelledError:
            raise asyncio.CancelledError from None  # something was sent before, so not `unsent`

    async def upsert(self, table: str, row: Row, *, on: Sequence[str], operation_id: str) -> Row:
        """The row of these unique columns, new or changed."""
        call, path = "upsert", _table(table) + query(on=on)
        response = await self._write(call, operation_id, path, row, prefer="resolution=merge-duplicates,")
        return self._one(call, response, row)

    async def update(self, table: str, changes: Row, *, where: Sequence[Filter], operation_id: str) -> Sequence[Row]:
        """The rows that were changed. Raises `ValueError` without a filter: that would be all of them."""
        call, path = "update", _table(table) + _some(where)
        return self._rows(call, await self._write(call, operation_id, path, changes, method="PATCH"))

    async def delete(self, table: str, *, where: Sequence[Filter], operation_id: str) -> Sequence[Row]:
        """The rows that went. Raises `ValueError` without a filter: that would be all of them."""
        call, headers = "delete", {**self._headers, "Prefer": "return=representation"}
        response = await self._ask(call, operation_id, "DELETE", _table(table) + _some(where), headers=headers)
        return self._rows(call, response)

    @asynccontextmanager
    async def listen(self, table: str, *, where: Filter | None = None) -> AsyncIterator[Channel]:
        """Be told of a table's changes, as far as the policies show them."""
        key, token = self._headers["apikey"], self._headers["Authorization"].removeprefix("Bearer ")
        request = Request("GET", address(self._base_url, key))
        async with AsyncExitStack() as opening:
            try:
                session = await opening.enter_async_context(self._wire.sessions.connect(request))
            except SessionRefused as refused:
                raise self._error("listen", refused.response) from refused
            except (NoConnection, Lost, Unreadable) as error:
                raise self._of_transport("listen", error) from error
            channel = Channel(session, table)
            await channel.join(token, where)
            yield channel

    async def upload(self, bucket: str, path: str, file: StoredFile, *, operation_id: str) -> None:
        """Put a file there, in the place of one that is: doing it twice is doing it once."""
        headers = {**self._headers, "Content-Type": file.content_type, "x-upsert": "true"}
        response = await self._ask(
            "upload", operation_id, "POST", _object(bucket, path), headers=headers, body=file.content
        )
        self._json("upload", response)

    async def download(self, bucket: str, path: str, *, operation_id: str) -> StoredFile:
        """The file of that path."""
        call = "download"
        response = await self._ask(call, operation_id, "GET", _object(bucket, path), headers=self._headers)
        if response.status != 200:
            raise self._error(call, response)
        length = response.headers.get("content-length")
        if length is not None and length.isdecimal() and int(length) != len(response.body):
            raise self._broken(call, response, "the file is not whole")
        return StoredFile(content=response.body, content_type=response.headers.get("content-type", ""))

    async def remove(self, bucket: str, paths: Sequence[str], *, operation_id: str) -> None:
        """Take files away."""
        call, headers = "remove", {**self._headers, "Content-Type": JSON}
        path, body = f"/storage/v1/object/{quote(bucket, safe='')}", orjson.dumps({"prefixes": list(paths)})
        self._list(call, await self._ask(call, operation_id, "DELETE", path, headers=headers, body=body))

    async def _write(
        self, call: str, operation_id: str, path: str, row: Row, *, method: str = "POST", prefer: str = ""
    ) -> Response:
        headers = {**self._headers, "Content-Type": JSON, "Prefer": f"{prefer}return=representation"}
        return await self._ask(call, operation_id, method, path, headers=headers, body=orjson.dumps(dict(row)))

    def _one(self, call: str, response: Response, written: Row) -> Row:
        rows = self._rows(call, response)
        if len(rows) != 1:
            raise self._broken(call, response, f"{len(rows)} rows came back for one that was written")
        self._check_like(call, response, rows[0], written)
        return rows[0]

    def _check_like(self, call: str, response: Response, found: Row, written: Row) -> None:
        """Raise where a row cannot be one that was written: without an id, or with values of other kinds."""
        self._field(call, response, found, "id", str)
        if not _is_like(found, written):
            raise self._broken(call, response, "the row is none that can have been written")

    def _rows(self, call: str, response: Response) -> Sequence[Row]:
        rows = self._list(call, response)
        if not all(isinstance(row, dict) for row in rows):
            raise self._broken(call, response, "a row is not an object")
        return rows

    def _list(self, call: str, response: Response) -> list[Any]:
        if not 200 <= response.status < 300:
            raise self._error(call, response)
        try:
            data = orjson.loads(response.body)
        except orjson.JSONDecodeError as error:
            raise self._broken(call, response, "the body is not JSON") from error
        if not isinstance(data, list):
            raise self._broken(call, response, "the body is not a list")
        return data

    def _error(self, call: str, response: Response) -> ServiceError:
        # Storage says 400 to nearly everything, and the status that it means in the body.
        meant = text_of(error_object(response).get("statusCode")) if response.status == 400 else None
        if meant is not None and meant.isdecimal() and 400 <= int(meant) < 600:
            response = response._replace(status=int(meant))
        return super()._error(call, response)

    def _said(self, response: Response) -> Said:
        told = error_object(response)
        code = text_of(told.get("code")) or text_of(told.get("error_code")) or text_of(told.get("error"))
        means: type[VendorUnavailable | QuotaExhausted] | None = None
        if response.status == 402:
            means = QuotaExhausted
        elif code in LAGS:
            means = VendorUnavailable
        is_same_again = response.status >= 500 and SAME_AGAIN.fullmatch(code or "") is not None
        return Said(text_of(told.get("message")) or "", code, retryable=False if is_same_again else None, means=means)


def _table(name: str) -> str:
    return f"/rest/v1/{quote(name, safe='')}"


def _object(bucket: str, path: str) -> str:
    return f"/storage/v1/object/{quote(bucket, safe='')}/{quote(path)}"


def _some(where: Sequence[Filter]) -> str:
    if not where:
        raise ValueError("a filter is needed: without one every row is meant")
    return query(where=where)


def _holds(found: Any, written: Any) -> bool:
    """Whether a row holds what was written: a decimal and an instant may be written in several ways."""
    if found == written:
        return True
    if isinstance(found, Mapping) and isinstance(written, Mapping):
        return found.keys() == written.keys() and all(_holds(found[name], each) for name, each in written.items())
    if isinstance(found, list) and isinstance(written, list):
        return len(found) == len(written) and all(map(_holds, found, written))
    return _value_of(found) is not None and _value_of(found) == _value_of(written)


def _is_like(found: Any, written: Any) -> bool:
    """Whether it may be what was written, with other values: whether each is of its kind."""
    if isinstance(written, Mapping):
        return isinstance(found, Mapping) and all(_is_like(found.get(name), each) for name, each in written.items())
    if written is None or type(found) is type(written):
        return True
    return _value_of(found) is not None and _value_of(written) is not None


def _value_of(value: Any) -> Decimal | datetime | None:
    """The number, or the instant, that a text or a number stands for."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return Decimal(str(value))
    except ArithmeticError:
        pass
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return instant.replace(tzinfo=instant.tzinfo or UTC)


ADAPTER = Adapter(
    name="supabase",
    access=SupabaseAccess,
    client=SupabaseClient,
    # A statement of a signed-in user is ended by the database after 8 s, and a call waits 10 s for a connection before
    # it is told so: what takes longer than 5 s comes too late for anybody who waits for it.
    recommended=recommended(5.0, 20.0),
)
