"""What a team holds: mails, and what there is around them. What lists show, and is read later, is never changed in
place where a reader that is behind could see it: a mail keeps what happened to it, with the instants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from brownout_simulators.account import Account
from brownout_simulators.store import Store
from brownout_simulators.vendors.resend.dialect import instant, moment

KEEP_EMAILS: Final = 20_000
KEEP_BYTES: Final = 64 * 1024 * 1024
"""Of texts and HTML that a team's mails hold, together; above, the oldest mails go."""
KEEP: Final = 20_000
"""Objects of every other kind."""
KEEP_ENDPOINTS: Final = 200
KEEP_EVENTS: Final = 1_000
"""Events that each endpoint remembers."""
KEEP_ATTEMPTS: Final = 50
"""Of one event, the last ones."""

Object: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class Email:
    """One mail. It holds texts, numbers and plain tuples of them where it can: at those the collector of garbage looks
    once, at everything else again and again."""

    id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    html: str | None
    text: str | None
    created_s: float
    """Seconds since 1970."""
    events: tuple[str, ...]
    """What happened to it, in order."""
    instants_s: tuple[float, ...]
    """When each of them did, on the simulator's clock."""
    recipients: tuple[str, ...] = ()
    """Every address that it goes to, bare, each once."""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    headers: Mapping[str, str] | None = None
    tags: tuple[tuple[str, str], ...] = ()
    """Names and values."""
    attachments: Sequence[Mapping[str, Any]] = ()
    """What is known of them without their content."""
    template_id: str = ""
    scheduled_s: float | None = None
    """Seconds since 1970."""
    round: int = 0
    """How often it was scheduled anew: an earlier plan is void."""

    @property
    def last_event(self) -> str:
        """What happened last."""
        return self.events[-1]

    def happened(self, at_s: float, event: str) -> None:
        """One more event, now."""
        self.events = (*self.events, event)
        self.instants_s = (*self.instants_s, at_s)

    @property
    def size(self) -> int:
        """Roughly the bytes of what it says."""
        return len(self.html or "") + len(self.text or "") + 500

    def seen_by(self, account: Account[Any]) -> str:
        """The last event that a read sees; "" where it does not see the mail yet."""
        as_of_s = account.as_of_s
        if as_of_s is None or (account.hides_new_only and self.instants_s[0] <= as_of_s):
            return self.last_event
        seen = sum(at_s <= as_of_s for at_s in self.instants_s)
        event = self.events[seen - 1] if seen else ""
        if event != self.last_event:
            account.was_stale = True
        return event

    def rendered(self, last_event: str) -> Object:
        """As a list shows it."""
        return {
            "id": self.id,
            "message_id": f"<{self.id}@email.brownout.localhost>",
            "to": list(self.to),
            "from": self.sender,
            "created_at": moment(self.created_s),
            "subject": self.subject,
            "bcc": list(self.bcc),
            "cc": list(self.cc),
            "reply_to": list(self.reply_to),
            "last_event": last_event,
            "scheduled_at": None if self.scheduled_s is None else instant(self.scheduled_s),
        }

    def rendered_whole(self, last_event: str) -> Object:
        """As it is shown alone."""
        whole = {"object": "email", **self.rendered(last_event), "html": self.html, "text": self.text}
        return {**whole, "tags": [{"name": name, "value": value} for name, value in self.tags]}


def is_over(email: Email) -> bool:
    """Whether a mail may be forgotten before older ones: nothing that was promised is still to come of it."""
    return email.last_event not in {"scheduled", "queued", "sent", "delivery_delayed"}


@dataclass(slots=True)
class EventLog:
    """One event, as one endpoint is told of it."""

    id: str
    type: str
    created_s: float
    body: Object
    status: str = "pending"
    attempts: list[Object] = field(default_factory=list)
    next_attempt_s: float | None = None
    is_withheld: bool = False
    """An attempt was due while the endpoint was disabled."""


@dataclass(slots=True)
class Endpoint:
    """A receiver of webhooks."""

    id: str
    url: str
    events: frozenset[str]
    """Empty for all."""
    secret: str
    created_s: float
    enabled: bool = True
    previous: str = ""
    """The secret before the last rotation."""
    previous_until_s: float = 0.0
    failing_since_s: float | None = None
    """Wall-clock instant of the first failure since the last success."""
    log: Store[EventLog] = field(
        default_factory=lambda: Store(KEEP_EVENTS, is_settled=lambda event: event.status in {"success", "failed"})
    )

    def wants(self, event: str) -> bool:
        """Whether an event of this type goes there."""
        return self.enabled and (not self.events or event in self.events)


@dataclass(slots=True)
class State:
    """All of a team's world."""

    emails: Store[Email] = field(default_factory=lambda: Store(KEEP_EMAILS, is_settled=is_over))
    bytes_kept: int = 0
    suppressions: Store[Object] = field(default_factory=lambda: Store(KEEP))
    suppressed: dict[str, str] = field(default_factory=dict)
    """An address to its suppression's id."""
    contacts: Store[Object] = field(default_factory=lambda: Store(KEEP))
    contact_ids: dict[str, str] = field(default_factory=dict)
    """An address to its contact's id."""
    domains: Store[Object] = field(default_factory=lambda: Store(KEEP_ENDPOINTS))
    domain_ids: dict[str, str] = field(default_factory=dict)
    templates: Store[Object] = field(default_factory=lambda: Store(KEEP_ENDPOINTS))
    template_ids: dict[str, str] = field(default_factory=dict)
    """An alias to its template's id."""
    endpoints: Store[Endpoint] = field(
        default_factory=lambda: Store(KEEP_ENDPOINTS, is_settled=lambda endpoint: not endpoint.enabled)
    )
    endpoints_made: int = 0

    def __post_init__(self) -> None:
        self.emails.on_forgotten = lambda _, email: self._let_go(email)
        self.suppressions.on_forgotten = lambda _, row: self.suppressed.pop(row["email"], None)
        self.contacts.on_forgotten = lambda _, row: self.contact_ids.pop(row["email"], None)
        self.domains.on_forgotten = lambda _, row: self.domain_ids.pop(row["name"], None)
        self.templates.on_forgotten = lambda _, row: self.template_ids.pop(row["alias"], None)

    def keep(self, email: Email, at_s: float) -> None:
        """Keep a new mail; where mails are large, fewer of them are kept."""
        self.emails.add(email.id, email, at_s)
        self.bytes_kept += email.size
        while self.bytes_kept > KEEP_BYTES and len(self.emails) > 1:
            oldest = next(self.emails.oldest_first())
            self.emails.remove(oldest.id)
            self.emails.forgotten += 1
            self.emails.forgotten_open += not is_over(oldest)
            self._let_go(oldest)

    def _let_go(self, email: Email) -> None:
        self.bytes_kept -= email.size


ResendAccount: TypeAlias = Account[State]


def stores(state: State) -> Mapping[str, Store[Any]]:
    """What a team holds, by kind."""
    return {
        "email": state.emails,
        "suppression": state.suppressions,
        "contact": state.contacts,
        "domain": state.domains,
        "template": state.templates,
        "webhook": state.endpoints,
    }
