"""The gateway's dead letters over HTTP: redrive them, and read what is there at the end."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from brownout_core.records import LetterState
from brownout_harness.judging.letters import letter_row
from brownout_harness.problems import NotJudged
from brownout_harness.real.http_json import NoAnswer, call
from brownout_reports.rows import LetterRow

PAGE = 1000
"""The most that the gateway shows, or redrives, at once."""
ROUNDS = 100
READ_TIMEOUT_S = 10.0
REDRIVE_TIMEOUT_S = 60.0


def redrive(url: str) -> str:
    """Have every waiting letter sent again, each once; returns what came of it, in words.

    Raises:
        NotJudged: the gateway does not answer, or says no.
    """
    outcomes: Counter[str] = Counter()
    for _ in range(ROUNDS):
        redriven = _ask("POST", f"{url}/dead-letters/redrive", REDRIVE_TIMEOUT_S, {"limit": PAGE})["redriven"]
        outcomes.update(str(each["outcome"]) for each in redriven)
        if len(redriven) < PAGE:
            break
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    return counts or "none was waiting"


def letters(url: str, wall_start_s: float) -> list[LetterRow]:
    """Every letter, also those that are done with. Instants are counted from the run's start.

    Raises:
        NotJudged: the gateway does not show them.
    """
    shown: list[LetterRow] = []
    after: str | None = ""
    while after is not None:
        query = urlencode([*(("state", state.value) for state in LetterState), ("limit", PAGE), ("after", after)])
        page = _ask("GET", f"{url}/dead-letters?{query}", READ_TIMEOUT_S)
        shown += [letter_row(letter, wall_start_s) for letter in page["dead_letters"]]
        after = page["next_after"]
    return shown


def _ask(method: str, url: str, timeout_s: float, body: Any = None) -> Any:
    deed = "show its dead letters" if method == "GET" else "redrive its dead letters"
    try:
        answer = call(method, url, body, timeout_s=timeout_s)
    except NoAnswer as error:
        raise NotJudged(f"the gateway did not {deed}: {error}") from None
    if answer.status != 200:
        raise NotJudged(f"the gateway did not {deed}: it answered {answer.status}")
    return answer.json
