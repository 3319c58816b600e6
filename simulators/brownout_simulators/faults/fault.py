"""What every kind of fault is: frozen data, a stage, and a function that changes one call's fate.

The stages run in their order, whatever the order of the rules; within a stage, rules strike in their own order.

    CREDENTIALS  the credential is refused
    ANSWER       an answer, or a dropped connection, instead of the vendor's work: the first one to strike wins
    WAIT         how long the call takes: waits add up
    WORK         what the vendor's work sees: a skewed clock, stale reads
    AFTER        what happens to the answer once the work is committed; nothing, if there was no work
    BODY         the answer's bytes
    WIRE         how the bytes go out: the first one to strike wins
    NOTICE       webhooks
    SERVE        how many calls the vendor works on at a time: strikes no single call, but holds for the vendor
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, ClassVar, Final, Literal, Self

from brownout_simulators.call import Call, Ending, Reply, Sending
from brownout_simulators.limiter import Buckets
from brownout_simulators.session import Wound
from brownout_simulators.vendor import Errors, NamedError, Vendor

LONGEST_S: Final = 366 * 86_400.0
"""No span of a fault or a rule is longer than a year."""


class FaultError(ValueError):
    """A fault or a rule that cannot be. The message names the field, the value and what is allowed."""


class Stage(IntEnum):
    """Where in the handling of a call a fault takes hold."""

    CREDENTIALS = 0
    ANSWER = 1
    WAIT = 2
    WORK = 3
    AFTER = 4
    BODY = 5
    WIRE = 6
    NOTICE = 7
    SERVE = 8


@dataclass(slots=True)
class Strike:
    """What the faults that strike one call do to it, together. Filled in by the faults, carried out by the engine."""

    call: Call
    account: str
    errors: Errors
    now_s: float
    wall_s: float
    """Seconds since 1970 on the simulator's clock."""
    public: bool = False
    """The route asks for no credential."""
    grants: bool = False
    """The route gives out tokens; what it asks for is no token itself."""
    never_expires: Callable[[], bool] = lambda: False
    """Whether the call brings a key that lasts, and no token."""
    credential_since_s: float | None = None
    """When this credential was first used; None where the call brings none."""
    key: str = ""
    """The call's operation id, else its idempotency key."""
    named_errors: Mapping[str, NamedError] = field(default_factory=dict)
    """The vendor's."""

    answer: Reply | None = None
    """Sent instead of the vendor's work."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """On that answer word for word, in place of whatever the vendor says under these names."""
    retry_after: str = ""
    """On that answer, where `headers` say none: of the fault's making, by the vendor's clock."""
    data: Mapping[str, Any] | None = None
    """Read instead of what the caller sent: the vendor itself comes to a refusal."""
    came_to: int = 0
    """The status that it came to so; 0 where it did no such work."""
    from_edge: bool = False
    """The answer does not come from the vendor itself: it carries none of the vendor's headers."""
    ending: Ending | None = None
    """The connection ends so, with no byte of an answer and no work done."""
    delay_s: float = 0.0
    """From arrival to the work (or the answer instead)."""
    delay_after_s: float = 0.0
    """Between commit and answer."""
    skew_s: float = 0.0
    lag_s: float | None = None
    """Reads do not see what was written within this time."""
    lag_hides_new_only: bool = False
    was_stale: bool = False
    """Set after the work: a lagging read has really not seen something."""
    answer_after: Reply | None = None
    """Sent instead of the answer, after the commit."""
    after_is_remembered: bool = False
    """Whether the vendor remembers `answer_after` under the idempotency key, instead of the true answer."""
    commits_in_s: float | None = None
    """The work is done, and committed, only so long after its answer went out."""
    ending_after: Ending | None = None
    """The connection ends so after the commit, with no byte of an answer."""

    @property
    def said(self) -> Mapping[str, str]:
        """All that is on the answer whatever the vendor says."""
        if not self.retry_after:
            return self.headers
        return {"retry-after": self.retry_after, **{name.lower(): value for name, value in self.headers.items()}}

    @property
    def is_answered(self) -> bool:
        """Whether the vendor's work is already out of the question, or its outcome settled."""
        return self.answer is not None or self.ending is not None or self.data is not None


