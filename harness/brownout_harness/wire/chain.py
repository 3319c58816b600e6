"""The toxics of one link, in their order: chunks and instants go in, what leaves by then comes out.

Whoever carries the bytes calls `arrived` and `ended` as they come, and `advance` at `next_s`. Each toxic is handed what
the one before lets through at the very instant that was planned, however late `advance` was called: being late does not
add up.
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from brownout_harness.wire.chance import Chance
from brownout_harness.wire.toxic import Toxic
from brownout_harness.wire.toxics.kind import READ_BYTES, Acting, Chunk, End, Item, Planned

Out = bytes | End
"""What leaves a link. After an `End` nothing does."""


@dataclass(slots=True)
class Strike:
    """What a toxic did to a link: whatever left it otherwise than it came, or not at all. Grows while it does."""

    toxic: str
    type: str
    first_s: float
    last_s: float
    chunks: int = 0
    bytes: int = 0
    """As they came: delayed, cut or dropped."""
    ends: int = 0
    """Whether it ended the link, or delayed its end."""

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return {name: getattr(self, name) for name in self.__slots__}


class Chain:
    """Of one link. Not safe for use from several threads."""

    __slots__ = ("_chance", "_on_strike", "_out", "_stages", "is_over")

    def __init__(self, chance: Chance, on_strike: Callable[[Strike], None]) -> None:
        """`on_strike` is called with the first thing that each toxic does here; what it is given grows afterwards."""
        self._chance = chance
        self._on_strike = on_strike
        self._stages: list[_Stage] = []
        self._out: list[Out] = []
        self.is_over = False
        """Its end has left it."""

    @property
    def is_empty(self) -> bool:
        """Nothing is in the way of what comes."""
        return not self._stages

    @property
    def is_full(self) -> bool:
        """The sender has to wait."""
        return any(stage.held_bytes >= stage.toxic.kind.holds_bytes for stage in self._stages)

    @property
    def next_s(self) -> float | None:
        """When `advance` is to be called; None: not before something comes."""
        soonest = min((stage.next_s for stage in self._stages), default=math.inf)
        return soonest if soonest < math.inf and not self.is_over else None

    def arrived(self, data: bytes, now_s: float) -> list[Out]:
        """Bytes come; returns what leaves the link by now, in order, as all of these do."""
        self._run(now_s)
        for start in range(0, len(data), READ_BYTES):
            self._feed(0, Chunk(data[start : start + READ_BYTES], now_s), now_s)
        return self.advance(now_s)

    def ended(self, end: End, now_s: float) -> list[Out]:
        """The sender has ended the link."""
        self._run(now_s)
        self._feed(0, end, now_s)
        return self.advance(now_s)

    def advance(self, now_s: float) -> list[Out]:
        """Time has passed."""
        self._run(now_s)
        out, self._out = self._out, []
        return out

    def add(self, toxic: Toxic, now_s: float) -> list[Out]:
        """To the end, on a link that may have been open for long."""
        self._run(now_s)
        self._stages.append(_Stage(toxic, self._chance(toxic.name), now_s))
        return self.advance(now_s)

    def change(self, toxic: Toxic, now_s: float) -> list[Out]:
        """The one of this name has other attributes from now on. What it held goes on at once."""
        self._run(now_s)
        at = self._place_of(toxic.name)
        stage, before = self._stages[at], self._stages[at].acting
        self._flush(at, now_s)
        stage.become(toxic, now_s)
        if before is not None and stage.acting is None:  # it strikes a smaller share now
            self._outlive(before, stage, at, now_s)
        return self.advance(now_s)

    def remove(self, name: str, now_s: float) -> list[Out]:
        """The one of this name acts no longer. What it held goes on at once; a connection may not outlive it."""
        self._run(now_s)
        at = self._place_of(name)
        stage = self._stages[at]
        self._flush(at, now_s)
        if stage.acting is not None:
            self._outlive(stage.acting, stage, at, now_s)
        del self._stages[at]
        return self.advance(now_s)

    def _outlive(self, acting: Acting, stage: "_Stage", at: int, now_s: float) -> None:
        """The link goes on without this toxic, or does not."""
        if acting.ENDS_WHEN_REMOVED and not stage.is_over:
            self._feed(at + 1, End.CLOSE, now_s)

    def _place_of(self, name: str) -> int:
        return next(at for at, stage in enumerate(self._stages) if stage.toxic.name == name)

    def _flush(self, at: int, now_s: float) -> None:
        for item in self._stages[at].give_up():
            self._feed(at + 1, item, now_s)

    def _run(self, now_s: float) -> None:
        """Everything that is due, in the order of its instants; of two at the same one, the one that is further on."""
        while True:
            soonest, where = math.inf, -1
            for at, stage in enumerate(self._stages):
                if stage.next_s <= soonest:
                    soonest, where = stage.next_s, at
            if soonest > now_s or soonest == math.inf:
                return
            stage = self._stages[where]
            if not stage.planned or stage.planned[0].at_s > soonest:
                self._note(stage, stage.wake(), None, soonest)
            else:
                self._feed(where + 1, stage.pop(), soonest)

    def _feed(self, at: int, item: Item, now_s: float) -> None:
        """Hand what comes to the stage at this place, or out."""
        while at < len(self._stages) and self._stages[at].acting is None:
            at += 1
        if at < len(self._stages):
            stage = self._stages[at]
            if not stage.is_over:
                self._note(stage, stage.take(item, now_s), item, now_s)
        elif not self.is_over:
            self._out.append(item.data if isinstance(item, Chunk) else item)
            self.is_over = isinstance(item, End)

    def _note(self, stage: "_Stage", planned: list[Planned], item: Item | None, now_s: float) -> None:
        """A strike is what does not go on as it came."""
        if len(planned) == 1 and planned[0] == (now_s, item):
            return
        if item is None and not planned:
            return
        strike = stage.strike
        if strike is None:
            strike = stage.strike = Strike(stage.toxic.name, stage.toxic.type, now_s, now_s)
            self._on_strike(strike)
        strike.last_s = now_s
        if isinstance(item, Chunk):
            strike.chunks += 1
            strike.bytes += len(item.data)
        if isinstance(item, End) or (planned and isinstance(planned[-1].item, End)):
            strike.ends += 1


class _Stage:
    """One toxic on one link, and what it has planned."""

    __slots__ = ("_alarm_s", "_draw", "_rng", "acting", "held_bytes", "is_over", "planned", "strike", "toxic")

    def __init__(self, toxic: Toxic, rng: Random, now_s: float) -> None:
        self._rng = rng
        self._draw = rng.random()  # once: whether it strikes here does not change when something else does
        self.planned: deque[Planned] = deque()
        self.held_bytes = 0
        self.is_over = False
        """An end is planned, or has gone on: nothing comes after it."""
        self.strike: Strike | None = None
        self.acting: Acting | None = None
        self.toxic = toxic
        self.become(toxic, now_s)

    def become(self, toxic: Toxic, now_s: float) -> None:
        """Set in, or go on with other attributes."""
        before = self.acting
        self.toxic = toxic
        self.acting = toxic.kind.on_link(self._rng) if self._draw < toxic.toxicity else None
        alarm_s = None if self.acting is None or self.is_over else self.acting.begins(now_s, before)
        self._alarm_s = math.inf if alarm_s is None else alarm_s

    @property
    def next_s(self) -> float:
        """When something is due; infinity: never."""
        return min(self.planned[0].at_s, self._alarm_s) if self.planned else self._alarm_s

    def take(self, item: Item, now_s: float) -> list[Planned]:
        """What comes; returns what is planned for it."""
        assert self.acting is not None  # noqa: S101 - the chain passes those by
        planned = self.acting.arrived(item, now_s) if isinstance(item, Chunk) else self.acting.ended(item, now_s)
        return self._plan(planned)

    def wake(self) -> list[Planned]:
        """Its instant has come; returns what is planned."""
        assert self.acting is not None  # noqa: S101 - who does not act has no alarm
        now_s, self._alarm_s = self._alarm_s, math.inf
        return self._plan(self.acting.woken(now_s))

    def _plan(self, planned: Sequence[Planned]) -> list[Planned]:
        for at_s, item in planned:
            behind_s = self.planned[-1].at_s if self.planned else at_s
            self.planned.append(Planned(max(at_s, behind_s), item))
            if isinstance(item, Chunk):
                self.held_bytes += len(item.data)
            else:
                self.is_over = True
                self._alarm_s = math.inf
        return list(planned)

    def pop(self) -> Item:
        """The next that is due."""
        item = self.planned.popleft().item
        if isinstance(item, Chunk):
            self.held_bytes -= len(item.data)
        return item

    def give_up(self) -> list[Item]:
        """All that it holds."""
        items = [each.item for each in self.planned]
        self.planned.clear()
        self.held_bytes = 0
        return items
