"""TLS between a transport and a protocol, on a line in memory."""

import asyncio
import ssl
from pathlib import Path

import pytest

from brownout_simulators.hosts.encrypted import Encrypted
from brownout_simulators.hosts.http1.patience import Patience
from brownout_simulators.hosts.http1.service import Service
from brownout_simulators.hosts.tls import Certificate, loopback_certificate
from tests.simulators.hosts.http1.line import GET, Line, rows, statuses, till_service
from tests.simulators.serving import request_bytes
from tests.support.aio import virtually


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return loopback_certificate(tmp_path_factory.mktemp("cache"))


class Client:
    """A client that trusts the authority, at the other end of an encrypted line."""

    def __init__(self, service: Service, certificate: Certificate, *, piece: int | None = None) -> None:
        self.line = Line(service, behind=lambda inner: Encrypted(certificate.context, inner))
        self.got = b""
        self.was_told_goodbye = False
        self._piece = piece
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        trust = ssl.create_default_context(cafile=certificate.authority)
        self.tls = trust.wrap_bio(self._incoming, self._outgoing, server_hostname="localhost")

    async def shake_hands(self) -> None:
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                await self.exchange()
            else:
                return

    async def exchange(self) -> bytes:
        """Send what is to be sent, and read what has come; the plain text of it."""
        if self._outgoing.pending:
            self.line.send(self._outgoing.read(), piece=self._piece)
        self._incoming.write(await self.line.turn())
        plain = b""
        try:
            while piece := self.tls.read(1 << 20):
                plain += piece
            self.was_told_goodbye = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:  # both have said it
            self.was_told_goodbye = True
        return plain

    async def ask(self, data: bytes) -> bytes:
        self.tls.write(data)
        return await self.exchange()


@pytest.mark.thorough
@pytest.mark.parametrize("piece", [None, 1, 100])
def test_requests_and_answers_cross_it_however_the_bytes_are_cut(certificate: Certificate, piece: int | None) -> None:
    async def main() -> None:
        client = Client(till_service(), certificate, piece=piece)
        await client.shake_hands()
        assert statuses(await client.ask(GET + GET)) == [200, 200]
        assert statuses(await client.ask(request_bytes(body=b" " * 300_000))) == [400]

    virtually(main())


def test_an_answer_is_over_when_its_last_encrypted_byte_is_handed_over(certificate: Certificate) -> None:
    async def main() -> None:
        service = till_service()
        client = Client(service, certificate)
        await client.shake_hands()
        await client.exchange()
        client.line.take_only(0)
        assert await client.ask(GET) == b""
        assert service.simulator.in_flight == 1
        client.line.take(100_000)
        assert service.simulator.in_flight == 0
        assert statuses(await client.exchange()) == [200]

    virtually(main())


def test_the_end_of_a_connection_is_told_in_its_language(certificate: Certificate) -> None:
    async def main() -> None:
        client = Client(till_service(), certificate)
        await client.shake_hands()
        assert statuses(await client.ask(request_bytes("GET", "/health", Connection="close"))) == [200]
        await client.exchange()
        assert (client.was_told_goodbye, client.line.ended) == (True, "fin")

    virtually(main())


def test_a_refusal_ends_the_servers_half_only(certificate: Certificate) -> None:
    async def main() -> None:
        client = Client(till_service(), certificate)
        await client.shake_hands()
        assert statuses(await client.ask(b"nonsense\r\n\r\n")) == [400]
        assert (client.was_told_goodbye, client.line.is_half_closed, client.line.ended) == (True, True, "")
        assert await client.ask(GET) == b""

    virtually(main())


def test_a_reset_is_one(certificate: Certificate) -> None:
    async def main() -> None:
        client = Client(till_service({"drop_before_effect": {"ending": "reset"}}), certificate)
        await client.shake_hands()
        await client.ask(request_bytes())
        assert (client.was_told_goodbye, client.line.ended) == (False, "rst")

    virtually(main())


def test_a_client_that_says_goodbye_has_left(certificate: Certificate) -> None:
    async def main() -> None:
        service = till_service({"latency": {"fixed_s": 1.0}})
        client = Client(service, certificate)
        await client.shake_hands()
        await client.ask(request_bytes())
        with pytest.raises(ssl.SSLWantReadError):
            client.tls.unwrap()
        await client.exchange()
        assert client.line.ended == "fin"
        await asyncio.sleep(2.0)
        assert [row["ending"] for row in rows(service)] == ["left"]

    virtually(main())


@pytest.mark.parametrize("said", [GET, b"\x16\x03\x01\x00\x05hello", bytes(3000)])
def test_who_does_not_speak_it_is_sent_away(certificate: Certificate, said: bytes) -> None:
    async def main() -> None:
        service = till_service()
        client = Client(service, certificate)
        client.line.send(said)
        await client.line.turn()
        assert client.line.ended == "fin"
        assert (len(service.connections), service.simulator.problems) == (0, [])

    virtually(main())


def test_a_client_that_never_shakes_hands_is_closed(certificate: Certificate) -> None:
    async def main() -> None:
        service = till_service(patience=Patience(head_s=30.0, look_s=1.0))
        silent, slow = Client(service, certificate), Client(service, certificate)
        for _ in range(40):
            slow.line.send(b"\x16" if slow.line.got == b"" else b"")
            await asyncio.sleep(1.0)
        assert (silent.line.ended, slow.line.ended) == ("fin", "fin")

    virtually(main())


def test_the_authority_is_the_one_that_clients_are_told_of(certificate: Certificate, tmp_path: Path) -> None:
    other = loopback_certificate(tmp_path)

    async def main() -> None:
        client = Client(till_service(), Certificate(other.context, certificate.authority))
        with pytest.raises(ssl.SSLCertVerificationError):
            await client.shake_hands()

    virtually(main())
