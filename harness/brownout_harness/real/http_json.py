"""One HTTP request to a process on this machine, JSON both ways. Blocking, bounded by a timeout, no proxies."""

import http.client
import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Answer(NamedTuple):
    """Status and body; the body is None where it is no JSON."""

    status: int
    json: Any


class NoAnswer(Exception):
    """Nothing came back: no connection, a connection lost, no answer in time."""


def call(method: str, url: str, body: Any = None, *, timeout_s: float = 2.0) -> Answer:
    """Ask and wait for the whole answer.

    Raises:
        NoAnswer: there was none.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout_s)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    payload = None if body is None else json.dumps(body).encode()
    try:
        connection.request(method, path, payload, {"Content-Type": "application/json"} if payload else {})
        response = connection.getresponse()
        content = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(f"{method} {parts.path}: {error or type(error).__name__}") from None
    finally:
        connection.close()
    try:
        return Answer(response.status, json.loads(content) if content else None)
    except ValueError:
        return Answer(response.status, None)
