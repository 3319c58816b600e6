"""What an instance holds: collections of objects as Clerk prints them, and what is known beside them.

One rule keeps this fast and true: **what is kept is replaced, never changed**, nested values too. So every version that
was ever handed out stays as it was: for readers that are behind, for events, for other objects that hold it.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

from brownout_simulators.account import Account
from brownout_simulators.store import Store
from brownout_simulators.vendors.clerk.rotation import Rotation

Object: TypeAlias = dict[str, Any]

KEEP_OBJECTS: Final = 30_000
"""Objects of one kind that an instance remembers."""
KEEP_HISTORIES: Final = 2_000
"""Objects whose last few versions are kept, for readers that are behind."""
VERSIONS: Final = 4
KEEP_ENDPOINTS: Final = 1_000

_OPEN: Final[Mapping[str, frozenset[str]]] = {
    "session": frozenset({"active", "pending"}),
    "invitation": frozenset({"pending"}),
    "organization_invitation": frozenset({"pending"}),
    "sign_in_token": frozenset({"pending"}),
    "actor_token": frozenset({"pending"}),
}
"""Statuses of objects that something is still to come of."""
_LASTING: Final = frozenset({"organization", "organization_membership", "machine", "jwt_template"})
"""What others hang on."""


def is_settled(row: Object) -> bool:
    """Whether an object may be forgotten before older ones."""
    open_while = _OPEN.get(row["object"])
    if open_while is not None:
        return row["status"] not in open_while
    return row["object"] not in _LASTING and not (row.get("revoked") is False and not row["expired"])


class Kept(Store[Object]):
    """Objects of one kind, with the versions that reads from a replica need."""

    __slots__ = ("_history",)

    def __init__(self, limit: int = KEEP_OBJECTS) -> None:
        super().__init__(limit, is_settled=is_settled)
        self._history: OrderedDict[str, tuple[tuple[float, Object], ...]] = OrderedDict()

    def keep(self, made: Object, now_s: float) -> Object:
        """Keep a new object; `now_s` is on the simulator's clock."""
        self.add(made["id"], made, now_s)
        return made

    def change(self, kept: Object, now_s: float, **changes: Any) -> Object:
        """Put a changed copy in an object's place."""
        changed = {**kept, **changes}
        id = kept["id"]  # noqa: A001
        self._history[id] = (*self._history.get(id, ())[1 - VERSIONS :], (now_s, kept))
        self._history.move_to_end(id)
        if len(self._history) > KEEP_HISTORIES:
            self._history.popitem(last=False)
        self.put(id, changed)
        return changed

    def drop(self, id: str) -> Object | None:  # noqa: A002
        """Take an object out, and its versions."""
        self._history.pop(id, None)
        return self.remove(id)

    def seen(self, row: Object, account: Account[Any]) -> Object | None:
        """The version of an object that a read sees: the newest, unless the read is from a replica that is behind."""
        if account.as_of_s is None:
            return row
        version: Object | None = row
        if self.added_s(row["id"]) > account.as_of_s:
            version = None
        elif not account.hides_new_only:
            earlier = (old for changed_s, old in self._history.get(row["id"], ()) if changed_s > account.as_of_s)
            version = next(earlier, row)
        if version is not row:
            account.was_stale = True
        return version

    def look(self, id: str, account: Account[Any]) -> Object | None:  # noqa: A002
        """The object of that id as a read sees it."""
        row = self.get(id)
        return None if row is None else self.seen(row, account)

    def all_seen(self, account: Account[Any]) -> Iterator[Object]:
        """All as a read sees them, newest first."""
        if account.as_of_s is None:
            yield from self.newest_first()
            return
        for row in self.newest_first():
            version = self.seen(row, account)
            if version is not None:
                yield version


class MachineKey(NamedTuple):
    """A machine's secret key."""

    machine_id: str
    until_s: float
    """Wall-clock instant from which it opens nothing any more."""


