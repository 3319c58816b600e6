"""Supabase's Realtime as far as changes of rows go: Phoenix channels of version 1.0.0, one object of JSON a message.

A change is told once, at most, to whoever listens when it is committed (supabase.com/docs/guides/realtime: delivery is
not guaranteed): what was missed is not told again.
"""

import itertools
from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import quote

import orjson

from brownout_core.adapters.postgrest import condition
from brownout_core.errors import (
    AuthenticationFailed,
    ConnectionLost,
    ResponseBroken,
    ServiceError,
    Throttled,
    VendorError,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.services.storage import Change, Filter
from brownout_core.sessions import Session, SessionOver

VENDOR: Final = "supabase"
CALL: Final = "listen"
PARTS: Final = ("topic", "event", "payload")
"""Of a message."""
KINDS: Final[Mapping[str, Literal["insert", "update", "delete"]]] = {
    "INSERT": "insert",
    "UPDATE": "update",
    "DELETE": "delete",
}
REFUSALS: Final[Mapping[str, tuple[type[VendorError], int]]] = {
    "ChannelRateLimitReached": (Throttled, 429),
    "ClientJoinRateLimitReached": (Throttled, 429),
    "ConnectionRateLimitReached": (Throttled, 429),
    "InvalidJWTToken": (AuthenticationFailed, 401),
    "MalformedJWT": (AuthenticationFailed, 401),
    "JwtSignatureError": (AuthenticationFailed, 401),
    "Unauthorized": (VendorRefused, 403),
}
"""What a join's refusal means, by its code; every other one is the service's own trouble."""


def address(base_url: str, key: str) -> str:
    """Where a project's sessions are opened."""
    return f"{base_url}/realtime/v1/websocket?apikey={quote(key, safe='')}&vsn=1.0.0"


class Channel:
    """One channel of one session, with the changes of one table: a `Listening`."""

    def __init__(self, session: Session, table: str) -> None:
        self._session = session
        self._table = table
        self._topic = f"realtime:{table}"
        self._refs = itertools.count(1)

    async def join(self, token: str, where: Filter | None) -> None:
        """Until the service says that it tells of changes from now on. Raises `ServiceError`."""
        asked = {"event": "*", "schema": "public", "table": self._table}
        if where is not None:
            asked["filter"] = f"{where.column}={condition(where)}"
        config = {"presence": {"enabled": False}, "postgres_changes": [asked]}
        ref = await self._say(self._topic, "phx_join", {"config": config, "access_token": token})
        while True:
            event, answered, payload = await self._next()
            if event == "phx_reply" and answered == ref and payload.get("status") != "ok":
                raise _refused(str(_inner(payload, "response").get("reason", "")))
            if event == "system" and payload.get("extension") == "postgres_changes":
                if payload.get("status") == "ok":
                    return
                raise VendorRefused(VENDOR, CALL, "no such changes can be told of", status=400)

    async def ask(self) -> None:
        """A heartbeat. Raises `ServiceError` where the session is over."""
        await self._say("phoenix", "heartbeat", {})

    async def heard(self) -> Change | None:
        """The next change, or None where something else was said."""
        event, _, payload = await self._next()
        if event != "postgres_changes":
            return None
        data = _inner(payload, "data")
        kind = KINDS.get(str(data.get("type")))
        row = data.get("old_record" if kind == "delete" else "record")
        if kind is None or not isinstance(row, dict):
            raise ResponseBroken(VENDOR, CALL, "a change cannot be read")
        return Change(kind, row, is_whole=not data.get("errors"))

    async def _say(self, topic: str, event: str, payload: Mapping[str, Any]) -> str:
        ref = str(next(self._refs))
        frame = {"topic": topic, "event": event, "payload": payload, "ref": ref}
        try:
            await self._session.send(orjson.dumps(frame).decode())
        except SessionOver as over:
            raise _ended(over) from over
        return ref

    async def _next(self) -> tuple[str, str, Mapping[str, Any]]:
        """Event, ref and payload of the next message that is for this channel, or for the session."""
        while True:
            try:
                frame = orjson.loads(await self._session.receive())
            except SessionOver as over:
                raise _ended(over) from over
            except orjson.JSONDecodeError as error:
                raise ResponseBroken(VENDOR, CALL, "a message is not JSON") from error
            topic, event, payload = (frame.get(name) if isinstance(frame, dict) else None for name in PARTS)
            if not isinstance(topic, str) or not isinstance(event, str) or not isinstance(payload, dict):
                raise ResponseBroken(VENDOR, CALL, "a message cannot be read")
            if topic not in {self._topic, "phoenix"}:
                continue
            if event in {"phx_close", "phx_error"}:
                raise ConnectionLost(VENDOR, CALL, "the channel was closed")
            return event, str(frame.get("ref")), payload


def _inner(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def _ended(over: SessionOver) -> ServiceError:
    return ConnectionLost(VENDOR, CALL, f"the session ended with code {over.code}")


def _refused(reason: str) -> ServiceError:
    code = reason.partition(":")[0][:60]
    means, status = REFUSALS.get(code, (VendorUnavailable, 503))
    return means(VENDOR, CALL, f"the channel cannot be joined: {code}", status=status, code=code or None)
