"""What came of an operation that was taken on: how its state is asked for, read, and written down. Pure."""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from brownout_harness.asked.exchange import parsed
from brownout_harness.asked.named import value_at
from brownout_reports.rows import Outcome, StateSeen
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


def states_text(seen: list[StateSeen]) -> str:
    """As a row holds them; an empty array where no state was ever read."""
    return json.dumps([list(each) for each in seen])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
