"""Follows what was taken on to be finished later, in virtual time, and looks once more when all is at rest."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from brownout_core.front_door.answers import Answer
from brownout_harness.asked.exchange import Reading
from brownout_harness.asked.request import Request
from brownout_harness.asked.until import Following, Look, Pursuit, look_for, one_more, states_text
from brownout_harness.virtual.life import Killed
from brownout_reports.rows import OperationRow, Outcome
from brownout_scenarios.workload import Workload


class Server(Protocol):
    """What answers."""

    def serve(self, request: Request, *, name: str) -> "asyncio.Future[Answer] | None":
        """Begin to answer; None where nothing listens."""
        ...


class Came(NamedTuple):
    """Of one ask."""

    status: int
    body: bytes
    error: str
    """Why there is no whole answer; else empty."""


class Followed(NamedTuple):
    """What came of following one operation."""

    reading: Reading
    states: str
    """As a row holds them."""
    look: Look | None
    """None: the answer did not say where."""


def followings_of(workload: Workload) -> dict[str, Following]:
    """By the operation's name, how it is followed; of those that are not, nothing."""
    return {each.name: Following(each.until) for each in workload.operations if each.until is not None}


async def follow(
    following: Following,
    request: Request,
    answer: bytes,
    reading: Reading,
    *,
    operation_id: str,
    within_s: float,
    next_server: Callable[[], Server],
    heard: Callable[[bytes], None],
) -> Followed:
    """From the answer that took it on, which has come now; `within_s` is one look's patience. Each look goes to the
    next process; `heard` gets what is answered."""
    loop = asyncio.get_running_loop()
    try:
        look = look_for(following, operation_id, answer, request.headers)
    except ValueError as why:
        return Followed(reading._replace(detail=str(why)), states_text([]), None)
    pursuit = Pursuit(following, reading, taken_on_s=loop.time())
    while pursuit.goes_on(loop.time()):
        await asyncio.sleep(pursuit.every_s)
        came = await asked(next_server(), look, operation_id, within_s)
        heard(came.body)
        pursuit.take(loop.time(), *came)
    return Followed(pursuit.reading, pursuit.states, look)


async def asked(server: Server, look: Look, operation_id: str, within_s: float) -> Came:
    """One look."""
    answering = server.serve(Request("GET", look.path, look.headers, b""), name=f"state of {operation_id}")
    if answering is None:
        return Came(0, b"", "connection_refused")
    done, _ = await asyncio.wait([answering], timeout=within_s)
    if not done:
        answering.cancel()
        return Came(0, b"", "timeout")
    if answering.cancelled() or isinstance(answering.exception(), Killed):
        return Came(0, b"", "connection_lost")
    answer = answering.result()
    return Came(answer.status, answer.body, "")


async def with_last_look(
    row: OperationRow, look: Look, following: Following, server: Server, within_s: float
) -> OperationRow:
    """The row with its state of now: what had ended must still have ended so, and what was open may have an end."""
    came = await asked(server, look, row.operation_id, within_s)
    now_s = asyncio.get_running_loop().time()
    changed = one_more(row.outcome, row.states, now_s, following.read(*came))
    if "outcome" in changed:
        changed["outcome"] = Outcome(changed["outcome"])
    return row._replace(**changed)
