"""Follows an operation that was taken on, until its state is an end or its time is over. Needs gevent.

Over a session of its own: who asks for states takes no connection from who arrives.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import gevent  # type: ignore[import-untyped]

from brownout_harness.asked.exchange import Reading
from brownout_harness.asked.until import Following, Seen, states_text
from brownout_harness.load.plan import Planned
from brownout_harness.load.reading import Answer
from brownout_reports.rows import Outcome, StateSeen


class Look(NamedTuple):
    """How the state of one operation is asked for; the harness looks once more when all is at rest."""

    path: str
    headers: dict[str, str]


class Followed(NamedTuple):
    """What came of it."""

    reading: Reading
    states: str
    """As a row holds them."""
    look: Look | None
    """None: the answer did not say where."""


def follow(
    following: Following,
    arrival: Planned,
    taken_on: Answer,
    reading: Reading,
    *,
    start_at_s: float,
    ask: Callable[[Planned], Answer],
    heard: Callable[[bytes], None],
) -> Followed:
    """From the answer that took it on, and its reading. Each change of state is kept; `heard` gets what is answered."""
    try:
        path = following.path(arrival.operation_id, taken_on.body)
    except ValueError as why:
        return Followed(reading._replace(detail=str(why)), states_text([]), None)
    headers = {name: value for name, value in arrival.headers.items() if name.lower() != "content-type"}
    request = arrival._replace(name=f"state of {arrival.name}", method="GET", path=path, headers=headers, body="")
    until = following.until
    give_up_s = taken_on.finished_s + until.within_s
    states: list[StateSeen] = []
    seen = Seen("", Outcome.UNKNOWN)
    while not seen.is_end and time.monotonic() + until.every_s <= give_up_s:
        gevent.sleep(until.every_s)
        answer = ask(request)
        heard(answer.body)
        seen = following.read(answer.status, answer.body, answer.error)
        if seen.means is not Outcome.UNKNOWN and (not states or states[-1].state != seen.state):
            states.append(StateSeen(answer.finished_s - start_at_s, seen.state, seen.means))
    look = Look(path, headers)
    if seen.is_end:
        detail = "" if seen.means is Outcome.DONE else seen.state
    else:
        detail = f"still {states[-1].state if states else f'unreadable ({seen.state})'} after {until.within_s:g} s"
    outcome = seen.means if seen.is_end else Outcome.ACCEPTED
    return Followed(reading._replace(outcome=outcome, detail=detail), states_text(states), look)