@dataclass(slots=True)
class Endpoint:
    """A receiver of webhooks, as one makes it in the dashboard."""

    id: str
    url: str
    events: frozenset[str]
    """Empty for all."""
    secret: str
    created_s: float
    disabled: bool = False
    previous: str = ""
    """The secret before the last rotation."""
    previous_until_s: float = 0.0
    failing_since_s: float | None = None
    """Wall-clock instant of the first failure since the last success."""

    def wants(self, event: str) -> bool:
        """Whether an event of this type goes there."""
        return not self.disabled and (not self.events or event in self.events)


Links: TypeAlias = dict[str, dict[str, str]]
"""By an id, what hangs on it: other ids, in order, each with what it leads to."""


@dataclass(slots=True)
class State:
    """All of one instance's world."""

    users: Kept = field(default_factory=Kept)
    clients: Kept = field(default_factory=Kept)
    sessions: Kept = field(default_factory=Kept)
    organizations: Kept = field(default_factory=Kept)
    memberships: Kept = field(default_factory=Kept)
    invitations: Kept = field(default_factory=Kept)
    organization_invitations: Kept = field(default_factory=Kept)
    sign_in_tokens: Kept = field(default_factory=Kept)
    actor_tokens: Kept = field(default_factory=Kept)
    machines: Kept = field(default_factory=Kept)
    m2m_tokens: Kept = field(default_factory=Kept)
    api_keys: Kept = field(default_factory=Kept)
    jwt_templates: Kept = field(default_factory=lambda: Kept(KEEP_ENDPOINTS))
    endpoints: Store[Endpoint] = field(
        default_factory=lambda: Store(KEEP_ENDPOINTS, is_settled=lambda endpoint: endpoint.disabled)
    )
    endpoints_made: int = 0
    owners: dict[tuple[str, str], str] = field(default_factory=dict)
    """(kind of identifier, its value) to the user who has it."""
    identified: dict[str, str] = field(default_factory=dict)
    """An email address's or phone number's id to its user."""
    passwords: dict[str, str] = field(default_factory=dict)
    """User id to a digest, with the name of its hasher before it."""
    has_odd_dates: bool = False
    """Some user was created with a date of his own: order of creation is not order of arrival."""
    sessions_of: Links = field(default_factory=dict)
    """User id to his sessions' ids."""
    organizations_of: Links = field(default_factory=dict)
    """User id to organization id to membership id."""
    members_of: Links = field(default_factory=dict)
    """Organization id to user id to membership id."""
    slugs: dict[str, str] = field(default_factory=dict)
    """To the organization that has it."""
    invited: Links = field(default_factory=dict)
    """Organization id, or nothing, to the addresses that are invited there, each with its pending invitation."""
    invitations_of: Links = field(default_factory=dict)
    """Organization id to all its invitations' ids."""
    machine_keys: dict[str, MachineKey] = field(default_factory=dict)
    keys_of: Links = field(default_factory=dict)
    """Machine id to its secret keys."""
    scopes: dict[str, dict[str, int]] = field(default_factory=dict)
    """Machine id to the machines that it may talk to, each with when that was said (milliseconds)."""
    secrets: dict[str, str] = field(default_factory=dict)
    """An opaque machine token, or an API key's secret, to its object's id."""
    secret_of: dict[str, str] = field(default_factory=dict)
    """The other way round."""
    tokens_of: Links = field(default_factory=dict)
    """A subject to the ids of its machine tokens or API keys."""
    consumed: dict[str, None] = field(default_factory=dict)
    """Expired session tokens that were refreshed."""
    rotation: Rotation = field(default_factory=Rotation)
    svix_app: bool = False

    def __post_init__(self) -> None:
        self.users.on_forgotten = lambda _, user: self.forget_user(user)
        self.sessions.on_forgotten = lambda _, row: unlink(self.sessions_of, row["user_id"], row["id"])
        self.organizations.on_forgotten = lambda _, row: self.slugs.pop(row["slug"], None)
        self.memberships.on_forgotten = lambda _, row: self.forget_membership(row)
        self.invitations.on_forgotten = lambda _, row: self.forget_invitation(row)
        self.organization_invitations.on_forgotten = lambda _, row: self.forget_invitation(row)
        self.machines.on_forgotten = lambda _, row: self.forget_machine(row)
        for tokens in (self.m2m_tokens, self.api_keys):
            tokens.on_forgotten = lambda _, row: self.forget_token(row)

    def forget_user(self, user: Object) -> None:
        """What is known beside a user who is gone."""
        for kind, value in identifiers_of(user):
            if self.owners.get((kind, value)) == user["id"]:
                del self.owners[kind, value]
        for each in (*user["email_addresses"], *user["phone_numbers"]):
            self.identified.pop(each["id"], None)
        self.passwords.pop(user["id"], None)

    def forget_membership(self, row: Object) -> None:
        """A membership is gone."""
        organization, user = row["organization"]["id"], row["public_user_data"]["user_id"]
        unlink(self.members_of, organization, user)
        unlink(self.organizations_of, user, organization)

    def close_invitation(self, row: Object) -> None:
        """An invitation is no longer pending."""
        organization = row.get("organization_id", "")
        if self.invited.get(organization, {}).get(row["email_address"]) == row["id"]:
            unlink(self.invited, organization, row["email_address"])

    def forget_invitation(self, row: Object) -> None:
        """An invitation is gone."""
        self.close_invitation(row)
        unlink(self.invitations_of, row.get("organization_id", ""), row["id"])

    def forget_machine(self, row: Object) -> None:
        """A machine is gone: its keys open nothing any more."""
        for key in self.keys_of.pop(row["id"], {}):
            del self.machine_keys[key]
        self.scopes.pop(row["id"], None)

    def forget_token(self, row: Object) -> None:
        """A machine token or API key is gone."""
        secret = self.secret_of.pop(row["id"], None)
        if secret is not None:
            self.secrets.pop(secret, None)
        unlink(self.tokens_of, row["subject"], row["id"])


