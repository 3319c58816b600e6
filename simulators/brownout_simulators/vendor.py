"""What a vendor declares. The engine holds no vendor's string; a vendor's file never applies a fault, a limit,
an idempotency rule or a ledger entry. It says how they look in its dialect, and the engine does them, in one order.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Notice, Reply
from brownout_simulators.outsiders import KeyHolder
from brownout_simulators.store import Store

S = TypeVar("S")

BODY_LIMIT: Final = 4 * 1024 * 1024
DEFAULT_ACCOUNT: Final = "default"
"""The account of a call that names none, and need not."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Who is calling. Any credential of the vendor's test shape opens an account of its own on first use."""

    account: str
    """A label that is not a secret; the same credential always gives the same label."""
    magic: str = ""
    """A vendor's own kind of key (`test`, `restricted`), where it matters."""


class Refused(Exception):
    """Raised by an action, or its validation, to answer with an error reply at once."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Route(Generic[S]):
    """One endpoint. `path` is a template: `/v1/payment_intents/{id}/confirm`, `/{set}({key})`, `/v1/data/{path...}`;
    `router.py` says what templates there are."""

    method: str
    path: str
    action: Callable[[Call, Account[S]], Reply]
    public: bool = False
    """No credential is asked for (a health page); `Vendor.whose` says which account it is about."""
    grants: bool = False
    """Gives out tokens: the credential that it asks for is none itself, and does not expire as tokens do."""


class SessionToken(Protocol):
    """Makes the token of a user's session."""

    def __call__(
        self,
        key: str,
        who: str,
        /,
        *,
        issued_s: float,
        nth: int,
        forged: bool,
        permissions: Sequence[str],
        is_compact: bool,
    ) -> str:
        """By a test key, of the one session of the user who is called so, issued at that instant of the wall clock.

        It names the account's nth signing key (0: the first); of a forged one that key's signature is not. Where there
        are `permissions` it tells of an organization in which its user has them, in the compact way or in the flat one.
        """
        ...


class Errors(Protocol):
    """A vendor's way of saying no: one function per situation, each a whole reply in the vendor's own shape."""

    def unknown_route(self, call: Call) -> Reply: ...
    def malformed(self, call: Call, why: str) -> Reply: ...
    def unauthenticated(self, call: Call) -> Reply: ...
    def token_expired(self, call: Call) -> Reply: ...
    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """429 in the vendor's words; `retry_after_s` is rendered only if the vendor does so (where a fault insists
        on the header, the engine adds it). `reason` is the name of the vendor's own limit that was exceeded, `lock`
        for an object that another call holds, or whatever reason a fault was given; unknown ones count as the
        vendor's general limit. Where one of its limits said no, `call.limit` tells how far it was used."""
        ...

    def quota_exhausted(self, call: Call) -> Reply: ...
    def server_error(self, call: Call, status: int) -> Reply:
        """500, 502, 503 or 504 with the vendor's own body."""
        ...


@dataclass(frozen=True, slots=True)
class NamedError:
    """One of a vendor's errors, under the vendor's own name: what `respond: {error: …}` answers with."""

    status: int
    about: str
    """In one line: what the vendor says."""
    reply: Callable[[Call], Reply]
    """The whole answer, where nothing is done."""
    provoked: Callable[[Call], Mapping[str, Any] | None] = lambda _call: None
    """What the caller would have had to send for the vendor to say so itself, leaving what it leaves in such a case (a
    declined payment); None where no request of this kind could bring it about."""


@dataclass(frozen=True, slots=True)
class IdempotencyRules:
    """How a vendor treats a repeated key. Vendors without keys declare none."""

    key_of: Callable[[Call], str | None]
    """The key this call carries, if its method honours one. May raise `Refused`."""
    fingerprint: Callable[[Call], bytes]
    """What must be equal for the same key to mean the same request."""
    in_progress: Callable[[Call], Reply]
    mismatch: Callable[[Call], Reply]
    saved: Callable[[Reply], bool]
    """Whether this reply is remembered under the key."""
    replayed: Callable[[Call, Reply, str], Reply]
    """The remembered reply as it is sent again; the last argument is the first request's id."""
    ttl_s: float = 86_400.0
    scope_of: Callable[[Call], str] = lambda _call: ""
    """What a key is unique within, beside its account."""
    ttl_of: Callable[[str], float] | None = None
    """(account's label) to how long its keys are kept, where that is not the same for all."""

    def kept_s(self, account: str) -> float:
        """How long an account's keys are."""
        return self.ttl_s if self.ttl_of is None else self.ttl_of(account)


