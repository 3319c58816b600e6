"""What libraries do past the event loop, replaced for a run in virtual time: connections, names, waiting."""

import platform
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any, Final

from brownout_harness.virtual.closed import refusing
from brownout_harness.virtual.foreign.sockets import StandIn
from brownout_harness.virtual.guard import Place

CONNECTS: Final = "aiohappyeyeballs"


def ask_beforehand() -> None:
    """What libraries ask the system by starting a process, once: user agents have it in them."""
    platform.platform()
    tuple(platform.uname())


def in_libraries() -> dict[Place, Callable[..., Any]]:
    """What makes connections, looks up names or waits past the event loop, and what stands in for it."""
    places: dict[Place, Callable[..., Any]] = {
        (threading.Condition, "wait"): refusing(threading.Condition.wait, "waits for another thread"),
    }
    with suppress(ImportError):
        places[import_module(CONNECTS), "start_connection"] = _start_connection
    if (connector := sys.modules.get("aiohttp.connector")) is not None:
        places[connector, "DefaultResolver"] = sys.modules["aiohttp.resolver"].ThreadedResolver
    return places


async def _start_connection(addr_infos: Any, **_how: Any) -> StandIn:
    """In place of `aiohappyeyeballs`, which connects sockets itself: the loop is handed the address."""
    address = addr_infos[0][4][:2]
    return StandIn(("127.0.0.1", 0), address, lambda: -1)