ClerkAccount: TypeAlias = Account[State]


def identifiers_of(user: Object) -> Iterator[tuple[str, str]]:
    """What no other user may have, as it is looked up."""
    yield from (("email_address", each["email_address"]) for each in user["email_addresses"])
    yield from (("phone_number", each["phone_number"]) for each in user["phone_numbers"])
    yield from (("web3_wallet", each["web3_wallet"]) for each in user["web3_wallets"])
    for kind in ("username", "external_id"):
        if user[kind] is not None:
            yield kind, user[kind]


def link(links: Links, holder: str, id: str, to: str = "") -> None:  # noqa: A002
    """Hang something on what holds it."""
    links.setdefault(holder, {})[id] = to


def unlink(links: Links, holder: str, id: str) -> None:  # noqa: A002
    """The other way round."""
    held = links.get(holder)
    if held is not None:
        held.pop(id, None)
        if not held:
            del links[holder]


def now_ms(account: ClerkAccount) -> int:
    """As every instant in a body is told."""
    return int(account.wall_s() * 1000)


def stores(state: State) -> Mapping[str, Store[Any]]:
    """What an instance holds, by kind."""
    return {
        "user": state.users,
        "client": state.clients,
        "session": state.sessions,
        "organization": state.organizations,
        "organization membership": state.memberships,
        "invitation": state.invitations,
        "organization invitation": state.organization_invitations,
        "sign-in token": state.sign_in_tokens,
        "actor token": state.actor_tokens,
        "machine": state.machines,
        "m2m token": state.m2m_tokens,
        "API key": state.api_keys,
        "JWT template": state.jwt_templates,
        "webhook endpoint": state.endpoints,
    }
