"""Sessions, framed: on a line in memory and in virtual time, with the client's half of the same standard."""

import asyncio
from typing import Any

import pytest
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import CLIENT, Protocol

from brownout_simulators.hosts.http1.patience import Patience
from brownout_simulators.hosts.http1.service import Service
from tests.simulators.board import BOARD
from tests.simulators.hosts.http1.line import Line, rows, statuses, till_service
from tests.support.aio import virtually

HANDSHAKE = {
    "Host": "127.0.0.1",
    "X-Board-Key": "board_test_a",
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def handshake(path: str = "/live", **changed: str) -> bytes:
    headers = HANDSHAKE | {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def pin(text: str) -> bytes:
    """A note that everybody who looks on hears of."""
    body = b'{"text": "%b"}' % text.encode()
    head = (
        f"POST /notes HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Board-Key: board_test_a\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Looker:
    """A client that looks on."""

    def __init__(self, service: Service, *, room: int | None = None, piece: int | None = None) -> None:
        self.line = Line(service, room=room)
        self.framing = Protocol(CLIENT)
        self.head = b""
        self._piece = piece
        self.line.send(handshake())

    def say(self, text: str | bytes) -> None:
        if isinstance(text, str):
            self.framing.send_text(text.encode())
        else:
            self.framing.send_binary(text)
        self.flush()

    def flush(self) -> None:
        for data in self.framing.data_to_send():
            self.line.send(data, piece=self._piece)

    async def heard(self) -> list[Any]:
        """Messages and closing codes since the last time."""
        got = await self.line.turn()
        if not self.head and got:
            self.head, _, got = got.partition(b"\r\n\r\n")
        if got:
            self.framing.receive_data(got)
        heard: list[Any] = []
        for frame in self.framing.events_received():
            assert isinstance(frame, Frame)
            if frame.opcode is Opcode.CLOSE:
                heard.append(Close.parse(frame.data).code)
            elif frame.opcode is Opcode.TEXT:
                heard.append(bytes(frame.data).decode())
            else:
                heard.append((frame.opcode.name, bytes(frame.data)))
        return heard


def live(service: Service) -> dict[str, Any]:
    """The row of the one session there was."""
    (row,) = [row for row in rows(service) if row["route"] == "GET /live"]
    return row


def board(*rules: dict[str, Any], **more: Any) -> Service:
    return till_service(*rules, vendor=BOARD, **more)


@pytest.mark.parametrize("piece", [None, 1])
def test_a_session_is_opened_spoken_and_closed_in_order(piece: int | None) -> None:
    async def main() -> None:
        service = board()
        looker = Looker(service, piece=piece)
        assert await looker.heard() == ["welcome s1"]
        assert looker.head.startswith(b"HTTP/1.1 101 Switching Protocols\r\nsec-websocket-protocol: board.1\r\n")
        assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in looker.head
        assert b"Content-Length" not in looker.head
        looker.say("follow you")
        looker.say(b"\x00\x01\x02")
        assert await looker.heard() == ["following you", ("BINARY", b"\x02\x01\x00")]
        assert service.simulator.in_flight == 1
        looker.framing.send_close(1000, "bye")
        looker.flush()
        assert await looker.heard() == [1000]
        assert looker.line.is_half_closed
        assert service.simulator.in_flight == 0
        row = live(service)
        assert (row["status"], row["ending"], row["chunks"], row["received"]) == (101, "complete", 3, 2)

    virtually(main())


def test_what_is_published_reaches_every_open_session_at_once() -> None:
    async def main() -> None:
        service = board()
        lookers = [Looker(service) for _ in range(3)]
        for looker in lookers:
            await looker.heard()
        other = Line(service)
        other.send(pin("hello"))
        assert [await looker.heard() for looker in lookers] == [["hello"]] * 3
        lookers[0].say("follow chat")
        lookers[1].say("say hi")
        assert await lookers[0].heard() == ["following chat", "s2: hi"]
        await asyncio.sleep(30.0)
        service.simulator.run_due(30.0)
        assert await lookers[2].heard() == ["beat"]

    virtually(main())


def test_a_message_in_fragments_is_one_message_with_pings_in_between() -> None:
    async def main() -> None:
        service = board()
        looker = Looker(service)
        await looker.heard()
        looker.framing.send_text(b"fol", fin=False)
        looker.framing.send_ping(b"there?")
        looker.framing.send_continuation(b"low \xc3", fin=False)
        looker.framing.send_continuation(b"\xa9", fin=True)
        looker.flush()
        assert await looker.heard() == [("PONG", b"there?"), "following é"]
        assert (service.simulator.in_flight, live_count(service)) == (1, 1)

    def live_count(service: Service) -> int:
        return int(service.simulator.status()["sessions"]["open"])

    virtually(main())


def test_the_vendor_may_close_and_says_nothing_more() -> None:
    async def main() -> None:
        service = board()
        looker = Looker(service)
        await looker.heard()
        looker.say("nonsense")
        assert await looker.heard() == [1008]
        assert service.simulator.in_flight == 1
        looker.flush()  # the client's own half of it
        assert looker.line.is_half_closed
        row = live(service)
        assert (row["ending"], row["chunks"], row["received"]) == ("complete", 1, 1)

    virtually(main())


def test_a_client_that_does_not_answer_the_closing_is_not_waited_for() -> None:
    async def main() -> None:
        service = board(patience=Patience(linger_s=5.0))
        looker = Looker(service)
        looker.say("nonsense")
        await asyncio.sleep(4.9)
        assert service.simulator.in_flight == 1
        await asyncio.sleep(0.2)
        assert (service.simulator.in_flight, live(service)["ending"]) == (0, "complete")
        assert looker.line.is_half_closed

    virtually(main())


@pytest.mark.parametrize(("room", "ending"), [(None, "complete"), (50, "left")])
def test_a_client_that_goes_where_the_vendor_has_closed_has_left_only_if_it_has_not_heard_so(
    room: int | None, ending: str
) -> None:
    async def main() -> None:
        service = board()
        looker = Looker(service, room=room)
        looker.say("nonsense")
        await looker.line.turn()
        looker.line.leave()
        await looker.line.turn()
        assert live(service)["ending"] == ending

    virtually(main())


def test_a_client_that_vanishes_has_left() -> None:
    async def main() -> None:
        service = board()
        looker = Looker(service)
        await looker.heard()
        await asyncio.sleep(2.0)
        looker.line.leave()
        await looker.line.turn()
        row = live(service)
        assert (row["ending"], row["chunks"], row["finished_s"]) == ("left", 1, 2.0)
        assert service.simulator.accounts["a"].state.looking_on == []
        Line(service).send(pin("nobody"))
        assert service.simulator.problems == []

    virtually(main())


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"\x81\x85\x00\x00\x00\x00\xff\xfe\xfd\xfc\xfb", 1007),
        (b"\x81\x05hello", 1002),
        (b"\x83\x80\x00\x00\x00\x00", 1002),
        (b"\x80\x80\x00\x00\x00\x00", 1002),
        (b"\x82\xff\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00", 1009),
    ],
    ids=["no UTF-8", "no mask", "no opcode", "no beginning", "too large"],
)
def test_a_client_that_cannot_be_understood_is_told_why(said: bytes, code: int) -> None:
    async def main() -> None:
        service = board()
        looker = Looker(service)
        await looker.heard()
        looker.line.send(said + b"\x81\x80\x00\x00\x00\x00")
        assert await looker.heard() == [code]
        assert looker.line.is_half_closed
        looker.line.send(b"and more")
        assert (service.simulator.in_flight, live(service)["received"]) == (0, 0)
        assert service.simulator.problems == []

    virtually(main())


