"""What a company holds: a table for each kind of entity, tokens, jobs, subscriptions, and what holds its documents."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.store import Store
from brownout_simulators.vendors.erp.instants import decimal_of
from brownout_simulators.vendors.erp.records import Journal, Record, Table
from brownout_simulators.vendors.erp.schema import KINDS, Kind
from brownout_simulators.vendors.erp.states import standing

KEEP_TOKENS: Final = 20_000
KEEP_JOBS: Final = 10_000
KEEP_SUBSCRIPTIONS: Final = 1_000
INDEXED: Final = (
    "number",
    "externalDocumentNumber",
    "documentId",
    "customerId",
    "itemId",
    "orderId",
    "workOrderId",
    "vendorInvoiceNumber",
)
"""What is looked up rather than looked for."""

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token. It ends at an instant of the simulator's clock."""

    value: str
    tenant: str
    expires_s: float


@dataclass(slots=True, eq=False)
class Job:
    """A request that is worked on after its answer."""

    id: str
    call: Call | None
    created_s: float
    """Wall clock."""
    status: str = "notStarted"
    reply: Reply | None = None
    ended_s: float = 0.0
    """On the simulator's clock."""
    key: str = ""
    """Under which the caller would know it again, where the quirk has such keys."""
    is_lost: bool = False
    """Its monitor knows nothing of it; what it does is done all the same."""
    is_stuck: bool = False
    runs: int = 1
    """How often it is to be worked on."""

    @property
    def is_over(self) -> bool:
        """Whether nothing is to come of it any more."""
        return self.status in {"succeeded", "failed", "cancelled"}


@dataclass(slots=True)
class Subscription:
    """Somebody who is told of changes to a resource."""

    id: str
    url: str
    resource: str
    """As he wrote it: the path of a set."""
    set: str
    client_state: str
    expires_s: float
    """Wall clock."""
    version: int = 1
    is_silent: bool = False
    """It is gone, and nobody was told."""
    collected: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Notices until they go out, the latest of each entity."""


@dataclass(slots=True)
class Hold:
    """Somebody has a document."""

    by: str
    until_s: float


class State:
    """One company of one tenant."""

    def __init__(self) -> None:
        self.secret = ""
        """The client secret that it was first called with."""
        self.company_id = ""
        """Empty until the company was opened."""
        self.tokens: Store[Token] = Store(KEEP_TOKENS)
        self.jobs: Store[Job] = Store(KEEP_JOBS, is_settled=lambda job: job.is_over)
        self.job_keys: dict[str, str] = {}
        self.waiting_jobs: dict[str, Job] = {}
        self.running_jobs: dict[str, float] = {}
        """When the work on each ends, by the simulator's clock."""
        self.subscriptions: Store[Subscription] = Store(KEEP_SUBSCRIPTIONS)
        self.subscribers: dict[str, dict[str, None]] = {}
        """Ids of subscriptions, by the set that they are to."""
        self.holds: dict[str, Hold] = {}
        """By the document's id; those that are over go as soon as anybody looks."""
        self.refusals = 0
        """How often somebody was told to come back after a maintenance window."""
        self.journal = Journal()
        self.tables = {
            name: Table(
                kind.keep,
                [each for each in INDEXED if each in kind.fields],
                self.journal,
                is_settled=_settled_by(standing(name)),
            )
            for name, kind in KINDS.items()
        }
        self._reserved: dict[str, Decimal] = {}
        self._numbers: dict[str, int] = {}
        self.jobs.on_forgotten = self._forget_job
        self.subscriptions.on_forgotten = lambda _id, one: self._unlist(one)

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def next_number(self, kind: Kind) -> str:
        """Of its series, and nobody's yet. One that was given and taken back leaves a gap, as in the real series."""
        while True:
            last = self._numbers[kind.series] = self._numbers.get(kind.series, 100_000) + 1
            number = f"{kind.series}-{last}"
            if not self.tables[kind.set].having("number", number):
                return number

    def reserved(self, item_id: str) -> Decimal:
        """How much of an item is spoken for."""
        return self._reserved.get(item_id, NOTHING)

    def reserve(self, item_id: str, by: Decimal) -> None:
        """So much more of an item is spoken for; less where it is below nothing."""
        self._speak_for(item_id, by)
        if self.journal.is_on:
            self.journal.note(partial(self._speak_for, item_id, -by))

    def available(self, item: Record) -> Decimal:
        """How much of it is there, and not spoken for."""
        return decimal_of(item.values["inventory"]) - self.reserved(item.id)

    def lines_of(self, lines: str, document_id: str) -> list[Record]:
        """A document's, in order."""
        return self.tables[lines].having("documentId", document_id)

    def hold_on(self, document_id: str, now_s: float) -> Hold | None:
        """Who has a document now."""
        hold = self.holds.get(document_id)
        if hold is not None and hold.until_s <= now_s:
            del self.holds[document_id]
            return None
        return hold

    def begin_subscription(self, one: Subscription, now_s: float) -> None:
        """Somebody is to be told."""
        self.subscriptions.add(one.id, one, now_s)
        self.subscribers.setdefault(one.set, {})[one.id] = None

    def end_subscription(self, one: Subscription) -> None:
        """Nobody is told any more."""
        self.subscriptions.remove(one.id)
        self._unlist(one)

    def _unlist(self, one: Subscription) -> None:
        self.subscribers.get(one.set, {}).pop(one.id, None)

    def _speak_for(self, item_id: str, by: Decimal) -> None:
        left = self.reserved(item_id) + by
        if left:
            self._reserved[item_id] = left
        else:
            self._reserved.pop(item_id, None)

    def _forget_job(self, id: str, job: Job) -> None:  # noqa: A002
        self.waiting_jobs.pop(id, None)
        if self.job_keys.get(job.key) == id:
            del self.job_keys[job.key]


def _settled_by(standing: frozenset[str]) -> Callable[[Record], bool]:
    """Whether a record is in none of these states; asked sixteen times for each one that must go where all stand."""
    return lambda record: record.values.get("status", "") not in standing


def stores(state: State) -> Mapping[str, Store[Any]]:
    """What a company holds, by kind."""
    return {
        **{KINDS[name].type: table.store for name, table in state.tables.items()},
        "token": state.tokens,
        "job": state.jobs,
        "subscription": state.subscriptions,
    }


def state_of(account: Account[Any]) -> State:
    """The account's."""
    state: State = account.state
    return state
