"""What is configured below mounts: AppRole's roles and secret ids, users, database connections and their roles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False)
class AppRole:
    """A role of an application. Seconds; 0 for what is not set."""

    name: str
    role_id: str
    token_ttl_s: float = 0.0
    token_max_ttl_s: float = 0.0
    token_period_s: float = 0.0
    token_explicit_max_ttl_s: float = 0.0
    token_num_uses: int = 0
    token_policies: tuple[str, ...] = ()
    no_default_policy: bool = False
    batch: bool = False
    bind_secret_id: bool = True
    secret_id_num_uses: int = 0
    secret_id_ttl_s: float = 0.0
    is_app: bool = False
    """Its tokens live as the cluster is set up."""
    secret_ids: dict[str, None] = field(default_factory=dict, repr=False)
    """Accessors."""


@dataclass(slots=True, eq=False)
class SecretId:
    """One of a role's."""

    value: str = field(repr=False)
    accessor: str
    role: str
    uses: int
    """Left; 0: any number."""
    ttl_s: float
    created_s: float
    updated_s: float
    meta: Mapping[str, str] = field(default_factory=dict)
    is_gone: bool = False

    @property
    def ends_s(self) -> float:
        """When its time is over; 0: never. It is good until the next sweep all the same."""
        return self.created_s + self.ttl_s if self.ttl_s else 0.0


@dataclass(slots=True, eq=False)
class User:
    """Of userpass."""

    name: str
    password: str = field(repr=False)
    policies: tuple[str, ...] = ()
    ttl_s: float = 0.0
    max_ttl_s: float = 0.0
    failures: int = 0
    failed_s: float = 0.0
    locked_until_s: float = 0.0


@dataclass(slots=True, eq=False)
class Connection:
    """To a database."""

    name: str
    plugin: str
    allowed_roles: tuple[str, ...]
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class DatabaseRole:
    """For whom a database user is made."""

    name: str
    connection: str
    statements: tuple[str, ...] = ()
    ttl_s: float = 0.0
    max_ttl_s: float = 0.0
    is_ro: bool = False
    """Its leases live as the cluster is set up."""
    new_fails: bool = False
    drop_fails: bool = False


def key_of(mount: str, kind: str, name: str) -> str:
    """Under which an entry of a mount is kept."""
    return f"{mount}|{kind}|{name}"
