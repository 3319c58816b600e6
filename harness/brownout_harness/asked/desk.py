"""An operator at the application's desk: what he asks for, letter by letter, and what he is told.

Without any input or output, as `dead_letters.py`, which sends again and reads them all.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final
from urllib.parse import quote, urlencode

from brownout_core.records import OPEN_STATES
from brownout_harness.asked.dead_letters import SHOWN_AT_ONCE, Answered, Dialogue, json_said, onward, redrive
from brownout_harness.asked.exchange import json_bytes
from brownout_harness.asked.request import Request
from brownout_harness.judging.orders import CLOSE, DISCARD, DONE, HEALTH, OPEN, REDRIVE, Came, Order
from brownout_harness.problems import NotJudged
from brownout_scenarios.phases import Action, ByHand, Discard, Redrive

Clock = Callable[[], float]
"""Seconds since the run's start."""

_JSON: Final = {"Content-Type": "application/json"}
_TO_BREAKER: Final = {"open": OPEN, "closed": CLOSE}


def visit(action: Action, now_s: Clock) -> Dialogue[Came]:
    """What the action has an operator do; returns what came of it.

    Raises:
        NotJudged: there was nothing to do it to, or the gateway does not answer.
    """
    if action.discard is not None:
        return _discard(action.discard, now_s)
    if action.breaker is not None:
        return _move(action.breaker, now_s)
    if action.health is not None:
        return _ask(action.health, now_s)
    if action.redrive is not None and action.redrive.operations is not None:
        return _redrive(action.redrive, action.redrive.operations, now_s)
    return _redrive_all()


def _redrive_all() -> Dialogue[Came]:
    return Came((yield from redrive()))


def _redrive(wanted: Redrive, operations: str, now_s: Clock) -> Dialogue[Came]:
    orders: list[Order] = []
    for letter_id, operation_id in (yield from _letters(operations)):
        asked_s = now_s()
        path = f"/dead-letters/{quote(letter_id, safe='')}/redrive"
        answer = yield Request("POST", path, _JSON, json_bytes({"insist": wanted.insist}))
        told = str(json_said(answer, "redrive a dead letter").get("outcome"))
        orders.append(Order(REDRIVE, letter_id, asked_s, now_s(), told, operation_id))
    return _came(orders)


def _discard(wanted: Discard, now_s: Clock) -> Dialogue[Came]:
    orders: list[Order] = []
    for letter_id, operation_id in (yield from _letters(wanted.operations)):
        asked_s = now_s()
        answer = yield Request("DELETE", f"/dead-letters/{quote(letter_id, safe='')}", {}, b"")
        told = _told(answer, "discard a dead letter", {204: DONE, 404: "not found", 409: "conflict"})
        orders.append(Order(DISCARD, letter_id, asked_s, now_s(), told, operation_id))
    return _came(orders)


def _move(wanted: ByHand, now_s: Clock) -> Dialogue[Came]:
    asked_s = now_s()
    what = _TO_BREAKER[wanted.to]
    answer = yield Request("POST", f"/breakers/{wanted.vendor}/{what}", _JSON, b"")
    told = _told(answer, f"{what} a breaker", {204: DONE})
    return _came([Order(what, wanted.vendor, asked_s, now_s(), told)])


def _ask(expected: str, now_s: Clock) -> Dialogue[Came]:
    asked_s = now_s()
    answer = yield Request("GET", "/health", {}, b"")
    said = answer._replace(status=200) if answer.status == 503 else answer  # who is unhealthy says so with a 503
    told = str(json_said(said, "say how it is").get("status"))
    return _came([Order(HEALTH, "", asked_s, now_s(), told, expected=expected)])


def _letters(operations: str) -> Dialogue[list[tuple[str, str]]]:
    """The ids of those that want something done, and of whose operation, oldest first; each as its own page shows it.

    Raises `NotJudged` where there is none: what the scenario ordered could not be done.
    """
    found: list[tuple[str, str]] = []
    after: str | None = ""
    while after is not None:
        states = [("state", each.value) for each in OPEN_STATES]
        query = urlencode([*states, ("limit", SHOWN_AT_ONCE), ("after", after)])
        said = json_said((yield Request("GET", f"/dead-letters?{query}", {}, b"")), "show its dead letters")
        try:
            found += [_named(each) for each in said["dead_letters"]]
            following = said["next_after"]
        except (KeyError, TypeError):
            raise NotJudged("the gateway shows a dead letter that cannot be read") from None
        after = onward(after, following)
    wanted = [each for each in found if fnmatchcase(each[1], operations)]
    if not wanted:
        raise NotJudged(f"no dead letter of {operations} waits at the desk: there is nothing to order")
    for letter_id, operation_id in wanted:
        answer = yield Request("GET", f"/dead-letters/{quote(letter_id, safe='')}", {}, b"")
        shown = json_said(answer, "show a dead letter")
        if _named(shown) != (letter_id, operation_id):
            raise NotJudged(f"the gateway shows another letter than {letter_id}")
    return wanted


def _named(shown: Mapping[str, Any]) -> tuple[str, str]:
    return str(shown["id"]), str(shown["operation_id"])


def _told(answer: Answered, deed: str, words: Mapping[int, str]) -> str:
    if answer.status not in words:
        why = answer.error or (f"it answered {answer.status}" if answer.status else "no answer")
        raise NotJudged(f"the gateway did not {deed}: {why}")
    return words[answer.status]


def _came(orders: list[Order]) -> Came:
    counts = Counter(each.told for each in orders)
    return Came(", ".join(f"{count} {told}" for told, count in sorted(counts.items())), tuple(orders))
