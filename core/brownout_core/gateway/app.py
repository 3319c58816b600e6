"""The gateway's routes over an `Application`.

| route | does |
| --- | --- |
| `POST /v1/pay`, `POST /v1/notify`, `POST /v1/orders` | an operation; `X-Correlation-ID` is its id |
| `GET /health`, `GET /metrics` | how it is; Prometheus |
| `GET /dead-letters`, `GET /dead-letters/{id}` | what was set aside |
| `POST /dead-letters/redrive`, `POST /dead-letters/{id}/redrive`, `DELETE /dead-letters/{id}` | do it again; drop it |
| `POST /webhooks/stripe` | Stripe's events, verified; only where a signing secret is set |
"""

import itertools
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import orjson
from aiohttp import web
from pydantic import ValidationError

from brownout_core.adapters.stripe import SignatureInvalid, verify_webhook
from brownout_core.application import Application
from brownout_core.clock import WallClock
from brownout_core.flows.outcome import Outcome
from brownout_core.flows.requests import NotifyRequest, OperationRequest, OrderRequest, PayRequest
from brownout_core.gateway.replies import Replies, letter_json
from brownout_core.policies.dead_letter import Redriven
from brownout_core.records import OPEN_STATES, LetterState, StoreUnavailable
from brownout_core.redaction import Redactor
from brownout_core.sinks.prometheus import PrometheusSink

R = TypeVar("R", bound=OperationRequest)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CORRELATION_HEADER = "X-Correlation-ID"
REQUEST_ID = web.RequestKey("request_id", str)
MAX_BODY_BYTES = 256 * 1024
MAX_PAGE = 1000
REMEMBERED_EVENTS = 100_000
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


