"""What a cluster is before the first call: its root token, mounts, policies, and the roles that documents name."""

from math import inf
from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.vendors.vault.entries import AppRole, Connection, DatabaseRole, SecretId, User, key_of
from brownout_simulators.vendors.vault.kv_store import Folders, KvMount
from brownout_simulators.vendors.vault.names import OWN_ROLE, OWN_SECRET_ID, new_uuid, root_token, with_label
from brownout_simulators.vendors.vault.policies import built_in
from brownout_simulators.vendors.vault.resources import ROOT, Mount, State, Token

MOUNTED: Final = (
    ("secret/", "kv", {"version": "2"}, "key/value secret storage"),
    ("database/", "database", None, ""),
    ("transit/", "transit", None, ""),
    ("sys/", "system", None, "system endpoints used for control, policy and debugging"),
    ("auth/token/", "token", None, "token based credentials"),
    ("auth/approle/", "approle", None, ""),
    ("auth/userpass/", "userpass", None, ""),
)
APPROLE: Final = "auth/approle/"
DATABASE: Final = "database/"
CONNECTION: Final = "sim-db"


def begin(account: Account[State]) -> None:
    """Once, with the cluster's first call."""
    state = account.state
    state.is_begun = True
    state.salt = account.random.randbytes(16)
    for policy in built_in().values():
        state.policies.add(policy.name, policy)
    for path, kind, options, description in MOUNTED:
        mount(account, path, kind, options=options, description=description)
    _root(account)
    _roles(account)
    user = User("bob", "pw", ("app",))
    enter(state, "auth/userpass/", "user", "bob", user)
    enter(state, DATABASE, "config", CONNECTION, Connection(CONNECTION, "sim-database-plugin", ("*",)))
    for role in (
        DatabaseRole("ro", CONNECTION, is_ro=True),
        DatabaseRole("ro-down", CONNECTION, ttl_s=6.0, max_ttl_s=10.0, new_fails=True),
        DatabaseRole("ro-norevoke", CONNECTION, ttl_s=6.0, max_ttl_s=10.0, drop_fails=True),
    ):
        enter(state, DATABASE, "role", role.name, role)


def mount(
    account: Account[State], path: str, kind: str, *, options: dict[str, str] | None = None, description: str = ""
) -> Mount:
    """A new mount, of a path that is free."""
    one = Mount(
        path,
        kind,
        uuid=new_uuid(account.ids),
        accessor=f"{kind}_{account.ids.hexadecimal(8)}",
        description=description,
        options=options,
        config={"default_lease_ttl": 0, "force_no_cache": False, "max_lease_ttl": 0},
        backend=KvMount() if kind == "kv" else Folders(),
    )
    account.state.mounts[path] = one
    return one


def _root(account: Account[State]) -> None:
    token = Token(
        id=root_token(account.name),
        accessor=account.ids.base62(24),
        kind="service",
        policies=(ROOT,),
        path="auth/token/root",
        display_name="root",
        issued_s=account.clock(),
        ttl_s=0.0,
        expires_s=inf,
        ends_s=inf,
        max_s=inf,
        renewable=False,
    )
    account.state.tokens.add(token.id, token)
    account.state.accessors[token.accessor] = token.id


def _roles(account: Account[State]) -> None:
    state = account.state
    for role in (
        AppRole("app", "", is_app=True),
        AppRole("app-short", "", token_ttl_s=5.0, token_max_ttl_s=15.0),
        AppRole("app-oneuse", "", token_ttl_s=3_600.0, secret_id_num_uses=1),
        AppRole("app-periodic", "", token_period_s=5.0),
    ):
        role.role_id = with_label(OWN_ROLE + role.name, account.name)
        role.token_policies = ("app",)
        now_s = account.clock()
        add_role(state, APPROLE, role)
        own = SecretId(
            OWN_SECRET_ID + role.name, new_uuid(account.ids), role.name, role.secret_id_num_uses, 0.0, now_s, now_s
        )
        add_secret_id(state, APPROLE, role, own)


def enter(state: State, mount_path: str, kind: str, name: str, entry: object) -> None:
    """Keep what is configured below a mount, in the place of the one of its name; listings know of it."""
    key = key_of(mount_path, kind, name)
    if key not in state.entries:
        folders: Folders = state.mounts[mount_path].backend
        folders.enter(f"{kind}/{name}")
    state.entries.put(key, entry)


def leave(state: State, mount_path: str, kind: str, name: str) -> bool:
    """Take it away; whether it was there."""
    if state.entries.remove(key_of(mount_path, kind, name)) is None:
        return False
    folders: Folders = state.mounts[mount_path].backend
    folders.leave(f"{kind}/{name}")
    return True


def names(state: State, mount_path: str, kind: str) -> list[str]:
    """Those of a kind that are below a mount, sorted."""
    folders: Folders = state.mounts[mount_path].backend
    return folders.names(f"{kind}/")


def add_role(state: State, mount_path: str, role: AppRole) -> None:
    """A role, found by its name and by its id."""
    enter(state, mount_path, "role", role.name, role)
    state.entries.put(key_of(mount_path, "role id", role.role_id), role)


def add_secret_id(state: State, mount_path: str, role: AppRole, one: SecretId) -> None:
    """A secret id, found by itself and by its accessor."""
    state.secret_ids.add(key_of(mount_path, role.name, one.value), one)
    state.secret_ids.add(key_of(mount_path, "accessor", one.accessor), one)
    role.secret_ids[one.accessor] = None