def test_a_slow_client_is_waited_for_up_to_a_limit_and_what_reached_it_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("brownout_simulators.hosts.http1.websocket.UNREAD_LIMIT", 2_000)

    async def main() -> None:
        service = board()
        looker, other = Looker(service, room=300), Line(service)
        assert await looker.heard() == ["welcome s1"]
        for _ in range(4):
            other.send(pin("x" * 400))
        await asyncio.sleep(0.1)
        assert (looker.line.ended, service.simulator.in_flight) == ("", 1)
        looker.line.take(10_000)
        assert len(await looker.heard()) == 4
        looker.line.take(-10_000)
        for _ in range(6):
            other.send(pin("y" * 400))
        await asyncio.sleep(0.1)
        assert looker.line.ended == "rst"
        row = live(service)
        assert row["ending"] == "left"
        assert 5 <= row["chunks"] < 11

    virtually(main())


@pytest.mark.parametrize(
    ("rule", "status"),
    [({"respond": {"status": 503}}, 503), ({"throttle": {"rate_per_s": 0.0001, "burst": 1}}, 101)],
)
def test_faults_strike_the_handshake_as_any_call(rule: dict[str, Any], status: int) -> None:
    async def main() -> None:
        line = Line(board(rule))
        line.send(handshake() + pin("after"))
        assert statuses(await line.turn()) == ([101] if status == 101 else [503, 503])

    virtually(main())


