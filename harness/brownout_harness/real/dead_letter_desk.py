"""The gateway's dead letters over HTTP: redrive them, and read what is there at the end."""

from typing import Any

from brownout_harness.letters import letter_row
from brownout_harness.problems import NotJudged
from brownout_harness.real.http_json import NoAnswer, call

PAGE = 500
READ_TIMEOUT_S = 10.0
REDRIVE_TIMEOUT_S = 60.0


def redrive(url: str) -> str:
    """Have every waiting letter sent again; returns the answer in words.

    Raises:
        NotJudged: the gateway does not answer, or says no.
    """
    try:
        answer = call("POST", f"{url}/dead-letters/redrive", {}, timeout_s=REDRIVE_TIMEOUT_S)
    except NoAnswer as error:
        raise NotJudged(f"the gateway did not redrive its dead letters: {error}") from None
    if answer.status >= 300:
        raise NotJudged(f"the gateway did not redrive its dead letters: it answered {answer.status}")
    return ", ".join(f"{name} {count}" for name, count in (answer.json or {}).items() if isinstance(count, int))


def letters(url: str, wall_start_s: float) -> list[dict[str, Any]]:
    """Every letter, also those that are done with. Instants are counted from the run's start.

    Raises:
        NotJudged: the gateway does not show them.
    """
    shown: list[dict[str, Any]] = []
    after = ""
    while True:
        try:
            answer = call("GET", f"{url}/dead-letters?state=all&limit={PAGE}&after={after}", timeout_s=READ_TIMEOUT_S)
        except NoAnswer as error:
            raise NotJudged(f"the gateway does not show its dead letters: {error}") from None
        if answer.status != 200:
            raise NotJudged(f"the gateway does not show its dead letters: it answered {answer.status}")
        page = answer.json["dead_letters"]
        shown += [letter_row(letter, wall_start_s) for letter in page]
        if len(page) < PAGE:
            return shown
        after = page[-1]["id"]
