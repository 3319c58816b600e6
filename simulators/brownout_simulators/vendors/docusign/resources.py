"""What an account holds: envelopes with their versions, documents, tokens, Connect configurations, templates."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Notice
from brownout_simulators.store import Store
from brownout_simulators.vendors.docusign.setup import Site

TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    "created": frozenset({"sent", "deleted"}),
    "sent": frozenset({"delivered", "completed", "declined", "voided"}),
    "delivered": frozenset({"completed", "declined", "voided"}),
    "completed": frozenset(),
    "declined": frozenset(),
    "voided": frozenset(),
    "deleted": frozenset(),
}
"""An envelope's. `completed` follows upon `sent` where nobody has anything to open: copies alone."""
KEEP_ENVELOPES: Final = 50_000
KEEP_VERSIONS: Final = 50
"""Of one envelope."""
KEEP_AUDIT: Final = 200
"""Of one envelope."""
KEEP_TOKENS: Final = 10_000
KEEP_CONFIGURATIONS: Final = 100
KEEP_TEMPLATES: Final = 1_000
KEEP_LINKS: Final = 50_000
KEEP_LOGS: Final = 1_000
KEEP_FAILURES: Final = 10_000
KEEP_BYTES: Final = 64 * 1024 * 1024
"""Of documents, in all of an account."""
TRANSACTION_S: Final = 7 * 86_400.0
"""So long a transactionId is known (the SDKs' own words about the field)."""

Object = dict[str, Any]
NO_FIELDS: Final[Object] = {"textCustomFields": [], "listCustomFields": []}
USUAL_NOTIFICATION: Final[Object] = {
    "useAccountDefaults": "false",
    "reminders": {"reminderEnabled": "false", "reminderDelay": "0", "reminderFrequency": "0"},
    "expirations": {"expireEnabled": "false", "expireAfter": "120", "expireWarn": "0"},
}
DocusignAccount = Account["State"]


@dataclass(slots=True)
class Token:
    """An access token; the instant is on the simulator's clock."""

    expires_s: float


@dataclass(slots=True)
class Version:
    """An envelope's changing half, as it was from one instant on; never changed."""

    at_s: float
    header: Object
    """Status and dates, as they are written; never changed. Of fields and notification None, where they are as usual:
    the collector of garbage need not look at a header that holds no object."""
    recipients: tuple[Object, ...]
    """As they are written, with `kind` beside; never changed."""

    @property
    def custom_fields(self) -> Object:
        """As they are written."""
        return self.header["customFields"] or NO_FIELDS

    @property
    def notification(self) -> Object:
        """As it is written."""
        return self.header["notification"] or USUAL_NOTIFICATION


@dataclass(slots=True)
class Document:
    """One that was uploaded; never changed."""

    id: str
    name: str
    extension: str
    order: str
    content: bytes

    def __len__(self) -> int:
        return len(self.content)


@dataclass(slots=True)
class Lock:
    """Who edits an envelope. The instant is on the simulator's clock."""

    token: str
    kind: str
    app: str
    seconds: int
    until_s: float
    until_wall_s: float


@dataclass(slots=True)
class Envelope:
    """One envelope. `versions` is never empty and only grows: reads that lag find what they should see."""

    id: str
    created: str
    """When it was made, as it is written."""
    transaction_id: str
    """Empty where the caller gave none."""
    versions: list[Version]
    documents: tuple[Document, ...]
    references: Mapping[str, str]
    own_listener: Object | None = None
    """Its own `eventNotification`."""
    lock: Lock | None = None
    audit: tuple[tuple[float, str, str, str], ...] = ()
    """(wall-clock instant, action, who, status then)."""
    expiry: int = 0
    """Counts how often the expiry was set: only the last counts."""
    redelivered: int = 0

    @property
    def now(self) -> Version:
        """The newest version."""
        return self.versions[-1]

    @property
    def status(self) -> str:
        """As it is now."""
        status: str = self.now.header["status"]
        return status

    def note(self, wall_s: float, action: str, who: str, status: str) -> None:
        """It is written down that somebody did something."""
        self.audit = (*self.audit[1 - KEEP_AUDIT :], (wall_s, action, who, status))

    def as_of(self, account: DocusignAccount) -> Version | None:
        """The version that a read sees; None if the envelope is not there yet."""
        at_s = account.as_of_s
        if at_s is None or (account.hides_new_only and self.versions[0].at_s <= at_s):
            return self.now
        seen = next((version for version in reversed(self.versions) if version.at_s <= at_s), None)
        if seen is not self.now:
            account.was_stale = True
        return seen


def is_over(envelope: Envelope) -> bool:
    """Whether nothing is to come of it any more. Asked sixteen times for each that goes while none is over."""
    return envelope.versions[-1].header["status"] in _OVER


