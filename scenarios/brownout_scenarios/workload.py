"""What users ask for: the arrivals, and the operations with the reading of their answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from brownout_scenarios.until import Until

TARGET: Final = "target"
"""Whom users ask, mostly."""

Json: TypeAlias = Any
"""Whatever JSON can say."""


class Statuses(tuple[tuple[int, int], ...]):
    """A set of HTTP statuses as closed ranges; written `[200, 201]`, `400-499` or `[404, 400-403]`."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(f"{low}-{high}" if low < high else str(low) for low, high in self)

    def holds(self, status: int) -> bool:
        return any(low <= status <= high for low, high in self)


_DONE = Statuses(((200, 201), (204, 204)))
_ACCEPTED = Statuses(((202, 202),))
_REFUSED = Statuses(((400, 407), (409, 499)))  # 408 says that the request was not waited for, not that it was not done


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """An open arrival process: it does not wait for answers."""

    rate_per_s: float
    process: Literal["poisson", "constant"] = "poisson"
    """Independent arrivals, or one every 1/rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rising:
    """A rate that goes evenly from one value to another over a phase."""

    from_per_s: float
    to_per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exponential:
    """Thinking of a random length without a memory."""

    exponential_s: float
    """Its mean."""


def ends_of(rate: float | Rising) -> tuple[float, float]:
    """A rate at the beginning of a phase, and at its end."""
    return (rate.from_per_s, rate.to_per_s) if isinstance(rate, Rising) else (rate, rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """Where the operation id travels in a request to a target that is not the gateway: exactly one of the two."""

    header: str = ""
    body: str = ""
    """Dotted path in the body: `order_id`, `metadata.order`."""

    def __post_init__(self) -> None:
        if bool(self.header) == bool(self.body):
            raise ValueError("name either a header or a body field")


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """What is looked up at the vendor first: `{get: "/v1/charges?limit=1", at: body.data.0.id}`."""

    get: str
    """A path at the vendor."""
    at: str
    """Where in the answer that is to be found which `{{found}}` stands for."""


Left: TypeAlias = str | tuple[str, ...]
"""The kind of an effect, or several kinds of which one is left."""


class Places(tuple[str, ...]):
    """Fields of effects, `stripe.charge.id`; of several, one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One business action that users ask for.

    The gateway's operations need a name only. Of any other target the request and the reading of its answers are
    described here; whatever status is in none of the three sets leaves open whether it was done (unknown).
    """

    name: str
    weight: float = 1.0
    """Its share of the arrivals is weight / sum of weights."""
    params: Mapping[str, Json] = field(default_factory=dict)
    """Replaces drawn parameters: `{amount: 1200}`."""
    method: str = "POST"
    path: str = ""
    """Template: `/orders/{{operation_id}}`. Empty for the gateway's own operations."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    """JSON with templates: `{order: "{{operation_id}}", amount: "{{amount}}"}`; a lone template keeps its type."""
    form: Mapping[str, str] | None = None
    """The body as a form instead."""
    done: Statuses = _DONE
    accepted: Statuses = _ACCEPTED
    """The target took it on and will finish it later."""
    refused: Statuses = _REFUSED
    """The target said no: nothing was done and nothing will be."""
    stream_end: str = ""
    """Of an answer that comes as it is made, in server-sent events: the name or the data of the last one, without which
    it was cut off: `[DONE]`. Empty: the answer comes whole."""
    operation_id: Carrier = Carrier(header="X-Correlation-ID")
    leaves: tuple[Left, ...] | None = None
    """The effects that a done one has left in the vendors' ledgers, all of them, and a refused one none; of those in
    an inner list one: `[sales.order, stripe.charge, [openai.completion, gemini.completion]]`. Empty: it leaves none."""
    undone_by: Mapping[str, str] = field(default_factory=dict)
    """What takes an effect back: `{stripe.charge: stripe.refund}`."""
    as_asked: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """What each effect of a kind must hold, with the templates that `body` has: `{stripe.charge: {amount: "{{amount}}",
    currency: usd}, twilio.message: {to: "{{phone}}", body: "Order {{operation_id}}*"}}`; a `*` stands for any text."""
    answers: Mapping[str, Places] = field(default_factory=dict)
    """Which field of its own effects a part of its answer names, by a dotted path in the JSON:
    `{payment.id: stripe.charge.id, message: [twilio.message.id, twilio.call.id]}`."""

    find: Find | None = None
    """Of those who ask a vendor directly: what is looked up there first, for `{{found}}`."""
    until: Until | None = None
    """How one learns what came of what was accepted; left out: by the ledgers alone."""

    @property
    def is_described(self) -> bool:
        """Whether the scenario says how to ask, because the target is not the gateway."""
        return bool(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAgain:
    """A caller who was left without an answer, or refused, asks again, with the same operation id."""

    on: tuple[Literal["unknown", "refused"], ...] = ("unknown",)
    """After which answers."""

    after_s: float = 1.0
    times: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of users: what they ask for, how often, and how patient they are."""

    name: str = ""
    """Of several groups each has one: lower case, digits and underscores."""
    arrivals: Arrivals | None = None
    """An open group: new users come, whatever became of the earlier ones."""
    users: int = 0
    """A closed group: so many, of whom each asks, waits for the answer, thinks, and asks again until the load ends."""
    think_s: float | Exponential | None = None
    """How long a closed group's user thinks, from an answer to the next ask."""
    rates_per_s: Mapping[str, float | Rising] = field(default_factory=dict)
    """By the phase's name, what replaces this group's rate while it lasts: `{flood: 200/s}`."""
    operations: tuple[Operation, ...]
    asks: str = TARGET
    """Whom: the target; or a vendor, directly, as a person does at its dashboard. What such a group does is not the
    target's: no expectation judges it, no fault strikes it."""
    tenant: str = ""
    """Whose users they are: what `{{tenant}}` stands for in the requests to a target of your own."""
    ask_again: AskAgain | None = None
    """Left out: nobody asks twice."""
    answer_within_s: float = 30.0
    """A caller waits this long for one answer."""
    in_flight_limit: int = 2000
    """Reaching it makes the run inconclusive: the arrivals would no longer be the ones that were asked for."""

    @property
    def asks_take_s(self) -> float:
        """From the first ask of an operation to the last answer, at most."""
        again, wait_s = self.ask_again, self.answer_within_s
        return wait_s + (again.times * (again.after_s + wait_s) if again else 0.0)

    def rate_in(self, phase: str, rate_per_s: float | Rising | None = None) -> float | Rising:
        """How often it asks in a phase; `rate_per_s` is what the phase itself says."""
        if self.arrivals is None:
            return 0.0
        own = self.rates_per_s.get(phase, rate_per_s)
        return self.arrivals.rate_per_s if own is None else own

    @property
    def asked_of(self) -> str:
        """The vendor that they ask directly; empty: they ask the target."""
        return "" if self.asks == TARGET else self.asks

    @property
    def is_closed(self) -> bool:
        """Whether its users wait for their answers."""
        return self.users > 0

    @property
    def mean_think_s(self) -> float:
        """Of a closed group; 0 of an open one."""
        return self.think_s.exponential_s if isinstance(self.think_s, Exponential) else self.think_s or 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload(Group):
    """What users ask for: written as one group, or as a list of several."""

    several: tuple[Group, ...] = field(default=(), metadata={"derived": True})
    """Where there are several groups, they alone say who asks; `operations` are then those that the target is asked
    for by any of them."""

    @property
    def groups(self) -> tuple[Group, ...]:
        """Every group there is, in the order of the file."""
        return self.several or (self,)