@pytest.mark.parametrize(("ending", "seen"), [("reset", "rst"), ("close", "fin")])
def test_a_dropped_handshake_ends_without_a_byte(ending: str, seen: str) -> None:
    async def main() -> None:
        line = Line(board({"drop_after_effect": {"ending": ending}}))
        line.send(handshake())
        assert (await line.turn(), line.ended) == (b"", seen)

    virtually(main())


@pytest.mark.parametrize(
    ("rule", "heard", "ended", "ending"),
    [
        ({"after_messages": 1}, ["welcome s1", 1011], "", "complete"),
        ({"after_messages": 1, "code": 1012}, ["welcome s1", 1012], "", "complete"),
        ({"after_messages": 1, "ending": "reset"}, None, "rst", "reset"),
        ({"after_messages": 1, "ending": "hang"}, ["welcome s1"], "", "hang"),
    ],
)
def test_a_session_that_a_fault_ends_ends_as_it_says(
    rule: dict[str, Any], heard: list[Any] | None, ended: str, ending: str
) -> None:
    async def main() -> None:
        service = board({"break_session": rule})
        looker = Looker(service)
        got = await looker.heard()
        assert heard is None or got == heard
        if ending == "hang":
            looker.say("say anything")
            assert await looker.heard() == []
        looker.flush()  # what answers a closing frame
        looker.line.leave()
        await looker.line.turn()
        assert looker.line.ended == ended or not ended
        assert (live(service)["ending"], live(service)["faults"]) == (ending, ["r0"])

    virtually(main())


def test_a_slow_handshake_is_not_spoken_before_it_is_made() -> None:
    async def main() -> None:
        service = board({"latency": {"fixed_s": 1.0}})
        looker = Looker(service)
        looker.say("follow you")
        assert await looker.heard() == []
        await asyncio.sleep(1.0)
        assert await looker.heard() == ["welcome s1", "following you"]

    virtually(main())


@pytest.mark.parametrize(
    "changed", [{"Sec_WebSocket_Version": "8"}, {"Sec_WebSocket_Key": "short"}, {"Connection": "close"}]
)
def test_a_handshake_that_is_not_right_is_no_call(changed: dict[str, str]) -> None:
    async def main() -> None:
        service = board()
        line = Line(service)
        line.send(handshake(**changed))
        assert statuses(await line.turn()) == [400]
        assert rows(service) == []

    virtually(main())


def test_a_route_without_sessions_answers_a_handshake_as_any_request_and_reads_on() -> None:
    async def main() -> None:
        line = Line(board())
        line.send(handshake("/nowhere") + pin("after"))
        assert statuses(await line.turn()) == [404, 201]

    virtually(main())


def test_a_reset_cuts_a_session_off() -> None:
    async def main() -> None:
        service = board()
        looker = Looker(service)
        await looker.heard()
        service.simulator.reset()
        await looker.line.turn()
        assert looker.line.ended == "rst"
        assert (service.simulator.in_flight, rows(service)) == (0, [])
        assert not service.connections

    virtually(main())


def test_a_defect_of_the_vendors_session_is_a_problem_and_closes_it() -> None:
    async def main() -> None:
        service = board()
        looker = Looker(service)
        await looker.heard()
        looker.say("break")
        assert await looker.heard() == [1011]
        assert len(service.simulator.problems) == 1

    virtually(main())
