"""The simulators that serve on this machine, found or named, and what is asked of them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from brownout_harness.faults.by_hand import Changed, changes_in
from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.real.http_json import NoAnswer, call
from brownout_harness.real.served import Served
from brownout_harness.real.served_here import Serving
from brownout_harness.safety.loopback import require_loopback

BY: Final = "cli"
PATIENCE_S: Final = 5.0
START: Final = "start them with `brownout up`, or say where they are: --at URL"


class Book(NamedTuple):
    """What one simulator tells of its changes."""

    vendor: str
    start_at_s: float
    """Of its schedule; on the machine's monotonic clock, as all instants here."""
    now_s: float
    dropped: int
    changes: tuple[Changed, ...]


class InForce(NamedTuple):
    """One rule of one simulator."""

    vendor: str
    rule: dict[str, Any]
    """With `matched` and `struck`."""
    by: str
    """Empty: it came with a schedule."""
    for_s: float | None
    """How long it has been in force, in seconds; None: it came with a schedule."""

    @property
    def id(self) -> str:
        """The rule's."""
        return str(self.rule["id"])


class Reach:
    """Some simulators, by vendor."""

    def __init__(self, simulators: Iterable[Served]) -> None:
        self._all = tuple(simulators)

    def at(self, vendor: str) -> Served:
        """Raises `BadInput` where none serves, or several do."""
        found = [one for one in self._all if one.vendor == vendor]
        if not found:
            there = ", ".join(dict.fromkeys(one.vendor for one in self._all))
            raise BadInput(f"no simulator of {vendor} serves here; there are {there}")
        if len(found) > 1:
            raise BadInput(f"several simulators of {vendor} serve: say which, {_ways(found)}")
        return found[0]

    def vendors(self) -> tuple[str, ...]:
        """Raises `BadInput` where several of a vendor serve."""
        return tuple(self.at(vendor).vendor for vendor in dict.fromkeys(one.vendor for one in self._all))

    def ask(self, vendor: str, method: str, path: str, body: Any = None) -> Any:
        """A call to its control API; returns the JSON.

        Raises:
            BadInput: it says no.
            NotJudged: it does not answer.
        """
        status, said = _call(self.at(vendor).url, method, path, body)
        if status >= 300:
            raise BadInput(f"the {vendor} simulator says: {said.get('error') if isinstance(said, dict) else status}")
        return said

    def book(self, vendor: str) -> Book:
        """What was changed there."""
        told = self.ask(vendor, "GET", "changes")
        return Book(vendor, told["start_at_s"], told["now_s"], told["dropped"], tuple(changes_in(vendor, told)))

    def in_force(self, vendor: str) -> list[InForce]:
        """Every rule, in order."""
        book = self.book(vendor)
        by_hand = {each.id: each for each in book.changes if each.off_s is None and each.on_s is not None}
        rules = self.ask(vendor, "GET", "faults")["faults"]
        return [_in_force(vendor, rule, by_hand.get(rule["id"]), book.now_s) for rule in rules]


def _in_force(vendor: str, rule: dict[str, Any], change: Changed | None, now_s: float) -> InForce:
    if change is None or change.on_s is None:
        return InForce(vendor, rule, "", None)
    return InForce(vendor, rule, change.by, now_s - change.on_s)


def reach(at: Sequence[str], found: Sequence[Serving]) -> Reach:
    """Those at these addresses, each of which says itself which vendor it is; without any, all that were found.

    Raises:
        BadInput: there is none, or an address is not of this machine.
        NotJudged: one does not answer.
    """
    if at:
        return Reach(_named(url) for url in at)
    if not found:
        raise BadInput(f"no simulators serve on this machine: {START}")
    return Reach(one for each in found for one in each.simulators)


def _named(url: str) -> Served:
    url = require_loopback(url, "--at").rstrip("/")
    status, said = _call(url, "GET", "")
    if status != 200 or not isinstance(said, dict) or "vendor" not in said:
        raise BadInput(f"--at {url}: no simulator answers there; `brownout up` prints their addresses")
    return Served(said["vendor"], url)


def _call(url: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    try:
        answer = call(method, f"{url}/_brownout/{path}", body, timeout_s=PATIENCE_S)
    except NoAnswer as error:
        raise NotJudged(f"{url} does not answer: {error}") from None
    return answer.status, answer.json


def _ways(found: Sequence[Served]) -> str:
    return " or ".join(f"--at {one.url}" for one in found)
