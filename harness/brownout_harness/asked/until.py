"""What came of an operation that was taken on: how its state is asked for, read, and written down. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from brownout_harness.asked.exchange import Reading, parsed
from brownout_harness.asked.named import value_at
from brownout_reports.fields import StateSeen
from brownout_reports.rows import Outcome
from brownout_scenarios.target import TEMPLATE
from brownout_scenarios.until import Until


class Seen(NamedTuple):
    """One look at an operation's state."""

    state: str
    """As the target calls it; where it could not be read, why."""
    means: Outcome
    """*Accepted*: still open; *unknown*: it could not be read."""

    @property
    def is_end(self) -> bool:
        return self.means in {Outcome.DONE, Outcome.REFUSED}


@dataclass(frozen=True, slots=True)
class Following:
    """One operation's `until`, acted out."""

    until: Until

    def path(self, operation_id: str, answer: bytes) -> str:
        """Where its state is asked for; the answer is the one that took it on.

        Raises:
            ValueError: the answer lacks what the path needs.
        """
        told = {"operation_id": operation_id, "answer": parsed(answer)}

        def value(name: str) -> str:
            found = value_at(told, name)
            if found is None or isinstance(found, dict | list):
                raise ValueError(f"its answer has no {name.removeprefix('answer.')}")
            return quote(_text(found), safe="")

        return TEMPLATE.sub(lambda found: value(found[1]), self.until.get)

    def read(self, status: int, body: bytes, error: str = "") -> Seen:
        """A state is read only from a good answer: an error says nothing of the operation."""
        if not 200 <= status < 300:
            return Seen(f"http_{status}" if status else error or "no_answer", Outcome.UNKNOWN)
        found = value_at({"body": parsed(body)}, self.until.at)
        if found is None or isinstance(found, dict | list):
            return Seen(f"nothing_at_{self.until.at}", Outcome.UNKNOWN)
        state = _text(found)[:80]
        if state in self.until.done:
            return Seen(state, Outcome.DONE)
        return Seen(state, Outcome.REFUSED if state in self.until.refused else Outcome.ACCEPTED)


class Look(NamedTuple):
    """How the state of one operation is asked for; the harness looks once more when all is at rest."""

    path: str
    headers: dict[str, str]


def look_for(following: Following, operation_id: str, answer: bytes, headers: Mapping[str, str]) -> Look:
    """Asked for as the operation itself was, but for a body. Raises `ValueError`: the answer lacks what it needs."""
    kept = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return Look(following.path(operation_id, answer), kept)


class Pursuit:
    """One operation that was taken on, from that answer to its end or to the end of its time. Whoever can ask looks
    every `every_s`, and tells here what was seen; instants are on one clock."""

    def __init__(self, following: Following, reading: Reading, *, taken_on_s: float) -> None:
        """`reading` is that of the answer that took it on, at `taken_on_s`."""
        self.every_s = following.until.every_s
        self._following = following
        self._reading = reading
        self._give_up_s = taken_on_s + following.until.within_s
        self._states: list[StateSeen] = []
        self._seen = Seen("", Outcome.UNKNOWN)

    def goes_on(self, now_s: float) -> bool:
        """Whether there is time for one look more, and something to look for."""
        return not self._seen.is_end and now_s + self.every_s <= self._give_up_s

    def take(self, at_s: float, status: int, body: bytes, error: str) -> None:
        """One look; `at_s` is the instant that the state is kept with."""
        self._seen = seen = self._following.read(status, body, error)
        if seen.means is not Outcome.UNKNOWN and (not self._states or self._states[-1].state != seen.state):
            self._states.append(StateSeen(at_s, seen.state, seen.means))

    @property
    def states(self) -> str:
        """Each change of state, as a row holds them."""
        return states_text(self._states)

    @property
    def reading(self) -> Reading:
        """What it has come to."""
        seen = self._seen
        if seen.is_end:
            return self._reading._replace(outcome=seen.means, detail="" if seen.means is Outcome.DONE else seen.state)
        last = self._states[-1].state if self._states else f"unreadable ({seen.state})"
        within_s = self._following.until.within_s
        return self._reading._replace(outcome=Outcome.ACCEPTED, detail=f"still {last} after {within_s:g} s")


def one_more(outcome: str, states: str, at_s: float, seen: Seen) -> dict[str, Any]:
    """What of an operation's row changes by one look more: a state, and where it was open and has an end, that."""
    before = [StateSeen(*each) for each in json.loads(states)]
    changed: dict[str, Any] = {"states": states_text([*before, StateSeen(at_s, seen.state, seen.means)])}
    if outcome == Outcome.ACCEPTED and seen.is_end:
        changed |= {"outcome": seen.means.value, "detail": "" if seen.means is Outcome.DONE else seen.state}
    return changed


def states_text(seen: list[StateSeen]) -> str:
    """As a row holds them; an empty array where no state was ever read."""
    return json.dumps([list(each) for each in seen])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
