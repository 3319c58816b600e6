"""A rule: which vendor, which calls, when, what share of them, and which fault.

The schedule is frozen data. Whether a rule strikes a call is a function of the seed, the rule's id, the call's key
(its operation id, else its idempotency key) and how many calls of that key the rule has seen: never of the order in
which calls of different keys arrive. A call without any key counts by the rule's own ordinal.
"""

import fnmatch
import re
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cached_property
from hashlib import blake2b
from itertools import takewhile
from struct import Struct
from typing import Any, Final, Literal
from zlib import crc32

from brownout_simulators.faults.fault import Fault, require, require_seconds
from brownout_simulators.faults.flapping import Flapping
from brownout_simulators.safety import looks_live
from brownout_simulators.spelling import shown

ID_LIMIT: Final = 200
PATTERN_LIMIT: Final = 1_000
CALLS_LIMIT: Final = 1_000_000_000
_METHOD: Final = re.compile(r"\*|[A-Z][A-Z_-]*")

_three_words = Struct(">QQQ").unpack


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which calls. Everything that is given must hold; `*` and `?` are wildcards, and `*` crosses slashes."""

    method: str = "*"
    """In upper case; `*` for any, and no glob otherwise."""
    path: str = "*"
    """A route's template (`/v1/payment_intents/{id}`), a path, or a glob over paths."""
    account: str = "*"
    operation: str = "*"
    """A glob over operation ids; a call without one has the empty id."""
    header: str = ""
    """`name: glob`; the header must be there."""

    def __post_init__(self) -> None:
        require(
            _METHOD.fullmatch(self.method) is not None,
            f"match.method: upper case, or * for any, got {shown(self.method)}; a path starts with / or *",
        )
        require(self.path.startswith(("/", "*")), f"match.path: must start with / or *, got {shown(self.path)}")
        require(not self.header or ":" in self.header, f"match.header: `name: glob`, got {shown(self.header)}")
        for name in ("path", "account", "operation", "header"):
            require(len(getattr(self, name)) <= PATTERN_LIMIT, f"match.{name}: at most {PATTERN_LIMIT} characters")

    @classmethod
    def parse(cls, text: str) -> "Match":
        """From `POST /v1/payment_intents`, `/v1/*`, `*/Messages.json`, `GET` or `*`. Without a method, what starts with
        / or * is a path."""
        text = text.strip()
        if text.startswith(("/", "*")) and not text.startswith("* "):
            return cls(path=text)
        method, _, path = text.partition(" ")
        return cls(method=method.upper() or "*", path=path.strip() or "*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `start_s` (included) to `end_s` (excluded), in seconds since the schedule's start instant."""

    start_s: float = 0.0
    end_s: float = float("inf")

    def __post_init__(self) -> None:
        require(0 <= self.start_s < self.end_s, f"window: 0 <= start_s < end_s, got {self.start_s} and {self.end_s}")
        require_seconds("window.start_s", self.start_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """The share moves in a straight line over `over_s` from the window's start, then stays. Replaces `share`."""

    from_share: float = 0.0
    to_share: float = 1.0
    over_s: float

    def __post_init__(self) -> None:
        for name, share in (("from_share", self.from_share), ("to_share", self.to_share)):
            require(0 <= share <= 1, f"ramp.{name}: 0 to 1, got {share}")
        require_seconds("ramp.over_s", self.over_s, above_0=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Which of the calls that match, whoever makes them, counted from 1 as they arrive at the vendor."""

    from_: int = 1
    """The first of them."""
    to: int | None = None
    """The last of them; left out: there is none."""

    def __post_init__(self) -> None:
        require(1 <= self.from_ <= CALLS_LIMIT, f"calls.from: 1 to {CALLS_LIMIT}, counted from 1, got {self.from_}")
        fits = self.to is None or self.from_ <= self.to <= CALLS_LIMIT
        require(fits, f"calls.to: no call before from, {self.from_}, and at most {CALLS_LIMIT}, got {self.to}")

    def holds(self, ordinal: int) -> bool:
        """Whether call number `ordinal` (from 0) is one of them."""
        return self.from_ <= ordinal + 1 and (self.to is None or ordinal < self.to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One fault of a schedule."""

    id: str
    vendor: str
    fault: Fault
    match: Match = field(default_factory=Match)
    share: float = 1.0
    """Of the calls that match: 0 is never, 1 is always."""
    window: Window | None = None
    """Always, without one."""
    sequence: str = ""
    """`FF.`: the first two calls are struck, the third is not, nor is any later one. A final `*` repeats it."""
    sequence_per: Literal["key", "rule"] = "key"
    """Whether each key (operation) goes through the sequence by itself, or all calls share one. The latter goes by
    order of arrival."""
    calls: Calls | None = None
    """Only these, in the order of arrival: `{from: 21, to: 40}`."""
    flapping: Flapping | None = None
    """On and off in turn."""
    ramp: Ramp | None = None
    drawn_as: str = ""
    """The id that its draws go by; empty: its own. Rules of several vendors that have the same one strike the same
    operations, and flap at the same instants."""

    def __post_init__(self) -> None:
        for name, text in (("id", self.id), ("drawn_as", self.drawn_as or self.id)):
            objection = objection_to_id(text)
            require(not objection, f"{name}: {objection}")
        require(bool(self.vendor) and self.vendor != "*", f"vendor: a rule names one vendor, got {shown(self.vendor)}")
        require(0 <= self.share <= 1, f"share: 0 to 1, got {self.share}")
        require(
            re.fullmatch(r"[F.]*\*?", self.sequence) is not None and self.sequence != "*",
            f"sequence: F (struck) and . (not), * at the end to repeat, got {self.sequence!r}",
        )
        apart = self.calls is None or not self.sequence
        require(apart, "calls: says which calls, and so does sequence: leave one of them out")
        given = [item.name for item in fields(self) if item.name in SELECTING and _is_given(self, item)]
        objection = objection_to_selecting(type(self.fault), given)
        require(not objection, objection)

    def dice(self, seed: int) -> "Dice":
        """Its draws."""
        return Dice(seed, self.drawn_as or self.id)


SELECTING: Final = tuple(
    item.name for item in fields(Rule) if item.name not in ("id", "vendor", "fault", "window", "drawn_as")
)
"""What of a rule says which calls, and when within its window."""


def objection_to_selecting(kind: type[Fault], names: Iterable[str]) -> str:
    """Why a rule with this kind of fault cannot say these things; "" if it can."""
    given = [name for name in names if name in SELECTING] if kind.of_whole_vendor else []
    return f"{given[0]}: this fault is for all calls of its vendor: leave it out" if given else ""


def _is_given(rule: Rule, item: Field[Any]) -> bool:
    default = item.default_factory() if item.default_factory is not MISSING else item.default
    return bool(getattr(rule, item.name) != default)


def objection_to_id(text: str) -> str:
    """Why this cannot be a rule's id; "" if it can. Ids go into headers, ledgers and logs."""
    if not 1 <= len(text) <= ID_LIMIT:
        return f"1 to {ID_LIMIT} characters, got {len(text)}"
    if looks_live(text):
        return "it looks like a live credential"  # and is not repeated
    return "" if text.isprintable() else f"printable characters, got {shown(text)}"


def in_sequence(sequence: str, ordinal: int) -> bool:
    """Whether call number `ordinal` (from 0) is one that the sequence strikes."""
    if sequence.endswith("*"):
        return sequence[ordinal % (len(sequence) - 1)] == "F"
    return ordinal < len(sequence) and sequence[ordinal] == "F"


_MASK = (1 << 64) - 1
_FRACTION = (1 << 53) - 1


def word_of(key: str, ordinal: int) -> int:
    """64 bits that stand for the `ordinal`th call of `key`: made once a call, whatever the number of rules."""
    return _mixed(ordinal << 32 ^ crc32(key.encode()))


def _mixed(word: int) -> int:
    """Every bit of the result depends on every bit of `word` (the finaliser of MurmurHash3)."""
    word ^= word >> 33
    word = word * 0xFF51AFD7ED558CCD & _MASK
    word ^= word >> 33
    word = word * 0xC4CEB9FE1A85EC53 & _MASK
    return word ^ word >> 33


class Dice:
    """The draws of one rule under one seed: a function of (seed, rule id, key, ordinal), and of nothing else."""

    __slots__ = ("_factor", "_first", "_second")

    def __init__(self, seed: int, rule_id: str) -> None:
        digest = blake2b(f"{seed}:{rule_id}".encode(), digest_size=24).digest()
        self._first, self._second, factor = _three_words(digest)
        self._factor = factor | 1

    def throw(self, word: int) -> tuple[float, float]:
        """Two independent numbers, in [0, 1) and in (0, 1), for the call that `word_of` stands for."""
        # The first is asked of every rule that a call meets: the word is mixed already, so one multiplication will do.
        first = ((word ^ self._first) * self._factor >> 11 & _FRACTION) * 2.0**-53
        return first, ((_mixed(word ^ self._second) >> 12) + 0.5) * 2.0**-52

    def spell(self, number: int) -> float:
        """A number in (0, 1) for the `number`th spell of a rule that flaps."""
        return self.throw(word_of("spell", number))[1]

    def hit(self, word: int, share: float) -> float | None:
        """The second number of the throw if the first is below `share`, else None."""
        if ((word ^ self._first) * self._factor >> 11 & _FRACTION) * 2.0**-53 >= share:
            return None
        return self.throw(word)[1]


def spells_of(rule: Rule, seed: int) -> Iterator[tuple[float, float]]:
    """When a rule that flaps is on within its window, in seconds since the schedule's start: as it will be, or was.
    Nothing for one that does not flap; no end for one without a window's."""
    window = rule.window or Window()
    flapping = rule.flapping
    spells = flapping.spells(window.start_s, rule.dice(seed).spell) if flapping is not None else iter(())
    for start_s, end_s in takewhile(lambda spell: spell[0] < window.end_s, spells):
        yield start_s, min(end_s, window.end_s)


def draw(seed: int, rule_id: str, key: str, ordinal: int = 0) -> float:
    """The number in [0, 1) that is compared with a rule's share."""
    return Dice(seed, rule_id).throw(word_of(key, ordinal))[0]


@dataclass(frozen=True)
class Matcher:
    """A compiled `Match`."""

    match: Match

    @cached_property
    def _path(self) -> re.Pattern[str]:
        return re.compile(fnmatch.translate(self.match.path.replace("[", "[[]")))

    def route(self, method: str, template: str) -> bool | None:
        """Whether every call of this route matches by method and path (True), none (False), or some (None)."""
        wanted = self.match
        if wanted.method not in ("*", method):
            return False
        if wanted.path in ("*", template):
            return True
        if "{" not in template:
            return self.path(template)
        return None

    def path(self, path: str) -> bool:
        """Whether an actual path matches."""
        return self._path.match(path) is not None

    @cached_property
    def is_plain(self) -> bool:
        """Whether only method and path matter."""
        return self.match.account == "*" and self.match.operation == "*" and not self.match.header
