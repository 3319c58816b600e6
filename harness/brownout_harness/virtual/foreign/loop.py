"""The event loop that an application of somebody else's gets: connections lead into a network in memory, and what would
leave virtual time is refused with one line that names the caller and says what to do."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from typing import Any, Final, NoReturn, Protocol, TypeVar, cast

from brownout_harness.virtual.foreign.network import ONE_WAY_S, Network, caller, found
from brownout_harness.virtual.frozen import PROCESS
from brownout_harness.virtual.guard import refusal
from brownout_harness.virtual.loop import VirtualLoop

T = TypeVar("T")

TLS: Final = "there is no TLS: hand the vendor's address (http://…) over in target.env"
REAL: Final = "run it with --mode real"


def _refused(deed: str, cure: str) -> Any:
    """A method that is not there in virtual time."""

    def refuse(_loop: Any, *_how: Any, **_more: Any) -> NoReturn:
        raise refusal(caller(sys._getframe(1)), deed, cure)

    return refuse


def _leave_alone(_loop: Any, *_how: Any) -> None:
    """A method that does nothing in virtual time."""


def _at_once(loop: asyncio.AbstractEventLoop, _executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:
    """Done here and now: in a closed world nothing can be waited for but the loop, and work takes no time. What would
    sleep, or ask somebody over a socket of its own, is refused as everywhere."""
    ran: asyncio.Future[T] = loop.create_future()
    try:
        ran.set_result(func(*args))
    except Exception as error:  # noqa: BLE001 - as a thread hands it over
        ran.set_exception(error)
    return ran


class Keeper(Protocol):
    """A process of this loop: it knows its tasks."""

    def keep(self, task: asyncio.Task[Any], context: Context | None) -> None:
        """A task of its own has begun, in `context` or the running one."""
        ...


class NetworkLoop(VirtualLoop):
    """An event loop in virtual time with a network in memory. Not safe for use from other threads."""

    def __init__(self, starts_s: float = 0.0) -> None:
        """The clock begins at `starts_s`: below 0 where something is to happen before the run."""
        super().__init__()
        self._jumping.now_s = starts_s
        self.network = Network(self)

    def close(self) -> None:
        if not self.is_closed():
            self.network.close()
        super().close()

    def create_task(
        self, coro: Generator[Any, None, T] | Coroutine[Any, Any, T], *, context: Context | None = None, **options: Any
    ) -> asyncio.Task[T]:
        """A task; whose it is, its context tells."""
        task = super().create_task(coro, context=context, **options)
        process = PROCESS.get() if context is None else context.get(PROCESS)
        if process is not None:
            cast("Keeper", process).keep(task, context)
        return task

    async def getaddrinfo(self, host: Any, port: Any, *, type: int = 0, **_hints: Any) -> Any:  # noqa: A002
        """Each name has one address."""
        return found(self.network.resolve(host, int(port or 0)), type)

    async def create_connection(
        self,
        protocol_factory: Any,
        host: Any = None,
        port: Any = None,
        *,
        ssl: Any = None,
        sock: Any = None,
        **_how: Any,
    ) -> Any:
        """To a listener of this network. Raises `NotVirtual` where there is none."""
        if sock is not None:
            host, port = sock.getpeername()
        if ssl:
            raise refusal(caller(sys._getframe(1)), f"connects to {host}:{port} with TLS", TLS)
        listening = self.network.resolve(host, int(port))
        await asyncio.sleep(2 * ONE_WAY_S)
        protocol = protocol_factory()
        return self.network.connect(listening, protocol), protocol

    run_in_executor: Any = _at_once
    add_signal_handler: Any = _leave_alone
    """The run's signals are the harness's; the application is told to end by its lifespan."""

    subprocess_exec: Any = _refused("starts a process", REAL)
    subprocess_shell: Any = _refused("starts a process", REAL)
    create_server: Any = _refused("opens a port of its own", "leave that to the run, which asks the application itself")
    create_unix_server: Any = _refused("opens a socket in the file system", REAL)
    create_unix_connection: Any = _refused("connects to a socket in the file system", REAL)
    create_datagram_endpoint: Any = _refused("opens a datagram socket", REAL)
    start_tls: Any = _refused("begins TLS", TLS)
    sock_connect: Any = _refused("connects a socket of its own", REAL)
    add_reader: Any = _refused("waits for a descriptor", REAL)
    add_writer: Any = _refused("waits for a descriptor", REAL)


def network_loop() -> NetworkLoop:
    """The running one."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, NetworkLoop)  # noqa: S101 - nobody else is here
    return loop