@dataclass(slots=True)
class Memory:
    """What one rule in force remembers from call to call."""

    since_s: float = float("-inf")
    """When the rule came into force."""
    buckets: Buckets | None = None
    counts: dict[str, int] = field(default_factory=dict)
    firsts_s: dict[str, float] = field(default_factory=dict)
    """By key: when it was struck first."""


Layer = Literal["vendor", "wire", "machine"]
"""Who acts a fault out: the vendor's simulator, what lies between it and the application, what the latter runs on."""


class Fault:
    """One kind of misbehaviour. Subclasses are frozen keyword-only dataclasses, checked when made."""

    __slots__ = ()
    layer: ClassVar[Layer] = "vendor"
    """A simulator has faults of its own layer only; runners hand the others to whoever acts them out."""
    stage: ClassVar[Stage]
    draws: ClassVar[bool] = False
    """Whether `chance` is used: a kind that does not draw is spared the hash."""

    of_whole_vendor: ClassVar[bool] = False
    """Whether it is for all calls of its vendor at once: then its rule selects none."""
    of_any_host: ClassVar[bool] = False
    """Whether it needs to know nothing of whom the request is for: a proxy can act it out, too."""
    needs: ClassVar[str] = ""
    """A kind that has to be in force as well, for this one to have anything to strike."""
    short: ClassVar[str] = ""
    """The one field, a span, that may be written in place of all of them: `latency: 2s`."""
    strikes_refusals: ClassVar[bool] = False
    """Whether it strikes calls as well that are refused at the door: a bad credential, no such route."""

    def objection(self, vendor: Vendor[Any]) -> str:
        """Why this vendor cannot act it out: `<kind>.<field>: …`; "" where it can."""
        del vendor
        return ""

    def with_measurements(self, vendor: str) -> Self:
        """With the files that it names read in, of a recording the part of that vendor. Raises `FaultError`."""
        del vendor
        return self

    def strike(self, on: Strike, chance: float, memory: Memory) -> bool:
        """Stages CREDENTIALS to AFTER: change `on`; whether anything was changed.

        `chance` in (0, 1) depends on the seed, the rule and the call alone.
        """
        del on, chance, memory
        raise TypeError(f"{type(self).__name__} acts at stage {self.stage.name}")

    def worked(self, on: Strike) -> bool:
        """Stage WORK, and what gives the vendor other data to read: after the work, whether it made a difference."""
        del on
        return True

    def wound(self, chance: float) -> Wound | None:
        """Stage WIRE, where the answer opens a session: what becomes of it; None where nothing does. Such a fault
        strikes when that comes to pass."""
        del chance
        return None

    def shape(self, sending: Sending, chance: float) -> bool:
        """Stages BODY and WIRE: change what goes out; whether anything was changed."""
        del sending, chance
        raise TypeError(f"{type(self).__name__} acts at stage {self.stage.name}")


def is_plain(sending: Sending) -> bool:
    """Whether nothing has been done yet to how the sending goes out."""
    is_whole = sending.ending is Ending.COMPLETE and sending.content_length is None and not sending.bad_chunk
    return is_whole and sending.session is None


def require(condition: bool, message: str) -> None:
    """Raise `FaultError(message)` unless `condition` holds."""
    if not condition:
        raise FaultError(message)


def require_seconds(name: str, *values: float | None, above_0: bool = False) -> None:
    """Raise `FaultError` unless each is a span that a timer can keep and a date can follow: a year at most."""
    for value in values:
        least = "above 0" if above_0 else "at least 0"
        fits = value is None or (0 <= value <= LONGEST_S and (value > 0 or not above_0))
        require(fits, f"{name}: {least}, and a year at most, got {value}")
