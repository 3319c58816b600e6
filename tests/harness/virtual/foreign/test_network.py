"""Names, addresses and listeners in memory; what is not there is refused in one line."""

import asyncio

import pytest

from brownout_harness.virtual.foreign.loop import NetworkLoop, network_loop
from brownout_harness.virtual.foreign.network import REASONS, Network, found
from brownout_harness.virtual.frozen import PROCESS
from brownout_harness.virtual.guard import NotVirtual
from brownout_harness.virtual.loop import run_virtually


def test_each_name_has_an_address_of_its_own() -> None:
    async def main() -> None:
        network = Network(asyncio.get_running_loop())
        network.listen("stripe.localhost", 80, asyncio.Protocol)
        network.listen("twilio.localhost", 80, asyncio.Protocol)
        stripe, twilio = network.resolve("stripe.localhost", 80), network.resolve(b"twilio.localhost.", 80)
        assert stripe != twilio
        assert network.resolve(stripe[0], 80) == stripe
        assert found(stripe, 0)[0][4] == stripe
        network.close()

    run_virtually(main(), NetworkLoop)


@pytest.mark.parametrize(
    ("host", "port", "said"),
    [
        ("api.stripe.com", 443, "connects to api.stripe.com:443 in virtual time: vendors are at"),
        ("localhost", 5432, REASONS[5432]),
        ("stripe.localhost", 81, "nobody listens there; there is stripe.localhost:80"),
        (None, 9, "connects to 127.0.0.1:9 "),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(host: str | None, port: int, said: str) -> None:
    async def main() -> None:
        network = Network(asyncio.get_running_loop())
        network.listen("stripe.localhost", 80, asyncio.Protocol)
        with pytest.raises(NotVirtual) as refused:
            network.resolve(host, port)
        assert said in str(refused.value)
        network.close()

    run_virtually(main(), NetworkLoop)


def test_whoever_listens_has_a_protocol_for_each_connection() -> None:
    class Echo(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.write = transport.write

        def data_received(self, data: bytes) -> None:
            self.write(data.upper())

    async def main() -> list[bytes]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, NetworkLoop)
        loop.network.listen("echo.localhost", 80, Echo)
        said = []
        for word in (b"one", b"two"):
            reader, writer = await asyncio.open_connection("echo.localhost", 80)
            writer.write(word)
            said.append(await reader.readexactly(3))
            writer.close()
            await writer.wait_closed()
        assert loop.network.connections == 2
        return said

    assert run_virtually(main(), NetworkLoop) == [b"ONE", b"TWO"]


def test_the_connections_of_a_dead_process_are_closed_for_it() -> None:
    heard: list[str] = []

    class Ear(asyncio.Protocol):
        def eof_received(self) -> None:
            heard.append("eof")

    class Process:
        def keep(self, _task: object, _context: object) -> None:
            return

    async def main() -> None:
        network, process = network_loop().network, Process()
        network.listen("ear.localhost", 80, Ear)
        for owner in (process, None):
            PROCESS.set(owner)
            network.connect(network.resolve("ear.localhost", 80), asyncio.Protocol())
        network.cut(process)
        await asyncio.sleep(1)

    run_virtually(main(), NetworkLoop)
    assert heard == ["eof"]
