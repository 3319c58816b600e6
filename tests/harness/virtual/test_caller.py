"""Callers ask at their instants, hang up when they have waited long enough, and ask again where told to."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from brownout_core.front_door.answers import Answer
from brownout_core.front_door.telling import Outlet, event
from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.operations import NOT_SENT
from brownout_harness.asked.request import Request
from brownout_harness.asked.tokens import MINTED, Minter, Text
from brownout_harness.asked.users import Turn
from brownout_harness.virtual.caller import Callers
from brownout_harness.virtual.life import Killed
from brownout_reports.rows import OperationRow
from brownout_scenarios.groups import workload_of
from brownout_scenarios.workload import Arrivals, AskAgain, Operation, Workload
from tests.support.aio import virtually

SECRET = "sk_test_planted_0001"
DONE = Answer(200, {}, b'{"status": "done"}')


class Stand:
    """A server that answers each ask as a function of its number says."""

    def __init__(self, answer: Callable[[int], tuple[float, Answer | BaseException]]) -> None:
        self._answer = answer
        self.asked_at_s: list[float] = []
        self.listens = True

    def serve(self, request: Request, *, name: str, outlet: Outlet | None = None) -> asyncio.Task[Answer] | None:
        assert (request.path, request.headers["X-Correlation-ID"]) == ("/v1/pay", name)
        if not self.listens:
            return None
        self.asked_at_s.append(asyncio.get_running_loop().time())
        return asyncio.get_running_loop().create_task(self._work(len(self.asked_at_s)), name=name)

    async def _work(self, number: int) -> Answer:
        delay_s, answer = self._answer(number)
        await asyncio.sleep(delay_s)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def arrivals(*instants: float) -> tuple[Arrival, ...]:
    return tuple(
        Arrival(f"pay-{n}", "pay", at_s, {"amount": 500, "currency": "usd"}) for n, at_s in enumerate(instants)
    )


def workload(*, again: AskAgain | None = None, within_s: float = 30.0, limit: int = 100) -> Workload:
    return Workload(arrivals=Arrivals(rate_per_s=1.0), operations=(Operation(name="pay"),), ask_again=again,
                    answer_within_s=within_s, in_flight_limit=limit)  # fmt: skip


def drive(stand: Stand, asked: tuple[Arrival, ...], how: Workload) -> list[OperationRow]:
    return driven(stand, asked=asked, how=how)[1]


def driven(*stands: Stand, asked: tuple[Arrival, ...], how: Workload) -> tuple[Callers, list[OperationRow]]:
    """The callers, and what they recorded."""
    servers = {f"gateway.{number}": stand for number, stand in enumerate(stands)}
    rows: list[OperationRow] = []

    async def main() -> Callers:
        callers = Callers(iter(asked), how, GATEWAY_OPERATIONS, servers, record=rows.append, secrets=[SECRET])
        await callers.run()
        return callers

    return virtually(main()), rows


def test_nobody_waits_for_anybody_else() -> None:
    stand = Stand(lambda _n: (10.0, DONE))
    rows = drive(stand, arrivals(1.0, 1.5, 2.0), workload())
    assert stand.asked_at_s == [1.0, 1.5, 2.0]
    assert [(row.outcome, row.finished_s) for row in rows] == [
        ("done", 11.0),
        ("done", 11.5),
        ("done", 12.0),
    ]


def test_who_has_waited_long_enough_hangs_up_and_asks_again() -> None:
    stand = Stand(lambda n: (60.0, DONE) if n == 1 else (0.5, DONE))
    rows = drive(stand, arrivals(0.0), workload(again=AskAgain(after_s=1.0, times=3), within_s=2.0))
    row = rows[0]
    assert stand.asked_at_s == [0.0, 3.0]
    assert (row.outcome, row.asks, row.finished_s, row.longest_ask_s) == ("done", 2, 3.5, 2.0)


def test_asking_again_ends_after_so_many_times() -> None:
    stand = Stand(lambda _n: (0.0, Answer(504, {}, b"{}")))
    rows = drive(stand, arrivals(0.0), workload(again=AskAgain(after_s=1.0, times=3)))
    assert (rows[0].outcome, rows[0].asks, rows[0].again_at) == ("unknown", 4, "[1.0, 2.0, 3.0]")


REFUSED = Answer(402, {}, b'{"status": "refused", "code": "card_declined"}')
IMPATIENT = AskAgain(after_s=1.0, times=3, on=("unknown", "refused"))


def test_who_is_refused_asks_again_only_where_told_to() -> None:
    stand = Stand(lambda n: (0.0, REFUSED if n == 1 else DONE))
    (patient,) = drive(stand, arrivals(0.0), workload(again=AskAgain(after_s=1.0, times=3)))
    assert (patient.outcome, patient.asks, patient.after_refusal_s) == ("refused", 1, None)
    stand = Stand(lambda n: (0.0, REFUSED if n == 1 else DONE))
    (impatient,) = drive(stand, arrivals(0.0), workload(again=IMPATIENT))
    assert (impatient.outcome, impatient.asks, impatient.status) == ("done", 2, 200)
    assert impatient.after_refusal_s == 1.0


def test_the_last_ask_after_a_refusal_is_noted_whatever_came_between() -> None:
    answers = [REFUSED, Answer(504, {}, b"{}"), REFUSED, DONE]
    stand = Stand(lambda n: (0.0, answers[n - 1]))
    (row,) = drive(stand, arrivals(0.0), workload(again=IMPATIENT))
    assert (row.outcome, row.again_at, row.after_refusal_s) == ("done", "[1.0, 2.0, 3.0]", 3.0)


def test_who_asks_again_only_after_a_refusal_leaves_what_is_unknown() -> None:
    stand = Stand(lambda _n: (0.0, Answer(504, {}, b"{}")))
    (row,) = drive(stand, arrivals(0.0), workload(again=AskAgain(on=("refused",))))
    assert (row.outcome, row.asks) == ("unknown", 1)


def test_a_credential_in_any_answer_is_noted_and_not_kept() -> None:
    """Also in one that another answer followed."""
    told = Answer(504, {}, f'{{"message": "no such key: {SECRET}"}}'.encode())
    stand = Stand(lambda n: (0.0, told if n == 1 else DONE))
    leaking, clean = drive(stand, arrivals(0.0, 5.0), workload(again=AskAgain(after_s=1.0, times=3)))
    assert (leaking.outcome, leaking.leaked) == ("done", '{"message": "no such key: *****"}')
    assert clean.leaked == ""


def test_where_nothing_listens_the_ask_is_unknown() -> None:
    stand = Stand(lambda _n: (0.0, DONE))
    stand.listens = False
    rows = drive(stand, arrivals(0.0), workload())
    assert (rows[0].outcome, rows[0].detail) == ("unknown", "connection_refused")


def test_an_answer_that_died_with_the_application_is_a_lost_connection() -> None:
    stand = Stand(lambda _n: (1.0, Killed()))
    rows = drive(stand, arrivals(0.0), workload())
    assert rows[0].detail == "connection_lost"


def test_an_answer_that_says_nothing_leaves_it_open() -> None:
    stand = Stand(lambda _n: (0.0, Answer(500, {}, b"")))
    rows = drive(stand, arrivals(0.0), workload())
    assert (rows[0].outcome, rows[0].status) == ("unknown", 500)


def test_beyond_the_bound_on_operations_in_flight_arrivals_are_left_out_and_said_to_be() -> None:
    stand = Stand(lambda _n: (10.0, DONE))
    rows = drive(stand, arrivals(0.0, 1.0, 2.0), workload(limit=2))
    assert [row.detail for row in rows] == [NOT_SENT, "", ""]
    assert rows[0].asks == 0


def test_each_group_has_its_own_patience_and_its_own_bound() -> None:
    first, second = workload(again=IMPATIENT, limit=1), workload(within_s=2.0, limit=2)
    groups = [replace(first, name="impatient"), replace(second, name="calm")]
    asked = arrivals(0.0, 0.1, 0.2, 0.3)
    names = ("impatient", "impatient", "calm", "calm")
    came = tuple(replace(each, group=name) for each, name in zip(asked, names, strict=True))
    stand = Stand(lambda _n: (10.0, DONE))
    rows = sorted(drive(stand, came, workload_of(groups)), key=lambda row: row.intended_s)
    told = [(row.group, row.detail, row.finished_s) for row in rows]
    assert told == [
        ("impatient", "", 10.0),
        ("impatient", NOT_SENT, 0.1),
        ("calm", "timeout", 2.2),
        ("calm", "timeout", 2.3),
    ]


def turns(*thoughts: float, name: str = "u1") -> Iterator[Turn]:
    """What a user asks for, after so long a thought each time."""
    for number, think_s in enumerate(thoughts):
        asked = Arrival(f"pay-{name}-{number}", "pay", 0.0, {"amount": 500, "currency": "usd"})
        yield Turn(think_s, asked, name)


def used(*stands: Stand, users: list[Iterator[Turn]], how: Workload, ends_s: float = 100.0) -> list[OperationRow]:
    rows: list[OperationRow] = []

    async def main() -> int:
        servers = {f"gateway.{number}": stand for number, stand in enumerate(stands)}
        callers = Callers((), how, GATEWAY_OPERATIONS, servers, record=rows.append, users=users, ends_s=ends_s)
        await callers.run()
        return callers.offered

    assert virtually(main()) == len(rows)
    return rows


def test_a_user_asks_again_only_after_the_answer_and_a_thought() -> None:
    stand = Stand(lambda n: (10.0 if n == 1 else 0.5, DONE))
    rows = used(stand, users=[turns(1.0, 2.0, 3.0)], how=workload())
    assert stand.asked_at_s == [1.0, 13.0, 16.5]
    assert [row.intended_s for row in rows] == [row.sent_s for row in rows] == stand.asked_at_s


def test_each_user_goes_at_his_own_pace() -> None:
    stand = Stand(lambda _n: (1.0, DONE))
    rows = used(stand, users=[turns(1.0, 1.0, 1.0), turns(1.5, 5.0, name="u2")], how=workload())
    assert [row.sent_s for row in rows] == [1.0, 1.5, 3.0, 5.0, 7.5]


def test_nobody_asks_any_more_when_the_load_has_ended_and_everyone_is_answered() -> None:
    stand = Stand(lambda _n: (3.0, DONE))
    rows = used(stand, users=[turns(*[2.0] * 50)], how=workload(), ends_s=12.0)
    assert [(row.sent_s, row.finished_s) for row in rows] == [(2.0, 5.0), (7.0, 10.0)]
    assert used(Stand(lambda _n: (0.0, DONE)), users=[turns(99.0), turns()], how=workload(), ends_s=12.0) == []


def test_a_user_who_asks_again_thinks_after_the_last_answer() -> None:
    stand = Stand(lambda n: (0.5, REFUSED if n == 1 else DONE))
    rows = used(stand, users=[turns(1.0, 2.0)], how=workload(again=IMPATIENT))
    assert [(row.sent_s, row.finished_s, row.asks) for row in rows] == [(1.0, 3.0, 2), (5.0, 5.5, 1)]


def test_nobody_may_come_at_all() -> None:
    callers, rows = driven(Stand(lambda _n: (0.0, DONE)), asked=(), how=workload())
    assert (callers.offered, rows) == (0, [])


def test_of_two_each_is_asked_in_turn_also_while_one_listens_to_nobody() -> None:
    up, down = Stand(lambda _n: (0.5, DONE)), Stand(lambda _n: (0.5, DONE))
    down.listens = False
    _, rows = driven(up, down, asked=arrivals(1.0, 2.0, 3.0), how=workload(again=AskAgain(after_s=1.0, times=3)))
    assert up.asked_at_s == [1.0, 3.0, 3.0]
    assert {row.operation_id: row.replicas for row in rows} == {
        "pay-0": ("gateway.0",),
        "pay-1": ("gateway.1", "gateway.0"),
        "pay-2": ("gateway.0",),
    }
    assert [row.outcome for row in rows] == ["done"] * 3


def test_of_one_nobody_notes_whom_he_asked() -> None:
    (row,) = drive(Stand(lambda _n: (0.5, DONE)), arrivals(1.0), workload())
    assert row.replicas == ()


def test_of_users_who_wait_each_goes_round_by_itself() -> None:
    stands = [Stand(lambda _n: (0.5, DONE)) for _ in range(2)]
    rows = used(*stands, users=[turns(1.0, 1.0, 1.0), turns(1.2, 1.2, name="u2")], how=workload())
    asked = {row.operation_id: row.replicas for row in rows}
    assert asked == {
        "pay-u1-0": ("gateway.0",),
        "pay-u1-1": ("gateway.1",),
        "pay-u1-2": ("gateway.0",),
        "pay-u2-0": ("gateway.1",),
        "pay-u2-1": ("gateway.0",),
    }


def test_a_token_is_made_when_it_is_first_sent() -> None:
    """A caller who asks again sends what he sent before: under one operation's id another body would be refused."""
    made: list[tuple[str, str]] = []
    bodies: list[bytes] = []

    class Door(Stand):
        def serve(self, request: Request, *, name: str, outlet: Outlet | None = None) -> asyncio.Task[Answer] | None:
            bodies.append(request.body)
            return super().serve(request._replace(path="/v1/pay"), name=name)

    class Mint(Minter):
        def filled(self, text: Text, kind: str, operation_id: str) -> Text:
            made.append((operation_id, kind))
            return text.replace(MINTED, "t") if isinstance(text, str) else text.replace(MINTED.encode(), b"t")

    asked = tuple(Arrival(f"in-{n}", "sign_in", at_s, {"token": "good"}) for n, at_s in enumerate((1.0, 99.0)))
    how = replace(workload(again=AskAgain(after_s=1.0, times=1)), operations=(Operation(name="sign_in"),))
    rows: list[OperationRow] = []

    async def main() -> None:
        door = Door(lambda _n: (0.0, Answer(504, {}, b"{}")))
        callers = Callers(
            iter(asked), how, GATEWAY_OPERATIONS, {"a": door}, record=rows.append, minter=Mint("", "", lambda: 0.0)
        )
        await asyncio.sleep(0.5)
        assert made == []
        await callers.run()

    virtually(main())
    assert made == [("in-0", "good"), ("in-1", "good")]
    assert bodies == [b'{"token":"t"}'] * 4