class BadRequest(Exception):
    """The request cannot be understood; `details` says where."""

    def __init__(self, code: str, message: str, details: tuple[Mapping[str, Any], ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.details = details


class Gateway:
    """The handlers. One per server."""

    def __init__(
        self,
        application: Application,
        *,
        metrics: PrometheusSink,
        wall_clock: WallClock,
        redactor: Redactor,
        logger: Any,
        instance: str,
        webhook_secrets: tuple[str, ...] = (),
        only_loopback: bool = True,
    ) -> None:
        """`only_loopback` refuses requests that name another host: a web page must not reach a local port."""
        self._application = application
        self._metrics = metrics
        self._wall_clock = wall_clock
        self._replies = Replies(wall_clock, redactor)
        self._logger = logger
        self._instance = instance
        self._webhook_secrets = webhook_secrets
        self._only_loopback = only_loopback
        self._requests = itertools.count(1)
        self._events_seen: OrderedDict[str, None] = OrderedDict()

    def web_application(self) -> web.Application:
        """The aiohttp application; it does not own the `Application` inside."""
        app = web.Application(middlewares=[self._around], client_max_size=MAX_BODY_BYTES)
        app.add_routes(
            [
                web.post("/v1/pay", self._pay),
                web.post("/v1/notify", self._notify),
                web.post("/v1/orders", self._place_order),
                web.get("/health", self._health),
                web.get("/metrics", self._show_metrics),
                web.get("/dead-letters", self._letters),
                web.post("/dead-letters/redrive", self._redrive_all),
                web.get("/dead-letters/{id}", self._letter),
                web.post("/dead-letters/{id}/redrive", self._redrive),
                web.delete("/dead-letters/{id}", self._discard),
            ]
        )
        if self._webhook_secrets:
            app.add_routes([web.post("/webhooks/stripe", self._stripe_event)])
        return app

    @web.middleware
    async def _around(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A request id for everybody, and one shape for every error."""
        request_id = f"{self._instance}-{next(self._requests)}"
        request[REQUEST_ID] = request_id
        response = await self._answer(request, handler, request_id)
        response.headers["X-Request-Id"] = request_id
        return response

    async def _answer(self, request: web.Request, handler: Handler, request_id: str) -> web.StreamResponse:
        if self._only_loopback and _host_name(request.host) not in LOOPBACK_NAMES:
            return self._replies.error(403, "host_refused", "this server answers loopback names only", request_id)
        try:
            return await handler(request)
        except BadRequest as error:
            return self._replies.error(400, error.code, str(error), request_id, details=error.details)
        except web.HTTPException as error:
            code = (error.reason or "error").lower().replace(" ", "_")
            response = self._replies.error(error.status, code, error.reason or "error", request_id)
            if "Allow" in error.headers:  # of a 405, which must say what would do
                response.headers["Allow"] = error.headers["Allow"]
            return response
        except StoreUnavailable as error:
            self._logger.warning("store_unavailable", request_id=request_id, error=str(error))
            return self._replies.error(503, "store_unavailable", "a store is down", request_id, retry_after_s=1)
        except Exception:
            # The outermost handler: the caller gets an answer, the log gets the trace.
            self._logger.exception("internal_error", request_id=request_id)
            more = {"status": "unknown"}
            return self._replies.error(500, "internal_error", "something went wrong inside", request_id, more=more)

    async def _pay(self, request: web.Request) -> web.Response:
        return self._told(request, await self._application.pay(await _parsed(request, PayRequest)))

    async def _notify(self, request: web.Request) -> web.Response:
        return self._told(request, await self._application.notify(await _parsed(request, NotifyRequest)))

    async def _place_order(self, request: web.Request) -> web.Response:
        return self._told(request, await self._application.place_order(await _parsed(request, OrderRequest)))

    def _told(self, request: web.Request, outcome: Outcome) -> web.Response:
        response = self._replies.outcome(outcome, request[REQUEST_ID])
        response.headers[CORRELATION_HEADER] = outcome.operation_id
        return response

    async def _health(self, _request: web.Request) -> web.Response:
        health = await self._application.health()
        return self._replies.json(health, 503 if health["status"] == "unhealthy" else 200)

    async def _show_metrics(self, _request: web.Request) -> web.Response:
        return web.Response(
            body=self._metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    async def _letters(self, request: web.Request) -> web.Response:
        query = request.query
        states = tuple(_state(each) for each in query.getall("state", [])) or OPEN_STATES
        limit = _limit(query.get("limit", "100"))
        letters = await self._application.dead_letters.page(states=states, limit=limit, after=query.get("after", ""))
        counts = await self._application.dead_letters.count()
        return self._replies.json(
            {
                "dead_letters": [letter_json(letter) for letter in letters],
                "counts": {state.value: count for state, count in counts.items()},
                "next_after": letters[-1].id if len(letters) == limit else None,
            }
        )

    async def _letter(self, request: web.Request) -> web.Response:
        letter = await self._application.dead_letters.show(request.match_info["id"])
        if letter is None:
            raise web.HTTPNotFound
        return self._replies.json(letter_json(letter))

    async def _redrive_all(self, request: web.Request) -> web.Response:
        options = await _object(request) if request.can_read_body else {}
        redriven = await self._application.dead_letters.redrive_all(
            limit=_limit(str(options.get("limit", MAX_PAGE))), insist=options.get("insist") is True
        )
        return self._replies.json({"redriven": [_redriven_json(each) for each in redriven]})

    async def _redrive(self, request: web.Request) -> web.Response:
        options = await _object(request) if request.can_read_body else {}
        letter_id = request.match_info["id"]
        if await self._application.dead_letters.show(letter_id) is None:
            raise web.HTTPNotFound
        redriven = await self._application.dead_letters.redrive(letter_id, insist=options.get("insist") is True)
        return self._replies.json(_redriven_json(redriven))

    async def _discard(self, request: web.Request) -> web.Response:
        letter_id = request.match_info["id"]
        if await self._application.dead_letters.discard(letter_id):
            return web.Response(status=204)
        if await self._application.dead_letters.show(letter_id) is None:
            raise web.HTTPNotFound
        raise web.HTTPConflict

    async def _stripe_event(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            event = verify_webhook(
                body, request.headers.get("Stripe-Signature", ""), self._webhook_secrets, now=self._wall_clock()
            )
        except SignatureInvalid as error:
            raise BadRequest("signature_invalid", str(error)) from error
        return self._replies.json({"received": True, "duplicate": self._is_known(str(event.get("id", "")))})

    def _is_known(self, event_id: str) -> bool:
        if event_id in self._events_seen:
            return True
        self._events_seen[event_id] = None
        if len(self._events_seen) > REMEMBERED_EVENTS:
            self._events_seen.popitem(last=False)
        return False


async def _parsed(request: web.Request, kind: type[R]) -> R:
    operation_id = request.headers.get(CORRELATION_HEADER)
    if operation_id is None:
        raise BadRequest(
            "correlation_id_missing", f"the header {CORRELATION_HEADER} names the operation; it is missing"
        )
    data = await _object(request)
    if data.get("operation_id", operation_id) != operation_id:
        raise BadRequest("correlation_id_mismatch", f"operation_id and {CORRELATION_HEADER} differ")
    try:
        return kind.model_validate({**data, "operation_id": operation_id})
    except ValidationError as error:
        # Where and what, never the value: it may be what must not be repeated.
        details = tuple(
            {"field": ".".join(map(str, each["loc"])), "problem": each["msg"]}
            for each in error.errors(include_input=False)
        )
        raise BadRequest("validation_failed", "the request is not valid", details) from None


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        data = orjson.loads(await request.read())
    except orjson.JSONDecodeError:
        raise BadRequest("malformed_json", "the body is not JSON") from None
    if not isinstance(data, dict):
        raise BadRequest("malformed_json", "the body is not a JSON object")
    return data


def _state(text: str) -> LetterState:
    try:
        return LetterState(text)
    except ValueError:
        raise BadRequest("bad_parameter", f"state must be one of {', '.join(LetterState)}") from None


def _limit(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PAGE:
        return int(text)
    raise BadRequest("bad_parameter", f"limit must be in [1, {MAX_PAGE}]")


def _host_name(host: str) -> str:
    return host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0].lower()


def _redriven_json(redriven: Redriven) -> dict[str, Any]:
    return {"id": redriven.id, "outcome": redriven.outcome.value, "detail": redriven.detail}
