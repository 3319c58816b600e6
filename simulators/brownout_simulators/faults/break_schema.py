"""Break schema: one value of a JSON answer is of another kind than the vendor documents, or is missing."""

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Final, Literal

from brownout_simulators.call import Sending
from brownout_simulators.faults.fault import Fault, Stage, require
from brownout_simulators.session import Message, Wound

Kind = Literal["none", "boolean", "number", "string", "array", "object", "missing"]
KINDS: Final[tuple[Kind, ...]] = ("none", "boolean", "number", "string", "array", "object", "missing")
Path = tuple[str | int, ...]

WHOLE: Final = "(the whole)"
_DATA = re.compile(rb"^data: ?(?=[^\s\[])(.*?)\r?$", re.MULTILINE)
"""Of an event, what it says."""


def _kind_of(value: Any) -> Kind:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


# Each is one that counts as true: an empty value is easily taken for none.
_MADE: Final[dict[str, Callable[[Any], Any]]] = {
    "none": lambda _: None,
    "boolean": lambda _: True,
    "number": lambda value: len(json.dumps(value)),
    "string": json.dumps,
    "array": lambda value: [value],
    "object": lambda value: {"value": value},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakSchema(Fault):
    """In each answer that it strikes, one value becomes another kind of value, or is missing; the answer stays JSON.

    Any value, at any depth, and the answer as a whole, which is empty where that is missing; but no element of a list
    goes missing: the schema would hold. Of a stream of events it is in one event, of a session in some of the vendor's
    messages. An answer is broken once. What it did is in the ledger, with the request.
    """

    stage: ClassVar[Stage] = Stage.BODY
    draws: ClassVar[bool] = True

    fields: tuple[str, ...] = ()
    """Only these values: dotted names with wildcards (`id`, `data.*.status`); empty: any value."""
    into: tuple[Kind, ...] = ()
    """Only these kinds; empty: all of them."""
    messages: float = 0.1
    """In (0, 1]: the share of a session's messages."""

    def __post_init__(self) -> None:
        require(
            all(self.fields), "break_schema.fields: has an empty name: write data.*.id, or leave fields out for any"
        )
        require(0 < self.messages <= 1, f"break_schema.messages: in (0, 1], got {self.messages}")

    def shape(self, sending: Sending, chance: float) -> bool:
        if sending.changes:  # a number that was a string would become a string again, and a wrong one
            return False
        draws = random.Random(chance)
        if sending.stream is not None:
            return self._break_event(sending, draws)
        if not any(name.lower() == "content-type" and "json" in value for name, value in sending.headers.items()):
            return False
        broken = self._broken(sending.body, draws)
        if broken is None:
            return False
        sending.body, change = broken
        sending.changes.append(change)
        return True

    def _break_event(self, sending: Sending, draws: random.Random) -> bool:
        """One of the events that are JSON; the first one, in the drawn order, that has something to break."""
        events = list(sending.stream or ())
        for place in draws.sample(range(len(events)), len(events)):
            pause_s, event = events[place]
            said = _DATA.search(event)
            broken = None if said is None else self._broken(said[1], draws)
            if said is not None and broken is not None:
                events[place] = (pause_s, event[: said.start(1)] + broken[0] + event[said.end(1) :])
                sending.stream = events
                sending.changes.append(f"event {place + 1}: {broken[1]}")
                return True
        return False

    def wound(self, chance: float) -> Wound:
        draws = random.Random(chance)

        def alter(message: Message) -> tuple[Message, str] | None:
            if draws.random() >= self.messages or not isinstance(message, str):
                return None
            broken = self._broken(message.encode(), draws)
            return None if broken is None else (broken[0].decode(), broken[1])

        return Wound(alters=alter)

    def _broken(self, body: bytes, draws: random.Random) -> tuple[bytes, str] | None:
        """The body with one value changed, and how; None where nothing of it can be."""
        try:
            data = json.loads(body)
        except ValueError:
            return None
        by_depth: dict[int, list[tuple[Path, Any, list[Kind]]]] = {}
        for path, value in _values(data):
            kinds = [kind for kind in self.into or KINDS if kind not in {_kind_of(value), _impossible(path)}]
            if kinds and self._is_meant(path):
                by_depth.setdefault(len(path), []).append((path, value, kinds))
        if not by_depth:
            return None
        # The depth first: else what is deep down, of which there is most, would be all that is ever struck.
        path, value, kinds = draws.choice(by_depth[draws.choice(sorted(by_depth))])
        kind = draws.choice(kinds)
        return _changed(data, path, kind), f"{'.'.join(map(str, path)) or WHOLE}: {_kind_of(value)} became {kind}"

    def _is_meant(self, path: Path) -> bool:
        named = ".".join(map(str, path))
        deep = [pattern for pattern in self.fields if pattern.count(".") + 1 == len(path)]
        return not self.fields or any(fnmatchcase(named, pattern) for pattern in deep)


def _values(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value with where it is, in the answer's own order."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield from _values(each, (*path, name))


def _impossible(path: Path) -> str:
    """A list that lacks an element is a list of the same schema."""
    return "missing" if path and isinstance(path[-1], int) else ""


def _changed(data: Any, path: Path, kind: Kind) -> bytes:
    """`data` with another kind of value in that place, as it is written."""
    around: Any = [data]
    name: str | int = 0
    for inner in path:
        around, name = around[name], inner
    if kind == "missing":
        del around[name]
        return _bytes(data) if path else b""
    around[name] = _MADE[kind](around[name])
    return _bytes(data if path else around[0])


def _bytes(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