_OVER: Final = frozenset(status for status, after in TRANSITIONS.items() if not after)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A Connect configuration, as it is written."""

    id: str
    shown: Object

    def wants(self, event: str) -> bool:
        """Whether an event of this name goes there."""
        return self.shown["enabled"] == "true" and (not self.shown["events"] or event in self.shown["events"])


@dataclass(slots=True)
class Failure:
    """A delivery that was given up."""

    id: str
    configuration: str
    url: str
    envelope_id: str
    notice: Notice
    status: int | None
    wall_s: float


Link = tuple[str, str, str, float | None]
"""Where one recipient signs, from a mail, or, once and for five minutes, from a view: the envelope's id, the
recipient's, where he is sent then ("": nowhere), until when on the simulator's clock (None: it lasts)."""


@dataclass(slots=True)
class State:
    """One account, which is one application's."""

    tokens: Store[Token] = field(default_factory=lambda: Store(KEEP_TOKENS))
    envelopes: Store[Envelope] = field(default_factory=lambda: Store(KEEP_ENVELOPES, is_settled=is_over))
    by_transaction: dict[str, list[str]] = field(default_factory=dict)
    by_change: OrderedDict[str, Envelope] = field(default_factory=OrderedDict)
    """The one that changed last is the last."""
    configurations: Store[Configuration] = field(default_factory=lambda: Store(KEEP_CONFIGURATIONS))
    next_configuration: int = 1
    templates: Store[Object] = field(default_factory=lambda: Store(KEEP_TEMPLATES))
    template_documents: dict[str, tuple[Document, ...]] = field(default_factory=dict)
    links: Store[Link] = field(default_factory=lambda: Store(KEEP_LINKS))
    logs: Store[Object] = field(default_factory=lambda: Store(KEEP_LOGS))
    failures: Store[Failure] = field(default_factory=lambda: Store(KEEP_FAILURES))
    holding_documents: OrderedDict[str, Envelope] = field(default_factory=OrderedDict)
    bytes_held: int = 0
    sent: int = 0

    def __post_init__(self) -> None:
        self.envelopes.on_forgotten = self._forget
        self.templates.on_forgotten = lambda gone, _template: self.template_documents.pop(gone, None)

    def add(self, envelope: Envelope) -> None:
        """Store a new one."""
        self.envelopes.add(envelope.id, envelope)
        self.by_change[envelope.id] = envelope
        if envelope.transaction_id:
            self.by_transaction.setdefault(envelope.transaction_id, []).append(envelope.id)
        if envelope.documents:
            self.hold(envelope, envelope.documents)

    def hold(self, envelope: Envelope, documents: tuple[Document, ...]) -> None:
        """These are its documents now; the oldest envelope's go for want of room."""
        self.bytes_held += _size(documents)
        if envelope.id in self.holding_documents:
            self.bytes_held -= _size(envelope.documents)
        envelope.documents = documents
        self.holding_documents[envelope.id] = envelope
        while self.bytes_held > KEEP_BYTES and len(self.holding_documents) > 1:
            _, oldest = self.holding_documents.popitem(last=False)
            self._let_go(oldest)

    def change(self, envelope: Envelope, version: Version) -> None:
        """Make `version` the envelope's newest."""
        envelope.versions.append(version)
        if len(envelope.versions) > KEEP_VERSIONS:
            del envelope.versions[1]  # when it was made stays known
        if envelope.id in self.by_change:
            self.by_change.move_to_end(envelope.id)

    def let_documents_go(self, envelope: Envelope) -> None:
        """Their contents are gone for good."""
        if self.holding_documents.pop(envelope.id, None) is not None:
            self._let_go(envelope)

    def _let_go(self, envelope: Envelope) -> None:
        self.bytes_held -= _size(envelope.documents)
        envelope.documents = tuple(
            Document(one.id, one.name, one.extension, one.order, b"") for one in envelope.documents
        )

    def _forget(self, id: str, envelope: Envelope) -> None:  # noqa: A002
        self.by_change.pop(id, None)
        self.let_documents_go(envelope)
        others = [each for each in self.by_transaction.pop(envelope.transaction_id, []) if each != id]
        if others:
            self.by_transaction[envelope.transaction_id] = others


def _size(documents: tuple[Document, ...]) -> int:
    return sum([len(one.content) for one in documents])


def site_of(account: DocusignAccount) -> Site:
    """How the account is set up."""
    site: Site = account.setup
    return site


def stores(state: State) -> Mapping[str, Store[Any]]:
    """What an account holds, by kind."""
    return {
        "envelope": state.envelopes,
        "template": state.templates,
        "access token": state.tokens,
        "Connect configuration": state.configurations,
        "Connect failure": state.failures,
        "Connect log": state.logs,
        "signing link": state.links,
    }
