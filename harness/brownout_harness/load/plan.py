"""What the load process is told, as a file: the first line says how to ask, each further line is one arrival.

Arrivals are computed by the harness beforehand, and whole requests with them: the load process only sends them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How callers ask, and what they make of an answer."""

    urls: Mapping[str, str]
    """By the name of each of the target's processes, where it serves, without a trailing slash; on loopback, or for a
    worker on another machine at the master's address."""
    hosts: Mapping[str, str] = field(default_factory=dict)
    """By URL, the host that a request to it names, where that is another one: what is behind a relay knows its own."""
    answer_within_s: float = 30.0
    """A caller waits this long for one answer, from the instant of sending."""
    ask_again_after_s: float = 0.0
    """From an answer that is not the last word, to the next ask."""
    ask_again_times: int = 0
    """How many more times; 0: nobody asks twice."""
    ask_again_on: Sequence[str] = field(default_factory=lambda: ["unknown"])
    """After which outcomes."""
    in_flight_limit: int = 2000
    """Operations in flight at once; an arrival beyond it is not sent and recorded as such."""
    groups: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By the group's name, what of the above is otherwise for its users."""
    ends_s: float = float("inf")
    """When the load ends: users who wait for their answers ask for nothing any more."""
    secrets: Sequence[str] = field(default_factory=list)
    """No answer may hold any of these."""
    tokens_of: Sequence[str] = field(default_factory=lambda: ["", ""])
    """Whose session tokens users come with: a vendor, and a secret key to it."""
    follow: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By the operation's name, how the state of what was taken on is asked for (`Until`); absent: it is not."""
    readings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By the operation's name, how its answers are read (`reading.Reading`); absent: as the gateway answers."""


class Planned(NamedTuple):
    """One arrival, its request ready to be sent."""

    at_s: float
    """The intended instant, in seconds since the run's start."""
    operation_id: str
    name: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: str
    group: str = ""
    """The group of users that asks for it."""
    user: str = ""
    """Who waits for each answer before asking again; empty: it comes at its instant, whatever the others wait for."""
    think_s: float = 0.0
    """From such a user's last answer to this ask, which then comes at `at_s` or later."""
    find: Sequence[str] = ()
    """What is looked up first, for the request: a path, and where in the answer; empty: nothing."""
    asked_of: str = ""
    """The vendor that is asked directly; empty: the target."""
    token: str = ""
    """The kind of session token that is put into the body when it is sent; empty: none."""
    is_streamed: bool = False
    """Whether the answer is to come as it is made."""
    number: int = 0
    """Its place in the whole plan, or in its user's turns: it says which of several processes is asked first."""


def asking_of(asking: Asking) -> dict[str, Asking]:
    """How the users of each group ask; `""` are those of none."""
    return {"": asking, **{name: replace(asking, **own) for name, own in asking.groups.items()}}


def urls_of(asking: Asking) -> set[str]:
    """Everywhere that anybody asks."""
    return {url for each in asking_of(asking).values() for url in each.urls.values()}


def turns_by_user(planned: Iterable[Planned]) -> dict[str, list[Planned]]:
    """What each user asks for who waits for the answers, in the order of the plan."""
    turns: dict[str, list[Planned]] = {}
    for each in planned:
        if each.user:
            turns.setdefault(each.user, []).append(each)
    return turns


def write_plan(path: Path, asking: Asking, arrivals: Iterable[Planned]) -> None:
    """Write the plan for `python -m brownout_harness.load --plan`."""
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(asdict(asking)) + "\n")
        for arrival in arrivals:
            file.write(json.dumps(list(arrival)) + "\n")


def planned_of(fields: Sequence[Any]) -> Planned:
    """The same arrival that was written down as a list."""
    read = Planned(*fields)
    return read._replace(find=tuple(read.find))


def numbered(planned: Iterable[Planned]) -> list[Planned]:
    """In the order of their instants, each with its number. A user's turns count on from the user's own number."""
    in_order = sorted(planned, key=lambda arrival: (arrival.at_s, arrival.operation_id))
    arrivals, users, turns = count(), count(), dict[str, Iterator[int]]()
    found = []
    for each in in_order:
        if each.user and each.user not in turns:
            turns[each.user] = count(next(users))
        found.append(each._replace(number=next(turns[each.user] if each.user else arrivals)))
    return found


def read_plan(path: Path) -> tuple[Asking, list[Planned]]:
    """The plan, arrivals in the order of their instants."""
    with path.open(encoding="utf-8") as file:
        asking = Asking(**json.loads(file.readline()))
        arrivals = [planned_of(json.loads(line)) for line in file]
    return asking, numbered(arrivals)
