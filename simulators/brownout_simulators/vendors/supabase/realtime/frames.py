"""What travels on a realtime socket, in both versions of the protocol (supabase/realtime socket/v2_serializer.ex).

| | 1.0.0 | 2.0.0 |
| --- | --- | --- |
| text | `{topic, event, payload, ref}` | `[join_ref, ref, topic, event, payload]` |
| a client's broadcast | text, payload `{type, event, payload}` | binary, kind 3 |
| a broadcast to a client | text | binary, kind 4, if it came as one; else text |
"""

from typing import Any, Final, NamedTuple

import orjson

PUSH: Final = 3
BROADCAST: Final = 4
RAW: Final = 0
JSON: Final = 1
_LONGEST: Final = 255


class BadFrame(ValueError):
    """It cannot be read: the real service crashes over it, and the socket is closed."""


class UserBroadcast(NamedTuple):
    """A client's broadcast as it came in a binary frame: the payload is not looked into."""

    event: str
    encoding: int
    payload: bytes


class Frame(NamedTuple):
    """One message, whatever its form."""

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: Any
    """JSON, or a `UserBroadcast`."""


def read(message: str | bytes, version: int) -> Frame:
    """A client's message. Raises `BadFrame`."""
    if isinstance(message, bytes):
        if version == 1:
            raise BadFrame("no binary frames in 1.0.0")
        return _read_binary(message)
    try:
        data = orjson.loads(message)
    except ValueError as error:
        raise BadFrame(str(error)) from None
    if version == 1:
        if not isinstance(data, dict):
            raise BadFrame("an object is needed")
        parts = [data.get(name) for name in ("join_ref", "ref", "topic", "event", "payload")]
    elif isinstance(data, list) and len(data) >= 5:
        parts = data[:5]
    else:
        raise BadFrame("an array of five is needed")
    join_ref, ref, topic, event, payload = parts
    if not isinstance(topic, str) or not isinstance(event, str):
        raise BadFrame("topic and event must be texts")
    return Frame(_text(join_ref), _text(ref), topic, event, payload)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _read_binary(message: bytes) -> Frame:
    if len(message) < 7 or message[0] != PUSH:
        raise BadFrame("an unknown kind of binary frame")
    lengths, encoding, at = message[1:6], message[6], 7
    parts = []
    for length in lengths:
        parts.append(message[at : at + length])
        at += length
    if at > len(message):
        raise BadFrame("a binary frame is cut short")
    try:
        join_ref, ref, topic, event, _metadata = (part.decode() for part in parts)
    except UnicodeDecodeError as error:
        raise BadFrame(str(error)) from None
    payload = UserBroadcast(event, RAW if encoding == RAW else JSON, message[at:])
    return Frame(join_ref or None, ref or None, topic, "broadcast", payload)


def text(
    version: int, topic: str, event: str, payload: Any, *, ref: str | None = None, join_ref: str | None = None
) -> str:
    """A message of the server's. In 1.0.0 `ref` is there even where it is null: a client drops what has none."""
    if version == 1:
        return orjson.dumps({"topic": topic, "event": event, "payload": payload, "ref": ref}).decode()
    return orjson.dumps([join_ref, ref, topic, event, payload]).decode()


def reply(version: int, frame: Frame, status: str, response: Any) -> str:
    """The answer to a client's message."""
    payload = {"status": status, "response": response}
    return text(version, frame.topic, "phx_reply", payload, ref=frame.ref, join_ref=frame.join_ref)


def broadcast(version: int, topic: str, payload: Any) -> str | bytes | None:
    """A broadcast to a client; None where its version has no form for it: bytes, to one that speaks 1.0.0."""
    if not isinstance(payload, UserBroadcast):
        return text(version, topic, "broadcast", payload)
    if version == 2:
        return _binary(topic, payload)
    if payload.encoding == RAW:
        return None
    try:
        content = orjson.loads(payload.payload)
    except ValueError:
        return None
    return text(1, topic, "broadcast", {"type": "broadcast", "event": payload.event, "payload": content})


def _binary(topic: str, payload: UserBroadcast) -> bytes:
    place, event = topic.encode(), payload.event.encode()
    if len(place) > _LONGEST or len(event) > _LONGEST:
        return b""
    head = bytes((BROADCAST, len(place), len(event), 0, payload.encoding))
    return head + place + event + payload.payload
