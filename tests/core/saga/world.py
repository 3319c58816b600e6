"""A saga of toy steps at toy vendors: every call may fail in every way, and its process may die at every step."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from brownout_core.asking import Asking
from brownout_core.errors import (
    AttemptTimeout,
    BrownoutError,
    ConnectFailed,
    ConnectionLost,
    LeftStanding,
    NotSettled,
    VendorRefused,
)
from brownout_core.saga.steps import Result, Saga, Step
from brownout_core.saga.walk import Walk

SETTLE_S = 10.0
LEASE_S = 30.0


class Fate(StrEnum):
    """What becomes of one call, or of one writing down."""

    OK = "ok"
    REFUSED = "refused"
    UNSENT = "unsent"
    GONE = "gone"  # sent, and lost on its way
    LOST = "lost"  # done, and its answer lost
    LATE = "late"  # not answered, and done a while later
    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"
    DIES_LATE = "dies late"  # its last sending left when its lease was about over, and is done a while later


DEATHS_BEFORE = frozenset({Fate.DIES_BEFORE, Fate.DIES_LATE})


class DiedError(BaseException):
    """The process is dead: nothing of it goes on."""


@dataclass
class World:
    """Toy vendors. `keyed` steps carry an idempotency key, the others are announced."""

    fates: list[Fate]
    keyed: frozenset[str] = frozenset()
    now: float = 1000.0
    standing: dict[str, int] = field(default_factory=dict)
    """How many of each there are."""
    ever: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    late: list[tuple[float, str]] = field(default_factory=list)
    progress: bytes = b""
    standing_told: str = ""
    last_attempt_at: float = 0.0
    notes: int = 0

    def fate(self) -> Fate:
        return self.fates.pop(0) if self.fates else Fate.OK

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        for due in [each for each in self.late if each[0] <= self.now]:
            self.late.remove(due)
            self.commit(due[1])

    def commit(self, step: str) -> None:
        if step in self.keyed and step in self.ever:
            return
        self.ever.append(step)
        self.standing[step] = self.standing.get(step, 0) + 1

    # -- what a step does ---------------------------------------------------------------------------------------------

    async def do(self, step: str, _job: str, asking: Asking) -> Result:
        if step not in self.keyed:
            if asking.earlier is not None:
                if self.standing.get(step):
                    return {step: "found"}
                if SETTLE_S - asking.earlier.sent_ago_s > 0:
                    raise NotSettled("too early")
                asking.settled()
            assert asking.announce is not None
            await asking.announce()
        asking.writes += 1
        self.call(step, asking)
        asking.may_have_sent = True
        return {step: "made"}

    def call(self, step: str, asking: Asking) -> None:
        fate = self.fate()
        if fate is Fate.DIES_LATE and step in self.keyed:
            self.late.append((self.now + LEASE_S + SETTLE_S - 1, step))
        if fate in DEATHS_BEFORE:
            raise DiedError
        if fate in {Fate.OK, Fate.LOST, Fate.DIES_AFTER}:
            self.commit(step)
        if fate is Fate.LATE:
            self.late.append((self.now + SETTLE_S - 1, step))
        if fate in {Fate.LOST, Fate.GONE, Fate.LATE}:
            asking.may_have_sent = True
        if fate is Fate.REFUSED and step in self.keyed and step in self.ever:
            return  # the vendor knows the key, and says what it said
        self.end(fate, step)

    async def look(self, step: str, _job: str, _asking: Asking) -> Sequence[str]:
        fate = self.fate()
        if fate in {Fate.REFUSED, Fate.LATE}:
            fate = Fate.OK
        self.end(fate, step)
        return [f"toy {step} {step}"] * min(1, self.standing.get(step, 0))

    async def undo(self, step: str, _job: str, _asking: Asking, _name: str) -> None:
        fate = self.fate()
        if fate in DEATHS_BEFORE:
            raise DiedError
        if fate in {Fate.OK, Fate.LOST, Fate.DIES_AFTER} and self.standing.get(step):
            self.standing[step] -= 1
            self.undone.append(step)
        self.end(Fate.GONE if fate is Fate.LATE else fate, step)

    def end(self, fate: Fate, step: str) -> None:
        match fate:
            case Fate.REFUSED:
                raise VendorRefused("toy", step, "no", status=402)
            case Fate.UNSENT:
                raise ConnectFailed("toy", step, "no connection")
            case Fate.GONE | Fate.LOST:
                raise ConnectionLost("toy", step, "reset")
            case Fate.LATE:
                raise AttemptTimeout("toy", step, "no answer")
            case Fate.DIES_BEFORE | Fate.DIES_AFTER | Fate.DIES_LATE:
                raise DiedError
            case _:
                return

    # -- the saga -----------------------------------------------------------------------------------------------------

    def saga(self, names: Sequence[str], pivot: str) -> Saga[str]:
        return Saga(
            [
                Step(
                    name=name,
                    do=partial(self.do, name),
                    names=lambda _job, _result, name=name: [f"toy {name} {name}"],  # type: ignore[misc]
                    look=partial(self.look, name),
                    undo=partial(self.undo, name),
                    is_announced=name not in self.keyed,
                )
                for name in names
            ],
            pivot,
        )

    async def once(self, saga: Saga[str], *, dies: bool = True) -> str:
        """One asking, in a process of its own; how it ended."""
        kept = Kept(self, dies=dies)
        asking = Asking("op-1", "key-1")
        walk = Walk(saga, "job", asking, kept, wall_clock=lambda: self.now, settle_s=SETTLE_S)
        try:
            await walk.to_its_end()
        except DiedError:
            self.pass_time(LEASE_S)
            self.last_attempt_at = self.now
            return "died"
        except VendorRefused:
            return "open" if asking.may_have_effect else "refused"
        except LeftStanding:
            self.standing_told = kept.standing
            return "incident"
        except BrownoutError:
            self.last_attempt_at = self.now
            return "open"
        return "done"


@dataclass
class Kept:
    """What is written down, and outlives the process."""

    world: World
    dies: bool
    standing: str = ""

    @property
    def progress(self) -> bytes:
        return self.world.progress

    @property
    def last_attempt_at(self) -> float:
        return self.world.last_attempt_at

    async def note(self, progress: bytes) -> None:
        self.world.notes += 1
        fate = self.world.fate() if self.dies else Fate.OK
        if fate in DEATHS_BEFORE:
            raise DiedError
        self.world.progress = progress
        if fate is Fate.DIES_AFTER:
            raise DiedError