class Teller:
    """Tells its answer as it is made: chunks, each after so many seconds."""

    def __init__(self, *chunks: tuple[float, bytes], cut: bool = False, dies: bool = False) -> None:
        self._chunks = chunks
        self._cut = cut
        self._dies = dies
        self.was_left = False

    def serve(self, _request: Request, *, name: str, outlet: Outlet | None = None) -> asyncio.Task[Answer]:
        return asyncio.get_running_loop().create_task(self._tell(outlet), name=name)

    async def _tell(self, outlet: Outlet | None) -> Answer:
        assert outlet is not None
        outlet.leaving_ends_it()
        try:
            for place, (delay_s, chunk) in enumerate(self._chunks):
                await asyncio.sleep(delay_s)
                if not place:
                    await outlet.begin(200, {})
                await outlet.write(chunk)
        except asyncio.CancelledError:
            self.was_left = True
            raise
        if self._dies:
            raise Killed
        if self._cut:
            outlet.cut()
        return Answer(200, {}, b"")


END = event("done", {"http_status": 200, "characters": 3, "status": "done", "by": "offline"})
HEL = event("piece", {"text": "Hel"})


def heard(*tellers: Teller, within_s: float = 30.0, again: AskAgain | None = None) -> OperationRow:
    rows: list[OperationRow] = []
    turn = iter(tellers)

    class Each:
        def serve(self, request: Request, *, name: str, outlet: Outlet | None = None) -> asyncio.Task[Answer]:
            return next(turn).serve(request, name=name, outlet=outlet)

    async def main() -> None:
        asked = iter([Arrival("assist-1", "assist", 1.0, {"text": "?", "stream": True})])
        how = replace(workload(again=again, within_s=within_s), operations=(Operation(name="assist"),))
        await Callers(asked, how, GATEWAY_OPERATIONS, {"": Each()}, record=rows.append, secrets=[SECRET]).run()

    virtually(main())
    return rows[0]


