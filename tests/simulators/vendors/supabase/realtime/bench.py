"""Realtime sockets on a bench: what a client says, what it hears, in either version of the protocol."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from brownout_simulators.call import Call, Sending
from brownout_simulators.faults import rule_from_json
from brownout_simulators.session import Close, Said
from brownout_simulators.vendors.supabase import changes
from brownout_simulators.vendors.supabase.changes import Change
from brownout_simulators.vendors.supabase.keys import ANON, legacy_key
from tests.simulators.vendors.supabase.bench import SupabaseBench

ROOM = "realtime:room"


class Heard(NamedTuple):
    """One message, in the words of both versions."""

    topic: str
    event: str
    payload: Any
    ref: str | None


class Client:
    """Somebody with a socket."""

    def __init__(self, bench: "RealtimeBench", sending: Sending, version: int) -> None:
        self.sending = sending
        self.said: list[Said] = []
        self._bench = bench
        self._version = version
        self._ref = 0
        assert sending.session is not None, (sending.status, sending.body)
        self._session = sending.session
        self._session.begin(self.said.append)

    def raw(self, message: str | bytes) -> None:
        """Exactly this."""
        self._session.hear(message)

    def say(self, event: str, payload: Any = None, topic: str = ROOM) -> list[Heard]:
        """A message; returns what was heard since."""
        before = len(self.said)
        self._ref += 1
        ref, body = str(self._ref), {} if payload is None else payload
        if self._version == 1:
            self.raw(json.dumps({"topic": topic, "event": event, "payload": body, "ref": ref, "join_ref": None}))
        else:
            self.raw(json.dumps(["1", ref, topic, event, body]))
        return self.heard(before)

    def join(self, topic: str = ROOM, token: str = "", **config: Any) -> list[Heard]:
        """Join a channel."""
        payload: dict[str, Any] = {"config": config}
        if token:
            payload["access_token"] = token
        return self.say("phx_join", payload, topic)

    def heard(self, since: int = 0) -> list[Heard]:
        """What the server said, in order."""
        return [_read(said, self._version) for said in self.said[since:] if isinstance(said, str)]

    def events(self, since: int = 0) -> list[str]:
        """The same, by name."""
        return [each.event for each in self.heard(since)]

    def leave(self) -> None:
        """The connection is over."""
        self._bench.simulator.sent(self.sending, chunks=len(self.said), left=True)

    @property
    def closed(self) -> Close | None:
        """How the server ended it."""
        return next((said for said in self.said if isinstance(said, Close)), None)


def _read(said: str, version: int) -> Heard:
    data = json.loads(said)
    if version == 1:
        assert "ref" in data  # a client drops what has none
        return Heard(data["topic"], data["event"], data["payload"], data["ref"])
    return Heard(data[2], data[3], data[4], data[1])


class RealtimeBench(SupabaseBench):
    """A project, its sockets, and rows that change."""

    def __init__(self, *, seed: int = 1, database: Any = None, **settings: Any) -> None:
        super().__init__(seed=seed)
        self.simulator.set_up({"realtime": settings} | ({} if database is None else {"database": database}))

    def connect(self, version: int = 2, key: str | None = None) -> Client:
        """Another client."""
        return Client(self, self.shake(version, key), version)

    def shake(self, version: int = 2, key: str | None = None) -> Sending:
        """A handshake."""
        asked = legacy_key(self.project, ANON) if key is None else key
        query = f"apikey={asked}&vsn={version}.0.0"
        call = Call("GET", "/realtime/v1/websocket", query, {"upgrade": "websocket"}, b"", self.now_s)
        with pytest.raises(StopIteration) as done:
            next(self.simulator.handle(call))
        sending: Sending = done.value.value
        return sending

    def put(self, *rules: Any, **limits: Any) -> None:
        """These faults are in force, and these limits are on."""
        made = [rule_from_json({"id": f"r{at}", "vendor": "supabase", **rule}) for at, rule in enumerate(rules)]
        self.simulator.schedule(made, limits={name.replace("_", "-"): on for name, on in limits.items()})

    def write(self, kind: Any, table: str, record: Any, old: Any = None) -> None:
        """A row changes, as if a statement had been committed."""
        account = self.simulator._shared.worlds.of(self.project).account
        changes.tell(account, [Change(kind, "public", table, record, old, account.wall_s())])
        self.simulator._shared.sessions.publish()


def payloads(heard: Sequence[Heard], event: str) -> list[Any]:
    """Of one kind."""
    return [each.payload for each in heard if each.event == event]