@dataclass(frozen=True, slots=True)
class Limit:
    """One of a vendor's limiters. Off unless a scenario, a profile or a fault asks for it."""

    name: str
    rate_per_s: float = 0.0
    """Tokens per second; 0 for a limit that only counts what is in flight."""
    burst: float = 0.0
    concurrency: int = 0
    """Calls in flight at once; 0 for no such limit."""
    key_of: Callable[[Call, str], str] = lambda _call, account: account
    """Which bucket a call draws from; "" for none."""
    renews_at: Callable[[float], float] | None = None
    """(seconds since 1970) to the next instant at which all of `burst` is there again: a quota of the day, which has no
    rate. None: the bucket is refilled by `rate_per_s`."""
    cost_of: Callable[[Call], float] = lambda _call: 1.0
    """How many tokens of the bucket a call takes, at least 0: one, or what the vendor estimates that it will use. A
    call that costs more than the bucket holds is refused, whenever it comes."""
    of_effects: bool = False
    """A call that leaves no effect counts for nothing: what it took is given back at its end. A quota of what was sent,
    for which what is refused, or only replayed, is none."""
    spent_by: Callable[[Reply | None], float | None] | None = None
    """What a call was charged is a reserve, settled when it is over: how many tokens it has really used, by what was
    made for it (None: nothing was). More than its reserve leaves the bucket in debt; where it returns None, the
    reserve is kept."""


class Page(NamedTuple):
    """What a person looks at in a browser."""

    status: int
    html: str
    is_foreign: bool = False
    """Somebody else's HTML (a mail): it is shown, and can do nothing."""


PageOf = Callable[[Mapping[str, Account[S]], str, Mapping[str, str]], Page]
"""(accounts by label, what follows in the path, the query) to a page."""


class SentMessage(NamedTuple):
    """A text, a mail, a code: what the vendor has sent to a person, as a person looks at it."""

    id: str
    channel: str
    """`sms`, `mail`, `call` …"""
    at_s: float
    """Seconds since 1970."""
    to: str
    sender: str
    state: str
    """What became of it, in the vendor's word."""
    subject: str = ""
    text: str = ""
    html: str = ""
    """Somebody else's: to be shown where it can do nothing."""


NO_ANSWER: Final = 0
"""In the place of a receiver's status: it was connected to, and gave no answer in time."""


class Terms(NamedTuple):
    """On which terms one receiver is told: how often, how soon, how patiently."""

    schedule_s: Sequence[float] = (0.0,)
    """Seconds after the event at which attempts are made; as many attempts as entries."""
    retry_on: Callable[[int | None], bool] = lambda status: status is None or not 200 <= status < 300
    """Whether this answer earns another attempt; None: no connection; `NO_ANSWER`: a connection, and no answer on it in
    time."""
    timeout_s: float = 10.0
    """Of one attempt."""
    connect_timeout_s: float | None = None
    """Of an attempt until it is connected; None: as long as the whole of it."""
    total_s: float | None = None
    """From the first attempt on, over all of them."""


@dataclass(frozen=True, slots=True)
class WebhookRules:
    """How a vendor delivers its notices."""

    serialise: Callable[[Notice], tuple[str, bytes]]
    """Content type and raw body."""
    headers: Callable[[Notice, str, bytes, str, float, int], Mapping[str, str]]
    """(notice, url, body, secret, wall-clock seconds, attempt from 1) to headers, signature included."""
    endpoints: Callable[[Account[Any], Notice], Sequence[tuple[str, str]]]
    """(url, signing secret) of each endpoint of the account that wants this notice; while one is replaced by another,
    both, with a space between them."""
    anew: Callable[[Account[Any], Notice], Notice] | None = None
    """The same change told once more, as an event of its own; None where an event has no id."""
    schedule_s: Sequence[float] = Terms().schedule_s
    """This and the next two: as in `Terms`."""
    retry_on: Callable[[int | None], bool] = Terms().retry_on
    timeout_s: float = Terms().timeout_s
    terms_of: Callable[[str], Terms] | None = None
    """The terms that a receiver's URL itself names, in place of the three above; None where no URL can."""
    jitter: float = 0.0
    """Share of each scheduled gap by which it may be longer or shorter."""
    on_result: Callable[[Account[Any], Notice, str, int, int | None, bool], None] | None = None
    """Told after each attempt: (account, notice, url, attempt from 1, status or None, whether it was the last)."""
    on_withdrawn: Callable[[Account[Any], Notice, str], None] | None = None
    """Where there is one, endpoints are asked for again before each attempt: it is signed with the secret that is then
    in force, and one that is gone or switched off meanwhile is sent nothing more. Told of each delivery that ends so:
    (account, notice, url)."""

    def terms(self, url: str) -> Terms:
        """Those of one receiver."""
        return Terms(self.schedule_s, self.retry_on, self.timeout_s) if self.terms_of is None else self.terms_of(url)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a vendor waits for itself with one call. Then it gives the call up: nothing of it is done, and nobody
    else's turn comes later for it."""

    queue_s: float
    """Until its work begins, where `serve` lets it queue."""
    queued_out: Callable[[Call], Reply]
    work_s: float
    """Until its work is done: what `serve` and `latency` let it take together."""
    worked_out: Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Setup:
    """What somebody would have set up in the vendor's dashboard before the first call: tables, canned answers."""

    read: Callable[[Mapping[str, Any]], Any]
    """JSON to the vendor's own object, which its accounts see as `account.setup`; `{}` is the vendor as it is unless
    somebody set it up. Raises `ValueError`, whose text begins with the place: `answers[2].say: ...`."""
    about: Mapping[str, str]
    """Its keys, and in one line each what they are for."""


