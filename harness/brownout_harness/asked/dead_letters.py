"""The gateway's dead letters, as an operator deals with them over HTTP: send them again, and read what is there.

Without any input or output: each of these is a generator that yields a request, is sent the answer, and returns what
came of it. Both modes drive the same ones: over a socket, and through the gateway's door in place.
"""

import json
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar
from urllib.parse import urlencode

from brownout_core.records import LetterState
from brownout_harness.asked.exchange import json_bytes
from brownout_harness.asked.request import Request
from brownout_harness.problems import NotJudged
from brownout_reports.rows import LetterRow, RowError, read, records_in

T = TypeVar("T")

REDRIVEN_AT_ONCE: Final = 50
"""At the gateway's pace of 20 a second, and at a second each, a lot is done before whoever waits for it gives up."""
SHOWN_AT_ONCE: Final = 1000
"""The most that the gateway shows."""

_HEADERS: Final = {"Content-Type": "application/json"}


class Answered(NamedTuple):
    """What came back; status 0: nothing, and `error` says why."""

    status: int
    body: bytes = b""
    error: str = ""


Dialogue: TypeAlias = Generator[Request, Answered, T]


def redrive() -> Dialogue[str]:
    """Have every letter that waits sent again, each once, oldest first; returns what came of it, in words.

    Raises:
        NotJudged: the gateway does not answer, or says no.
    """
    outcomes: Counter[str] = Counter()
    after: str | None = ""
    stopped = False
    while after is not None and not stopped:
        wanted = {"limit": REDRIVEN_AT_ONCE, "after": after}
        answer = yield Request("POST", "/dead-letters/redrive", _HEADERS, json_bytes(wanted))
        said = json_said(answer, "redrive its dead letters")
        try:
            outcomes.update(str(each["outcome"]) for each in said["redriven"])
            following, stopped = said["next_after"], said["stopped"]
        except (KeyError, TypeError):
            raise NotJudged("the gateway does not say what came of its dead letters") from None
        after = onward(after, following)
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "none was waiting"
    return f"{counts}; stopped, as it was no use yet" if stopped else counts


def onward(after: str, following: str | None) -> str | None:
    """Where to go on; the same place again would be without end."""
    if following == after:
        raise NotJudged("the gateway shows the same dead letters again and again")
    return following


def letters(wall_start_s: float) -> Dialogue[list[LetterRow]]:
    """Every letter, also those that are done with; `wall_start_s` is the run's start on the gateway's wall clock.

    Raises:
        NotJudged: the gateway does not show them.
    """
    shown: list[LetterRow] = []
    after: str | None = ""
    while after is not None:
        query = urlencode(
            [*(("state", state.value) for state in LetterState), ("limit", SHOWN_AT_ONCE), ("after", after)]
        )
        said = json_said((yield Request("GET", f"/dead-letters?{query}", {}, b"")), "show its dead letters")
        try:
            shown += letter_rows(said["dead_letters"], wall_start_s)
            following = said["next_after"]
        except (RowError, KeyError, TypeError, AttributeError) as wrong:
            raise NotJudged(f"the gateway shows a dead letter that cannot be read: {wrong!r}") from None
        after = onward(after, following)
    return shown


def letter_rows(shown: Sequence[Mapping[str, Any]], wall_start_s: float) -> list[LetterRow]:
    """Letters as the judge reads them. Raises `RowError`."""
    return list(records_in(LetterRow, read(LetterRow, shown, start_s=wall_start_s)))


def json_said(answer: Answered, deed: str) -> dict[str, Any]:
    """The object in a good answer. Raises `NotJudged`: the gateway did not do the `deed`."""
    if not answer.status:
        raise NotJudged(f"the gateway did not {deed}: {answer.error or 'no answer'}")
    if answer.status != 200:
        raise NotJudged(f"the gateway did not {deed}: it answered {answer.status}")
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise NotJudged(f"the gateway did not {deed}: its answer is no JSON object")
    return said


def drive(dialogue: Dialogue[T], ask: Callable[[Request], Answered]) -> T:
    """To its end, by a function that asks and waits for the answer."""
    try:
        request = next(dialogue)
        while True:
            request = dialogue.send(ask(request))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
