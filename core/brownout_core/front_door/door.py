"""The front door itself: who may come in, where to, and one shape for whatever goes wrong.

| route | does |
| --- | --- |
| `POST` to a flow's path (`/v1/pay`) | the operation; `X-Correlation-ID` is its id; as it is made where asked for so |
| `GET /health`, `GET /metrics` | how it is; Prometheus |
| `GET /dead-letters`, `GET /dead-letters/{id}` | what was set aside |
| `POST /dead-letters/redrive`, `POST /dead-letters/{id}/redrive`, `DELETE /dead-letters/{id}` | do it again; drop it |
| `POST /breakers/{vendor}/open`, `POST /breakers/{vendor}/close` | a breaker, by hand |
| `POST /webhooks/{vendor}`, `GET /notices/{vendor}/{operation_id}` | what a vendor tells, if a signing secret is set |
"""

import itertools
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from brownout_core.adapters.declaration import Hearing
from brownout_core.application import Application
from brownout_core.clock import WallClock
from brownout_core.flows.flow import Flow
from brownout_core.front_door.answers import CORRELATION_HEADER, REQUEST_ID_HEADER, Answer, Answers, Refusal
from brownout_core.front_door.desk import PREFIX, DeskRoutes, Handler, not_found
from brownout_core.front_door.notices import NoticeRoutes
from brownout_core.front_door.reading import Asked, operation_in, split_target
from brownout_core.front_door.telling import Outlet, Telling
from brownout_core.live_keys import carries_live
from brownout_core.loopback import host_of, is_loopback
from brownout_core.records import StoreUnavailable
from brownout_core.redaction import Redactor
from brownout_core.telemetry import Event, Kind

MAX_BODY_BYTES: Final = 256 * 1024
KNOWN_HOSTS: Final = 64
EXPECTED: Final = "100-continue"
MOVES: Final = ("open", "close")
"""Of a breaker, by hand."""


class Trouble(NamedTuple):
    """What the caller is not told."""

    what: str
    """`store_unavailable`, or `internal_error`: a defect."""
    request_id: str
    operation_id: str
    """Empty where the request had none."""
    error: Exception

    @property
    def is_defect(self) -> bool:
        """Whether nobody expected it."""
        return self.what == "internal_error"

    def event(self, at_s: float) -> Event:
        """A defect, as telemetry tells it. Not the error's text: who knows what that holds."""
        error = type(self.error).__name__
        return Event(at_s, Kind.DEFECT, operation_id=self.operation_id, outcome=error, detail=self.request_id)


Log = Callable[[Trouble], None]


