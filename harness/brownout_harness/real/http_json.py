"""One HTTP request to a process on this machine. Blocking, bounded by a timeout, no proxies."""

import http.client
import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Answer(NamedTuple):
    """Status and body; the body is None where it is no JSON."""

    status: int
    json: Any


class NoAnswer(Exception):
    """Nothing came back: no connection, a connection lost, no answer in time."""


def exchange(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None = None, *, timeout_s: float
) -> tuple[int, bytes]:
    """Ask and wait for the whole answer: its status and its body.

    Raises:
        NoAnswer: there was none.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout_s)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(f"{method} {parts.path}: {error or type(error).__name__}") from None
    finally:
        connection.close()


def call(method: str, url: str, body: Any = None, *, timeout_s: float = 2.0) -> Answer:
    """The same, JSON both ways. Raises `NoAnswer`."""
    payload = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if payload else {}
    status, content = exchange(method, url, headers, payload, timeout_s=timeout_s)
    try:
        return Answer(status, json.loads(content) if content else None)
    except ValueError:
        return Answer(status, None)