def test_a_stream_is_read_to_its_end_and_its_first_piece_and_its_silences_are_noted() -> None:
    row = heard(Teller((2.0, HEL), (0.5, END)))
    assert (row.outcome, row.status, row.finished_s) == ("done", 200, 3.5)
    assert (row.first_piece_s, row.longest_gap_s) == (3.0, 0.5)


@pytest.mark.parametrize(
    ("teller", "detail", "status"),
    [
        (Teller((1.0, HEL)), "stream_without_end", 200),
        (Teller((1.0, HEL), (1.0, END[:-1])), "stream_without_end", 200),
        (Teller((1.0, HEL), cut=True), "connection_lost", 0),
        (Teller((1.0, HEL), (1.0, END), dies=True), "connection_lost", 0),
        (Teller((1.0, HEL), (60.0, END)), "timeout", 0),
    ],
    ids=["no end", "half an end", "cut", "died", "gave up"],
)
def test_a_stream_that_is_cut_in_the_middle_is_never_done(teller: Teller, detail: str, status: int) -> None:
    row = heard(teller)
    assert (row.outcome, row.detail, row.status, row.first_piece_s) == ("unknown", detail, status, 2.0)


def test_who_hangs_up_ends_what_is_told_and_the_silence_until_then_is_one() -> None:
    teller = Teller((1.0, HEL), (60.0, END))
    row = heard(teller, within_s=10.0)
    assert (teller.was_left, row.longest_gap_s) == (True, 9.0)


def test_a_silence_of_an_earlier_answer_is_not_forgotten_and_the_first_piece_is_the_last_answers() -> None:
    stalled, good = Teller((1.0, HEL), (8.0, HEL)), Teller((2.0, HEL), (0.1, END))
    row = heard(stalled, good, again=AskAgain(after_s=1.0, times=1))
    assert (row.outcome, row.asks, row.longest_gap_s, row.first_piece_s) == ("done", 2, 8.0, 13.0)


def test_a_credential_that_is_spread_over_pieces_is_noted_also_where_the_rest_never_came() -> None:
    row = heard(Teller(*((0.1, event("piece", {"text": part})) for part in (SECRET[:9], SECRET[9:]))))
    assert "*****" in row.leaked
