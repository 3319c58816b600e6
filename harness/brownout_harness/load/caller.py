"""Sends one request over Locust's HTTP session and says what came of it. Needs gevent's patched sockets.

Locust's session follows redirects, keeps cookies and takes an error status for an exception. Callers here are
strangers to each other, and every status is an answer, so its user agent is told to leave all of that.
"""

import http.client
import time
from typing import Any, ClassVar

import gevent  # type: ignore[import-untyped]
from geventhttpclient import client as pooled
from geventhttpclient.client import HTTPClientPool
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError
from locust import FastHttpUser
from locust.contrib.fasthttp import FastHttpSession, LocustUserAgent
from locust.env import Environment

from brownout_harness.asked.outsiders import found_in, with_found
from brownout_harness.asked.streamed import Heard, is_streamed
from brownout_harness.load.plan import Asking, Planned
from brownout_harness.load.reading import Answer

# A caller asks again after `unknown` where the scenario says so, and counts it. The pool would resend GET, PUT and
# DELETE by itself, as often as it has connections, and nobody would know.
pooled._may_retry_after_send_error = lambda method: False  # noqa: ARG005 - it is called by keyword too

MARGIN = 8
"""Connections beyond the bound on operations in flight, so that no caller ever waits for the pool."""


class _Agent(LocustUserAgent):
    redirect_response_codes: ClassVar[frozenset[int]] = frozenset()

    def _verify_status(self, status_code: int, url: Any = None) -> None:
        """Every status is an answer."""


class Caller:
    """One HTTP session with one process, for all operations of a run. Safe for many greenlets."""

    def __init__(self, user: FastHttpUser, asking: Asking, url: str) -> None:
        self._answer_within_s = asking.answer_within_s
        self._headers = {"Accept-Encoding": "identity"}
        if host := asking.hosts.get(url):
            self._headers["Host"] = host
        pool = HTTPClientPool(
            concurrency=asking.in_flight_limit + MARGIN,
            network_timeout=asking.answer_within_s + 1.0,  # the caller's own patience ends first
            connection_timeout=asking.answer_within_s + 1.0,
        )
        session = FastHttpSession(url, user.environment.events.request, user=None, client_pool=pool)
        session.client = _Agent(client_pool=pool, max_retries=0, max_redirects=0)
        self._session = session

    def ask(self, request: Planned) -> Answer:
        """Send it once and wait for the whole answer; look up first what it needs."""
        if not request.find:
            return self._ask(request)
        path, at = request.find
        looked = self._ask(request._replace(name=f"look before {request.name}", method="GET", path=path, body=""))
        found = found_in(looked.body, at)
        if not found:
            return looked._replace(status=0, body=b"", error="nothing_found")
        filled = request._replace(path=with_found(request.path, found), body=with_found(request.body, found))
        return self._ask(filled)._replace(sent_s=looked.sent_s)

    def _ask(self, request: Planned) -> Answer:
        """Once, for as long as a caller waits. Locust records it by its route, with the time from sending to answer."""
        patience = gevent.Timeout.start_new(self._answer_within_s)
        sent_s = time.monotonic()
        status, body, error = 0, b"", ""
        heard: Heard | None = None
        try:
            with self._session.request(
                request.method,
                request.path,
                name=f"{request.method} {request.name}",
                data=request.body or None,
                headers={**self._headers, **request.headers},
                catch_response=True,
                stream=request.is_streamed,
            ) as response:
                failure = response.request_meta["exception"]
                if failure is None and request.is_streamed:
                    heard = Heard() if is_streamed(response.headers or {}) else None
                    failure = _read(response) if heard is None else _listen(response, heard)
                    response.request_meta["response_time"] = (time.monotonic() - sent_s) * 1000
                if failure is None:
                    status = response.status_code
                    body = bytes(heard.body) if heard is not None else response.content or b""
                    response.success()
                else:
                    error = error_of(failure)
                    response.failure(failure)
        except gevent.Timeout as timeout:
            if timeout is not patience:
                raise
            error = "timeout"
        finally:
            patience.close()
        finished_s = time.monotonic()
        if heard is not None:
            heard.over(finished_s)
        return Answer(status, body, error, sent_s, finished_s, heard)


def _read(response: Any) -> Exception | None:
    """Read an answer that comes whole after all; what kept it from that, if anything."""
    try:
        response.content  # noqa: B018 - it is kept
    except (OSError, HTTPParseError) as failure:
        return failure
    return None


def _listen(response: Any, heard: Heard) -> Exception | None:
    """Read an answer as it comes, line by line; what kept it from being whole, if anything."""
    try:
        while line := response._response.readline(b"\n"):
            heard.add(line, time.monotonic())
        if response._response._body_buffer:
            heard.add(bytes(response._response._body_buffer), time.monotonic())
    except (OSError, HTTPParseError) as failure:
        return failure
    finally:
        response._response.release()  # given up in the middle, it is closed: the target is to know
    return None


def error_of(failure: BaseException) -> str:
    """One word for why no whole answer came."""
    cause: BaseException | None = failure
    while cause is not None:
        match cause:
            case gevent.Timeout() | TimeoutError():
                return "timeout"
            case ConnectionRefusedError():
                return "connection_refused"
            case HTTPConnectionClosed() | http.client.RemoteDisconnected():
                return "connection_lost"
            case HTTPParseError():
                return "broken_answer"
            case _:
                cause = getattr(cause, "original", None) or cause.__cause__ or cause.__context__
    return "connection_lost"


def environment_for(user_class: type[FastHttpUser], url: str) -> Environment:
    """A Locust environment with one kind of user, no web interface and nothing read from the command line."""
    return Environment(user_classes=[user_class], host=url, catch_exceptions=False)
