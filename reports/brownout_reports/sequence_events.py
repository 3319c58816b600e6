"""What the target said of one operation, in words for its picture: what its arrows do not show already.

An attempt is the vendor's to tell of, in its books; so is an answer. The target tells what no book holds: that it
puts a retry off, turns a call away, claims a key, sets something aside.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from brownout_reports.panels import seconds_text
from brownout_reports.rows import EventRow


class Look(StrEnum):
    """What kind of thing a step is."""

    PLAIN = "plain"
    WARM = "warm"  # put off, or turned away
    HOT = "hot"  # went wrong
    FAULT = "fault"
    EFFECT = "effect"


class Told(NamedTuple):
    """One thing that it said."""

    at_s: float
    text: str
    look: Look = Look.PLAIN
    to_stores: bool = False
    """Said of its stores."""
    sets_aside: str = ""
    """The dead letter's id."""
    resolves: str = ""
    """The dead letter's id."""


def took(seconds: float) -> str:
    """How long something took: `538 ms`."""
    rounded = float(f"{seconds:.3g}")
    return seconds_text(rounded) if rounded > 0 else "0 s"


def told(events: Iterable[EventRow], outcomes: set[str]) -> Iterator[Told]:
    """In the order of the events; `outcomes` is what the driver made of the operation's answers."""
    explained: dict[tuple[str, str], bool] = {}
    for event in events:
        call = event.vendor, event.call
        if event.kind == "call_finished":
            if event.outcome != "ok" and not explained.get(call):
                yield Told(event.at_s, f"its call fails: {_words(event.outcome)}", Look.WARM)
        elif event.kind == "operation_finished":
            if _ENDS.get(event.outcome, event.outcome) not in outcomes:
                yield Told(event.at_s, f"ends it: {_words(event.outcome)}", Look.WARM)
        elif event.kind in _SAID:
            yield _SAID[event.kind](event)
        # One that was turned away has failed: saying so once is enough.
        explained[call] = event.kind in {"call_rejected", "retry_suppressed"}


_ENDS: Final = {"dead_lettered": "accepted"}
"""How the target calls what the driver calls otherwise."""


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")


def _put_off(event: EventRow) -> Told:
    try:
        wait = took(float(event.detail))
    except ValueError:
        wait = event.detail
    return Told(event.at_s, f"tries again in {wait}, after {_words(event.outcome)}", Look.WARM)


_SAID: Final[Mapping[str, Callable[[EventRow], Told]]] = {
    "retry_scheduled": _put_off,
    "retry_suppressed": lambda event: Told(
        event.at_s, f"does not try again after {_words(event.outcome)}: no retries left to spend", Look.WARM
    ),
    "call_rejected": lambda event: Told(
        event.at_s, f"turned away by its own {_words(event.outcome)}: {event.call} at {event.vendor}", Look.WARM
    ),
    "fallback_served": lambda event: Told(event.at_s, f"serves a fallback for {event.call}", Look.WARM),
    "defect": lambda event: Told(event.at_s, f"an error that nobody expected: {event.outcome}", Look.HOT),
    "idempotency": lambda event: Told(
        event.at_s, f"claim of {event.call}: {_words(event.outcome)}", to_stores=True,
        look=Look.WARM if event.outcome == "conflict" else Look.PLAIN,
    ),
    "dead_lettered": lambda event: Told(
        event.at_s, f"sets aside {event.detail} after {_words(event.outcome)}", Look.WARM, to_stores=True,
        sets_aside=event.detail,
    ),
    "redriven": lambda event: Told(
        event.at_s, f"sent again, {event.detail}: {_words(event.outcome)}", to_stores=True,
        resolves="" if event.outcome == "failed" else event.detail,
    ),
}  # fmt: skip
