"""Runs the gateway: builds it from settings, serves until SIGTERM or SIGINT, and leaves nothing behind."""

import asyncio
import errno
import os
import secrets
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import orjson
from aiohttp import web

from brownout_core.application import Application
from brownout_core.clock import system_wall_clock
from brownout_core.compose import VENDORS, build
from brownout_core.errors import ConfigError
from brownout_core.gateway.app import Gateway
from brownout_core.gateway.settings import Settings
from brownout_core.records import ClaimStore
from brownout_core.redaction import Redactor
from brownout_core.sinks.log import log_sink, make_logger
from brownout_core.sinks.ndjson import NdjsonSink
from brownout_core.sinks.prometheus import PrometheusSink
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.redis import RedisClaimStore
from brownout_core.stores.spill import SpillFile
from brownout_core.stores.sqlite import OwnThread, SqliteDeadLetterStore
from brownout_core.telemetry import Event, Kind, Sink, fan_out
from brownout_core.transports.aiohttp import AiohttpTransport

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop`. Prints one line of JSON, `{"url": …}`, once requests are answered.

    Raises `ConfigError` where a store, a file or the port is not to be had.
    """
    redactor = Redactor(settings.secrets())
    logger = make_logger(redactor)
    metrics = PrometheusSink(VENDORS)
    instance = secrets.token_hex(6)
    async with AsyncExitStack() as cleanup:
        sink = _sink(settings, metrics, logger, cleanup)
        application = _application(settings, sink, instance)
        cleanup.push_async_callback(application.close)
        gateway = Gateway(
            application,
            metrics=metrics,
            wall_clock=system_wall_clock,
            redactor=redactor,
            logger=logger,
            instance=instance,
            webhook_secrets=settings.webhook_secrets,
            only_loopback=settings.host in LOOPBACK_HOSTS,
        )
        runner = web.AppRunner(
            gateway.web_application(),
            access_log=None,
            shutdown_timeout=settings.grace_s,
            handler_cancellation=False,  # a caller that leaves does not stop what it asked for
        )
        await runner.setup()
        cleanup.push_async_callback(runner.cleanup)
        url = await _listen(runner, settings)
        sink(Event(asyncio.get_running_loop().time(), Kind.STARTED, detail=str(os.getpid())))
        sys.stdout.write(orjson.dumps({"url": url}).decode() + "\n")
        sys.stdout.flush()
        await stop.wait()


def _sink(settings: Settings, metrics: PrometheusSink, logger: object, cleanup: AsyncExitStack) -> Sink:
    sinks: list[Sink] = [metrics, log_sink(logger)]
    if settings.telemetry is not None:
        file = NdjsonSink(settings.telemetry)
        cleanup.callback(file.close)
        sinks.insert(0, file)
    return fan_out(*sinks)


def _application(settings: Settings, sink: Sink, instance: str) -> Application:
    claims: ClaimStore
    if settings.redis_url is None:
        claims = MemoryClaimStore(asyncio.get_running_loop().time)
    else:
        claims = RedisClaimStore.from_url(settings.redis_url)
    return build(
        settings.app,
        transports={vendor: AiohttpTransport() for vendor in VENDORS},
        claims=claims,
        dead_letters=SqliteDeadLetterStore(settings.dead_letters, wall_clock=system_wall_clock, run=OwnThread()),
        spill=None if settings.dead_letters == ":memory:" else SpillFile(Path(settings.dead_letters + ".spill")),
        sink=sink,
        seed=settings.seed,
        wall_clock=system_wall_clock,
        instance=instance,
    )


async def _listen(runner: web.AppRunner, settings: Settings) -> str:
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
