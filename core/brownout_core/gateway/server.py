"""Runs the gateway: builds the application from settings, puts its front door on sockets, serves until SIGTERM or
SIGINT, and leaves nothing behind. Everything that is answered is answered by the front door."""

import asyncio
import errno
import logging
import os
import secrets
import signal
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, Final

import orjson
from aiohttp import web
from aiohttp.http import HttpProcessingError

from brownout_core.application import Application
from brownout_core.clock import system_wall_clock
from brownout_core.compose import build
from brownout_core.errors import ConfigError
from brownout_core.front_door.answers import Answer
from brownout_core.front_door.door import EXPECTED, MAX_BODY_BYTES, FrontDoor, Trouble
from brownout_core.gateway.outlet import HttpOutlet, Server
from brownout_core.gateway.settings import Settings
from brownout_core.loopback import is_loopback
from brownout_core.redaction import Redactor
from brownout_core.sinks.log import log_sink, make_logger
from brownout_core.sinks.ndjson import NdjsonSink
from brownout_core.sinks.prometheus import PrometheusSink
from brownout_core.stores.opening import open_claims, open_dead_letters
from brownout_core.telemetry import Event, Kind, Sink, fan_out
from brownout_core.transports.aiohttp import AiohttpTransport

CUT_OFF_S: Final = 2.0
"""How long what was cancelled, because its grace was over, may take to say so to the stores."""


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop`. Prints one line of JSON, `{"url": …}`, once requests are answered.

    Raises `ConfigError` where a store, a file or the port is not to be had.
    """
    redactor = Redactor(settings.secrets())
    logger = make_logger(redactor)
    metrics = PrometheusSink(settings.adapters)
    instance = secrets.token_hex(6)
    async with AsyncExitStack() as cleanup:
        sink = _sink(settings, metrics, logger, cleanup)
        application = _application(settings, sink, instance)
        cleanup.push_async_callback(application.close)
        door = FrontDoor(
            application,
            wall_clock=system_wall_clock,
            redactor=redactor,
            instance=instance,
            log=partial(_log, logger, sink),
            metrics=metrics.text,
            notices=settings.app.hears(settings.adapters),
            only_loopback=is_loopback(f"[{settings.host}]" if ":" in settings.host else settings.host),
        )
        shell = Shell(door, logger=_server_log(logger))
        cleanup.push_async_callback(shell.wait_for_the_cancelled)
        asyncio.get_running_loop().set_exception_handler(partial(_unhandled, partial(_log, logger, sink)))
        background = Background(application, partial(_log, logger, sink))
        cleanup.push_async_callback(background.end)
        runner = web.ServerRunner(
            shell.server,
            shutdown_timeout=settings.grace_s / 2,  # aiohttp waits for so long twice, before it cancels
        )
        await runner.setup()
        cleanup.push_async_callback(runner.cleanup)
        url = await _listen(runner, settings)
        parts = settings.parts.name
        if parts:
            logger.warning("parts_replaced", parts=parts)
        sink(Event(asyncio.get_running_loop().time(), Kind.STARTED, outcome=parts, detail=str(os.getpid())))
        background.begin()
        sys.stdout.write(orjson.dumps({"url": url}).decode() + "\n")
        sys.stdout.flush()
        await stop.wait()


class Background:
    """What the application does beside what it is asked: begun when it serves, ended when it has served."""

    def __init__(self, application: Application, log: Callable[[Trouble], None]) -> None:
        self._application = application
        self._log = log
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """Start every part."""
        for name, part in self._application.background().items():
            task = asyncio.get_running_loop().create_task(part.run(), name=name)
            task.add_done_callback(self._ended)
            self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._log(Trouble("internal_error", task.get_name(), "", error))

    async def end(self) -> None:
        """Stop them all, where they are."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CUT_OFF_S)


class Shell:
    """Moves bytes between sockets and the front door, and decides nothing."""

    def __init__(self, door: FrontDoor, **options: Any) -> None:
        """`options` are the server's."""
        self._door = door
        self.server = Server(
            self.handle,
            access_log=None,
            handler_cancellation=False,  # a caller that leaves does not stop what it asked for
            **options,
        )
        self._at_work: set[asyncio.Task[Any]] = set()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs is some task's
        self._at_work.add(task)
        try:
            return await self._answered(request, task)
        finally:
            self._at_work.discard(task)
            self.server.stays(request.protocol)

    async def wait_for_the_cancelled(self) -> None:
        """Let what was cut off write down how it ended, before the stores are closed."""
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=CUT_OFF_S)

    async def _answered(self, request: web.BaseRequest, task: asyncio.Task[Any]) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("expect", "").lower() == EXPECTED:
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        body = await _body(request)
        outlet = HttpOutlet(request, self.server, task)
        answer = await self._door(request.method, request.raw_path, headers, body, outlet)
        return _response(answer) if outlet.response is None else await outlet.end()


async def _body(request: web.BaseRequest) -> bytes:
    """The body, or so much of it that the door can tell that it is too long."""
    if not request.body_exists:
        return b""
    chunks, size = [], 0
    async for chunk in request.content.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            break
    return b"".join(chunks)


def _response(answer: Answer) -> web.Response:
    return web.Response(status=answer.status, headers=answer.headers, body=answer.body or None)


class _ServerLog(logging.Handler):
    """Hears aiohttp's server: bytes that are no HTTP are one line, and whose they are is no defect's trace."""

    def __init__(self, logger: Any) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Pass it on."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            self._logger.warning("malformed_request", error=type(error).__name__)
        else:
            self._logger.error("server_error", said=record.getMessage(), exc_info=error)


def _server_log(logger: Any) -> logging.Logger:
    server = logging.Logger("gateway")  # noqa: LOG001 - of its own: the process's tree of loggers is its user's
    server.addHandler(_ServerLog(logger))
    return server


def _log(logger: Any, sink: Sink, trouble: Trouble) -> None:
    if trouble.is_defect:
        logger.error(trouble.what, request_id=trouble.request_id, exc_info=trouble.error)
        sink(trouble.event(asyncio.get_running_loop().time()))
    else:
        logger.warning(trouble.what, request_id=trouble.request_id, error=str(trouble.error))


def _unhandled(log: Callable[[Trouble], None], loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What ended where nobody waits for it: a defect, as in an asking."""
    error = context.get("exception")
    if isinstance(error, Exception) and not isinstance(error, OSError):  # such as having no more files to open
        log(Trouble("internal_error", str(context.get("message", "")), "", error))
    else:
        loop.default_exception_handler(context)


def _sink(settings: Settings, metrics: PrometheusSink, logger: object, cleanup: AsyncExitStack) -> Sink:
    sinks: list[Sink] = [metrics, log_sink(logger)]
    if settings.telemetry is not None:
        file = NdjsonSink(settings.telemetry)
        cleanup.callback(file.close)
        sinks.insert(0, file)
    return fan_out(*sinks)


def _application(settings: Settings, sink: Sink, instance: str) -> Application:
    letters, spill = open_dead_letters(settings.dead_letters, system_wall_clock, settings.spill)
    transports = {
        vendor: AiohttpTransport(settings.app.policies(adapter).client) for vendor, adapter in settings.adapters.items()
    }
    return build(
        settings.app,
        settings.parts,
        transports=transports,
        sessions=transports,
        claims=open_claims(settings.claims),
        dead_letters=letters,
        spill=spill,
        sink=sink,
        seed=settings.seed,
        wall_clock=system_wall_clock,
        instance=instance,
    )


async def _listen(runner: web.ServerRunner, settings: Settings) -> str:
    site = web.TCPSite(runner, settings.host, settings.port)
    try:
        await site.start()
    except OSError as error:
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        raise ConfigError(f"port {settings.port} on {settings.host} {why}; set BROWNOUT_PORT") from error
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve_until_signalled(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT: then no new request is taken, and those under way are finished."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(settings, stop)
