"""Where the application in virtual time is asked for its dead letters, as its gateway is over HTTP.

A stand-in for the gateway's own door: it takes the same requests and gives the same answers.
"""

import asyncio
import json
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs, urlsplit

from brownout_core.application import Application, DeadLetterDesk
from brownout_core.policies.dead_letter import Redrive
from brownout_core.records import DeadLetter, LetterState
from brownout_harness.asked.dead_letters import Answered
from brownout_harness.asked.exchange import Request, json_bytes
from brownout_harness.virtual.life import Killed

WAITING = (LetterState.WAITING, LetterState.REDRIVING)
RATE_PER_S = 20.0
CANARIES = 3
STOP_SHARE = 0.2


async def ask(application: Application | None, request: Request) -> Answered:
    """The answer to one request; none where nothing listens, or where it dies meanwhile."""
    if application is None:
        return Answered(0, error="connection_refused")
    try:
        if request.method == "POST":
            answer = await _redrive(application.dead_letters, **json.loads(request.body))
        else:
            answer = await _page(application.dead_letters, parse_qs(urlsplit(request.path).query))
    except Killed:
        return Answered(0, error="connection_lost")
    except Exception as defect:  # noqa: BLE001 - what a server makes of it
        return Answered(500, error=repr(defect))
    return Answered(200, json_bytes(answer))


async def _redrive(desk: DeadLetterDesk, limit: int, after: str) -> dict[str, Any]:
    """Each letter that waits is sent once, oldest first; stopped where the first ones show that it is no use yet."""
    loop = asyncio.get_running_loop()
    letters = await desk.page(states=WAITING, limit=limit, after=after)
    redriven: list[dict[str, Any]] = []
    failed = 0
    for letter in letters:
        next_at_s = loop.time() + 1 / RATE_PER_S
        came = await desk.redrive(letter.id)
        redriven.append({"id": came.id, "outcome": came.outcome.value, "detail": came.detail})
        failed += came.outcome in {Redrive.FAILED, Redrive.NOT_SENT}
        if failed == len(redriven) == CANARIES or (len(redriven) > CANARIES and failed > STOP_SHARE * len(redriven)):
            return {"redriven": redriven, "next_after": letter.id, "stopped": True}
        await asyncio.sleep(max(0.0, next_at_s - loop.time()))
    return {"redriven": redriven, "next_after": letters[-1].id if len(letters) == limit else None, "stopped": False}


async def _page(desk: DeadLetterDesk, query: dict[str, list[str]]) -> dict[str, Any]:
    limit = int(query["limit"][0])
    states = [LetterState(state) for state in query["state"]]
    letters = await desk.page(states=states, limit=limit, after=query.get("after", [""])[0])
    return {
        "dead_letters": [_shown(letter) for letter in letters],
        "next_after": letters[-1].id if len(letters) == limit else None,
    }


def _shown(letter: DeadLetter) -> dict[str, Any]:
    return {**asdict(letter), "operation_id": letter.correlation_id, "payload": json.loads(letter.payload)}
