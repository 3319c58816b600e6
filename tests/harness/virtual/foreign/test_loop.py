"""The event loop of somebody else's application: its clock begins where it is told, and no way leads out."""

import asyncio
import subprocess
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from brownout_harness.virtual.foreign.loop import NetworkLoop, network_loop
from brownout_harness.virtual.frozen import PROCESS
from brownout_harness.virtual.guard import NotVirtual
from brownout_harness.virtual.loop import run_virtually


def test_the_clock_begins_where_it_is_told() -> None:
    async def main() -> float:
        await asyncio.sleep(5)
        return network_loop().time()

    assert run_virtually(main(), partial(NetworkLoop, -20.0)) == -15.0


LOOP: dict[str, Callable[[NetworkLoop], Any]] = {
    "starts a process": lambda _loop: asyncio.create_subprocess_exec("true", stdout=subprocess.DEVNULL),
    "opens a port of its own": lambda loop: loop.create_server(asyncio.Protocol, "127.0.0.1", 0),
    "connects to a socket in the file system": lambda loop: loop.create_unix_connection(asyncio.Protocol, "/nowhere"),
    "opens a datagram socket": lambda loop: loop.create_datagram_endpoint(asyncio.DatagramProtocol),
    "waits for a descriptor": lambda loop: loop.add_reader(0, print),
    "with TLS: hand": lambda loop: loop.create_connection(asyncio.Protocol, "stripe.localhost", 443, ssl=True),
}


@pytest.mark.parametrize("deed", LOOP)
def test_what_leads_out_is_refused_with_its_caller(deed: str) -> None:
    async def main() -> str:
        with pytest.raises(NotVirtual) as refused:
            await LOOP[deed](network_loop())
        return str(refused.value)

    said = run_virtually(main(), NetworkLoop)
    assert "test_loop.py:" in said
    assert all(word in said for word in deed.partition(":")[0].split())


def test_what_is_for_a_thread_is_done_at_once_and_its_error_handed_over() -> None:
    async def main() -> tuple[str, float]:
        said = await asyncio.to_thread(str.upper, "done")
        with pytest.raises(ZeroDivisionError):
            await network_loop().run_in_executor(None, divmod, 1, 0)
        return said, network_loop().time()

    assert run_virtually(main(), NetworkLoop) == ("DONE", 0.0)


def test_a_task_belongs_to_the_process_in_whose_context_it_was_begun() -> None:
    class Keeper:
        def __init__(self) -> None:
            self.names: list[str] = []

        def keep(self, task: asyncio.Task[Any], _context: object) -> None:
            self.names.append(task.get_name())

    async def main() -> list[str]:
        keeper, loop = Keeper(), network_loop()
        await loop.create_task(asyncio.sleep(0), name="the world's")
        PROCESS.set(keeper)
        await loop.create_task(asyncio.sleep(0), name="its own")
        PROCESS.set(None)
        return keeper.names

    assert run_virtually(main(), NetworkLoop) == ["its own"]
