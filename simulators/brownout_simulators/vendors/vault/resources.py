"""What a cluster holds: tokens, leases, wrapped answers, policies, mounts, and the seal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final

from brownout_simulators.store import Store
from brownout_simulators.vendors.vault.kv_store import Key

SYSTEM_TTL_S: Final = 2_764_800.0
"""768 hours: how long a token or lease lives where nobody says, and at most (vault/expiration.go)."""
ROOT: Final = "root"


@dataclass(slots=True, eq=False)
class Token:
    """One that was issued, and has not ended. Seconds are those of the account's clock."""

    id: str = field(repr=False)
    accessor: str
    kind: str
    """`service` or `batch`."""
    policies: tuple[str, ...]
    path: str
    """Where it was made: `auth/token/create`."""
    display_name: str
    issued_s: float
    ttl_s: float
    """As it was made; 0: it never ends."""
    expires_s: float
    """What it was promised; `inf` for a root token."""
    ends_s: float
    """When it really ends: the same, unless the cluster ends things early."""
    max_s: float
    """However often it is renewed, it ends then."""
    period_s: float = 0.0
    explicit_max_s: float = 0.0
    num_uses: int = 0
    """0: any number; -1: the last one is being made."""
    renewable: bool = True
    orphan: bool = True
    parent: str = ""
    meta: Mapping[str, str] | None = None
    last_renewal_s: float = 0.0
    children: dict[str, None] = field(default_factory=dict, repr=False)
    leases: dict[str, None] = field(default_factory=dict)

    @property
    def is_root(self) -> bool:
        """Whether it may do anything."""
        return ROOT in self.policies


@dataclass(slots=True, eq=False)
class Lease:
    """Of one database user."""

    id: str
    token: str = field(repr=False)
    user: str
    role: str
    issued_s: float
    ttl_s: float
    """What a renewal without a wish gives."""
    expires_s: float
    ends_s: float
    max_s: float
    drop_fails: bool = False
    """The database does not let its user go."""
    last_renewal_s: float | None = None
    attempts: int = 0
    irrevocable: bool = False


@dataclass(slots=True)
class Wrapped:
    """An answer that is handed out once."""

    body: bytes = field(repr=False)
    status: int
    accessor: str
    path: str
    ttl_s: float
    made_s: float
    wrapped_accessor: str = ""


@dataclass(slots=True)
class Mount:
    """A secrets engine, or a way to log in."""

    path: str
    """With its slash: `secret/`, `auth/approle/`."""
    kind: str
    """`kv`, `database`, `approle`, `userpass`, `token`, `system`."""
    uuid: str
    accessor: str
    description: str = ""
    options: Mapping[str, str] | None = None
    config: dict[str, Any] = field(default_factory=dict)
    backend: Any = None

    @property
    def is_v2(self) -> bool:
        """Whether it keeps versions."""
        return self.kind == "kv" and bool(self.options) and (self.options or {}).get("version") == "2"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a policy allows below a path."""

    path: str
    """A star at its end stands for anything, a plus for one segment."""
    capabilities: frozenset[str]


@dataclass(frozen=True, slots=True)
class Policy:
    """By name. A cluster that changes one puts another in its place: those that it began with are every cluster's."""

    name: str
    text: str
    rules: Sequence[Rule]


@dataclass(slots=True)
class State:
    """One cluster."""

    tokens: Store[Token] = field(default_factory=lambda: Store(50_000, is_settled=lambda token: not token.is_root))
    accessors: dict[str, str] = field(default_factory=dict, repr=False)
    """Accessor to token."""
    leases: Store[Lease] = field(default_factory=lambda: Store(50_000))
    wrapped: Store[Wrapped] = field(default_factory=lambda: Store(10_000))
    keys: Store[Key] = field(default_factory=lambda: Store(50_000))
    """Of all KV mounts, by mount and path."""
    secret_ids: Store[Any] = field(default_factory=lambda: Store(50_000))
    entries: Store[Any] = field(default_factory=lambda: Store(10_000))
    """What is configured below mounts: roles, users, connections."""
    policies: Store[Policy] = field(default_factory=lambda: Store(1_000))
    mounts: dict[str, Mount] = field(default_factory=dict)
    sealed: bool = False
    unseal_keys: set[str] = field(default_factory=set, repr=False)
    """Those that were handed in since the seal."""
    root_revoked: bool = False
    salt: bytes = b""
    """Of digests: what the books hold of a secret can be guessed by nobody."""
    is_begun: bool = False

    def __post_init__(self) -> None:
        self.tokens.on_forgotten = lambda _id, token: self.accessors.pop(token.accessor, None)
        self.keys.on_forgotten = lambda _id, key: key.folder.leave(key.path)


MOUNTS_LIMIT: Final = 200
"""Of both kinds together."""
FOREVER: Final = inf


def stores(state: State) -> Mapping[str, Store[Any]]:
    """For the counts of what is kept."""
    return {
        "token": state.tokens,
        "lease": state.leases,
        "wrapped answer": state.wrapped,
        "secret": state.keys,
        "secret id": state.secret_ids,
        "configured entry": state.entries,
        "policy": state.policies,
    }
