"""Follows an operation that was taken on, until its state is an end or its time is over. Needs gevent.

Over a session of its own: who asks for states takes no connection from who arrives.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import gevent  # type: ignore[import-untyped]

from brownout_harness.asked.exchange import Reading
from brownout_harness.asked.until import Following, Look, Pursuit, look_for, states_text
from brownout_harness.load.plan import Planned
from brownout_harness.load.reading import Answer


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
        look = look_for(following, arrival.operation_id, taken_on.body, arrival.headers)
    except ValueError as why:
        return Followed(reading._replace(detail=str(why)), states_text([]), None)
    request = arrival._replace(
        name=f"state of {arrival.name}", method="GET", path=look.path, headers=look.headers, body=""
    )
    pursuit = Pursuit(following, reading, taken_on_s=taken_on.finished_s - start_at_s)
    while pursuit.goes_on(time.monotonic() - start_at_s):
        gevent.sleep(pursuit.every_s)
        answer = ask(request)
        heard(answer.body)
        pursuit.take(answer.finished_s - start_at_s, answer.status, answer.body, answer.error)
    return Followed(pursuit.reading, pursuit.states, look)