class FrontDoor:
    """Answers requests. One per life of the application; safe for concurrent use on its event loop."""

    def __init__(
        self,
        application: Application,
        *,
        wall_clock: WallClock,
        redactor: Redactor,
        instance: str,
        log: Log,
        metrics: Callable[[], bytes] | None = None,
        notices: Mapping[str, Hearing] = MappingProxyType({}),
        only_loopback: bool = True,
    ) -> None:
        """`only_loopback` refuses requests that name another host: a web page must not reach a local port."""
        self._application = application
        self._wall_clock = wall_clock
        self._answers = Answers(wall_clock, redactor)
        self._instance = instance
        self._log = log
        self._metrics = metrics
        self._only_loopback = only_loopback
        self._known_hosts: set[str] = set()
        self._requests = itertools.count(1)
        desk = DeskRoutes(application.dead_letters, self._answers)
        self._one_letter = desk.one_letter()
        self._notices = NoticeRoutes(application, notices, self._answers, wall_clock)
        self._routes = self._all_routes(desk)
        self._breakers = {
            f"/breakers/{vendor}/{move}": {"POST": partial(self._move_breaker, vendor, move == MOVES[0])}
            for vendor in application.guarded
            for move in MOVES
        }

    def _all_routes(self, desk: DeskRoutes) -> dict[str, Mapping[str, Handler]]:
        flows = {flow.path: {"POST": partial(self._operation, flow)} for flow in self._application.flows.values()}
        own = {"/health": {"GET": self._health}}
        if self._metrics is not None:
            own["/metrics"] = {"GET": partial(self._show_metrics, self._metrics)}
        return {**flows, **own, **desk.all_letters(), **self._notices.taking()}

    def routes(self) -> list[str]:
        """Every route, as `GET /dead-letters/{id}`."""
        shown = [(path, each) for path, methods in self._routes.items() for each in methods]
        shown += [(f"{PREFIX}/{{id}}{end}", each) for end, methods in self._one_letter.items() for each in methods]
        shown += [(f"/breakers/{{vendor}}/{move}", "POST") for move in MOVES]
        return [*(f"{method} {path}" for path, method in shown), *self._notices.shown()]

    async def __call__(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, outlet: Outlet | None = None
    ) -> Answer:
        """Answer one request. `target` is path and query as they were sent, header names are in lower case.

        An answer that is told as it is made goes to `outlet`, and only its head is returned, when it is over; without
        one every answer comes whole.
        """
        request_id = f"{self._instance}-{next(self._requests)}"
        try:
            self._admit(headers)
            _look_through(target, headers, body)
            path, query = split_target(target)
            handler = self._handler(method, path)
            return await handler(Asked(request_id, method, path, query, headers, body, outlet))
        except Refusal as refusal:
            return self._answers.refusal(request_id, refusal)
        except Exception as error:  # noqa: BLE001 - the outermost handler: the caller gets an answer, the log the trace
            return self._trouble(request_id, headers, error)

    def _trouble(self, request_id: str, headers: Mapping[str, str], error: Exception) -> Answer:
        """What is answered where something went wrong that no operation's ending tells of."""
        if isinstance(error, StoreUnavailable):
            self._log(Trouble("store_unavailable", request_id, _operation_id(headers), error))
            return self._answers.error(request_id, 503, "store_unavailable", "a store is down", retry_after_s=1)
        self._log(Trouble("internal_error", request_id, _operation_id(headers), error))
        more = {"status": "unknown"}
        return self._answers.error(request_id, 500, "internal_error", "something went wrong inside", more=more)

    def _admit(self, headers: Mapping[str, str]) -> None:
        """A page of another site must not reach a local port, by its own name for it or by sending orders there."""
        host = headers.get("host", "")
        if self._only_loopback and host not in self._known_hosts:
            if not is_loopback(host):
                raise Refusal(403, "host_refused", "this server answers loopback names only")
            if len(self._known_hosts) < KNOWN_HOSTS:
                self._known_hosts.add(host)
        origin = headers.get("origin")
        if origin is not None and host_of(origin) != host and not is_loopback(host_of(origin)):
            raise Refusal(403, "origin_refused", "this server takes no orders from a page of another site")
        if headers.get("expect", EXPECTED).lower() != EXPECTED:
            raise Refusal(417, "expectation_failed", "Expectation Failed")

    def _handler(self, method: str, path: str) -> Handler:
        methods = self._routes.get(path) or self._breakers.get(path)
        if methods is None:
            methods = self._notices.showing(path) or self._letter_routes(path)
        handler = methods.get(method)
        if handler is None and method == "HEAD":
            handler = methods.get("GET")
        if handler is None:
            allowed = sorted([*methods, *(["HEAD"] if "GET" in methods else [])])
            raise Refusal(405, "method_not_allowed", "Method Not Allowed", allow=",".join(allowed))
        return handler

    def _letter_routes(self, path: str) -> Mapping[str, Handler]:
        letter_id, slash, rest = path.removeprefix(f"{PREFIX}/").partition("/")
        methods = self._one_letter.get(slash + rest)
        if not path.startswith(f"{PREFIX}/") or not letter_id or methods is None:
            raise not_found()
        return {name: partial(_of_letter, handler, letter_id) for name, handler in methods.items()}

    async def _operation(self, flow: Flow[Any], asked: Asked) -> Answer:
        request = operation_in(asked, flow.request)
        if asked.outlet is None or not flow.is_streamed(request):
            return self._answers.ending(asked.request_id, await flow(request))
        asked.outlet.leaving_ends_it()
        named = {REQUEST_ID_HEADER: asked.request_id, CORRELATION_HEADER: request.operation_id}
        telling = Telling(asked.outlet, named)
        try:
            ending = await flow(request, telling.say)
            answer = self._answers.ending(asked.request_id, ending)
            if not telling.has_begun and flow.spoken in ending.result:  # it was kept, and is whole
                await telling.say(ending.result[flow.spoken])
        except Exception as error:
            if not telling.has_begun:
                raise
            answer = self._trouble(asked.request_id, asked.headers, error)
        return await telling.end(answer, spoken=flow.spoken) if telling.has_begun else answer

    async def _health(self, asked: Asked) -> Answer:
        health = await self._application.health()
        return self._answers.json(asked.request_id, health, 503 if health["status"] == "unhealthy" else 200)

    async def _move_breaker(self, vendor: str, is_open: bool, asked: Asked) -> Answer:
        self._application.move_breaker(vendor, is_open=is_open)
        return Answer(204, {REQUEST_ID_HEADER: asked.request_id}, b"")

    async def _show_metrics(self, metrics: Callable[[], bytes], asked: Asked) -> Answer:
        kind = "text/plain; version=0.0.4; charset=utf-8"
        return Answer(200, {"Content-Type": kind, REQUEST_ID_HEADER: asked.request_id}, metrics())


def _operation_id(headers: Mapping[str, str]) -> str:
    return headers.get(CORRELATION_HEADER.lower(), "")


def _look_through(target: str, headers: Mapping[str, str], body: bytes) -> None:
    if carries_live(target, headers, body):
        raise Refusal(403, "live_credential", "live credentials are refused: this works with test keys only")
    if len(body) > MAX_BODY_BYTES:
        raise Refusal(413, "request_entity_too_large", "Request Entity Too Large")


async def _of_letter(handler: Callable[[Asked, str], Any], letter_id: str, asked: Asked) -> Answer:
    answer: Answer = await handler(asked, letter_id)
    return answer
