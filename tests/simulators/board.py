"""The board: the smallest vendor with a stream and a session, through the public joints alone.

POST /notes          pins a note, and publishes it to everybody who looks on
GET /notes/export    all notes as a stream, one a line, half a second apart
GET /live            a websocket: `follow <topic>`, `leave <topic>`, `say <text>`; a beat every 30 s
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.session import Close, Message, Said, Session
from brownout_simulators.vendor import Credential, Limit, Refused, Route, Vendor

BEAT_S = 30.0


def answer(status: int, **fields: Any) -> Reply:
    return Reply(status, json.dumps(fields).encode(), {"content-type": "application/json"})


@dataclass
class Board:
    notes: list[str] = field(default_factory=list)
    looking_on: list["Looking"] = field(default_factory=list)
    sessions: int = 0


class Errors:
    def unknown_route(self, call: Call) -> Reply:
        return answer(404, error="no such path")

    def malformed(self, call: Call, why: str) -> Reply:
        return answer(400, error=why)

    def unauthenticated(self, call: Call) -> Reply:
        return answer(401, error="unknown key")

    def token_expired(self, call: Call) -> Reply:
        return answer(401, error="key expired")

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        return answer(429, error=reason)

    def quota_exhausted(self, call: Call) -> Reply:
        return answer(402, error="quota")

    def server_error(self, call: Call, status: int) -> Reply:
        return answer(status, error="internal")


ERRORS = Errors()


class Looking(Session):
    """Somebody who looks on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.topics: set[str] = {"notes", name}

    def opened(self, account: Account[Board]) -> Iterable[Said]:
        account.state.looking_on.append(self)
        self._beat_later(account)
        yield f"welcome {self.name}"

    def received(self, message: Message, account: Account[Board]) -> Iterable[Said]:
        if isinstance(message, bytes):
            yield message[::-1]
            return
        order, _, rest = message.partition(" ")
        if order == "follow":
            self.topics.add(rest)
            yield f"following {rest}"
        elif order == "leave":
            self.topics.discard(rest)
        elif order == "say":
            account.publish("chat", f"{self.name}: {rest}")
        elif order == "break":
            raise KeyError("a defect in the session")
        else:
            yield Close(1008, f"no such order: {order}")
            yield "never heard"

    def closed(self, account: Account[Board]) -> None:
        account.state.looking_on.remove(self)

    def _beat_later(self, account: Account[Board]) -> None:
        def beat() -> None:
            if self in account.state.looking_on:
                account.publish(self.name, "beat")
                self._beat_later(account)

        account.later(BEAT_S, beat)


def pin(call: Call, account: Account[Board]) -> Reply:
    text = str(call.data.get("text", ""))
    if not text:
        raise Refused(answer(422, error="text is required"))
    account.state.notes.append(text)
    account.publish("notes", text)
    reply = answer(201, text=text)
    reply.effects = [Effect("board.note", f"note_{account.ids.base62(8)}")]
    return reply


def export(call: Call, account: Account[Board]) -> Reply:
    lines = [f"{text}\n".encode() for text in account.state.notes]
    return Reply(200, headers={"content-type": "text/plain"}, stream=[(0.5, line) for line in lines])


def live(call: Call, account: Account[Board]) -> Reply:
    account.state.sessions += 1
    return Reply(101, headers={"sec-websocket-protocol": "board.1"}, session=Looking(f"s{account.state.sessions}"))


def authenticate(call: Call) -> Credential:
    key = call.headers.get("x-board-key", "")
    if not key.startswith("board_test_"):
        raise Refused(ERRORS.unauthenticated(call))
    return Credential(key.removeprefix("board_test_"))


def parse(call: Call) -> Mapping[str, Any]:
    data = json.loads(call.body or b"{}")
    if not isinstance(data, dict):
        raise ValueError("an object is needed")  # noqa: TRY004  what a vendor raises for a bad body
    return data


BOARD: Vendor[Board] = Vendor(
    name="board",
    port=12998,
    routes=[Route("POST", "/notes", pin), Route("GET", "/notes/export", export), Route("GET", "/live", live)],
    new_state=Board,
    authenticate=authenticate,
    parse=parse,
    errors=ERRORS,
    decorate=lambda call, account, reply: reply.headers.__setitem__("x-board-request", call.request_id),
    environment=lambda url, key: {"BOARD_URL": url, "BOARD_KEY": key},
    test_key=lambda name: f"board_test_{name}",
    limits=[Limit("at-once", concurrency=2)],
    effects={"board.note": ()},
)