@dataclass(frozen=True, slots=True)
class Vendor(Generic[S]):
    """A vendor package's one export: `VENDOR`."""

    name: str
    port: int
    """The documented port of `brownout up`."""
    routes: Sequence[Route[S]]
    new_state: Callable[[], S]
    authenticate: Callable[[Call], Credential]
    """Reads the credential; raises `Refused` with the vendor's own 401."""
    parse: Callable[[Call], Mapping[str, Any]]
    """Body or query to nested data, in the vendor's encoding; raises `ValueError` with what is wrong, or `Refused`."""
    errors: Errors
    decorate: Callable[[Call, Account[S] | None, Reply], None]
    """Adds the headers that the vendor puts on every reply (request id, version, limits)."""
    environment: Callable[[str, str], Mapping[str, str]]
    """(base URL, test key) to the environment variables by which an application finds this vendor."""
    test_key: Callable[[str], str]
    """A test credential for a name: the same name gives the same key, hence the same account."""
    account_of: Callable[[str], str] = lambda key: key
    """(test key) to the label of its account."""
    key_holder: Callable[[str], KeyHolder] | None = None
    """(test key) to how somebody authorizes a call who has no more than it, a person at a dashboard; None where a key
    alone opens nothing."""
    session_token: SessionToken | None = None
    """A user's session token, as his browser comes with it to the application; None: its users have no
    such tokens."""
    stores: Callable[[S], Mapping[str, Store[Any]]] = lambda _state: {}
    """What an account holds, by kind of object: for the counts of what is kept and what was forgotten."""
    credential_of: Callable[[Call], str] = lambda call: call.headers.get("authorization", "")
    """The token or key by which a call is let in, wherever it stands: `expire_tokens` counts from its first use. Empty
    where it is let in by something that does not expire as tokens do (a link)."""
    whose: Callable[[Call], str] = lambda _call: DEFAULT_ACCOUNT
    """Whose a call is that needs no credential (`Route.public`); the default account's, unless it says so itself."""
    never_expires: Callable[[Call], bool] = lambda _call: False
    """Whether what the call authorizes itself with is a key that lasts, where a vendor takes those beside tokens."""
    admit: Callable[[Call, Account[S]], None] | None = None
    """The half of authentication that needs the account's state; raises `Refused`."""
    idempotency: IdempotencyRules | None = None
    webhooks: WebhookRules | None = None
    listen: Callable[[Account[S], str], str] | None = None
    """(account, url) registers a receiver of every notice, as in the vendor's dashboard; returns the signing secret.
    None where a receiver is named with each call."""
    limits: Sequence[Limit] = ()
    patience: Callable[[Call, Account[S]], Patience | None] | None = None
    """With each call; None where it waits for as long as it takes."""
    setup: Setup | None = None
    """What can be set up; None where nothing can."""
    pages: Mapping[str, PageOf[S]] = field(default_factory=dict)
    """What a person can look at, by name: at `/_brownout/<name>`."""
    messages: Callable[[S], Sequence[Iterator[SentMessage]]] | None = None
    """What it has sent to people: of each kind the newest first. None where it sends nothing to anybody."""
    named_errors: Mapping[str, NamedError] = field(default_factory=dict)
    """The errors that a fault can ask for by name."""
    stream_error: Callable[[Call, Reply, Sequence[bytes]], Sequence[bytes]] | None = None
    """(call, one of its errors as a whole answer, the chunks that went out) to the chunks by which it says that error
    where a stream is under way; None where it never does."""
    hosts: Sequence[str] = ()
    """The names under which the real one serves, for who cannot be pointed elsewhere; `*.twilio.com` is all below it.
    Empty: its users run it under names of their own."""
    correlate: Sequence[str] = ("header.x-correlation-id",)
    """Where the caller's operation id travels, first hit wins: `header.<name>` or `body.<dotted path>`."""
    effects: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The kinds of effect that its actions can have, and what it can tell of each besides its id: `amount` and
    `currency` where money moves, a recipient, a text. A run names those of them that the ledger is to keep."""
    tls: bool = False
    """Hosts on sockets speak TLS on its port, too: its SDKs insist on `https`, be it for some of its paths."""
    root: str = ""
    """What all its paths begin with: `/v1`. Whatever stands before it is overlooked, as by a proxy that serves the
    vendor under a path of its own: SDKs keep what their base URL has there. Empty: nothing may."""
    implied_root: str = ""
    """What a path begins with though its caller leaves it out: `/client/v4`. Routes, rules and ledgers have it always.
    Empty: nothing may be left out."""
    body_limit: int = BODY_LIMIT
    """Bytes of a request's body that hosts on sockets take; above, they answer 413 before the vendor sees it."""
    magic: Mapping[str, str] = field(default_factory=dict)
    """The documented test inputs and what each does, for the docs and `brownout vendors`."""
    clients: Mapping[str, str] = field(default_factory=dict)
    """By client, the official ones first: how it is pointed here, in terms of the variables of its `environment`."""

    def __post_init__(self) -> None:
        if self.body_limit < 1:
            raise ValueError(f"{self.name}: body_limit must be at least 1 byte, got {self.body_limit}")
