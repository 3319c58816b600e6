"""What somebody would set up in Clerk's dashboard: roles and what they may do, how many members there may be."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from brownout_simulators.spelling import shown
from brownout_simulators.vendor import Setup

_KEY: Final = re.compile(r"org:[a-z][a-z0-9_]{0,60}")
_PERMISSION: Final = re.compile(r"org:[a-z][a-z0-9_]{0,60}:[a-z][a-z0-9_]{0,60}")
_MOST: Final = 1_000_000


class Role(NamedTuple):
    """What members may be."""

    name: str
    permissions: tuple[str, ...]


ADMIN: Final = "org:admin"
MANAGES: Final = "org:sys_memberships:manage"
"""At least one member of an organization has this permission."""
_ROLES: Final[Mapping[str, Role]] = {
    ADMIN: Role(
        "Admin",
        (
            "org:sys_domains:manage",
            "org:sys_domains:read",
            MANAGES,
            "org:sys_memberships:read",
            "org:sys_profile:delete",
            "org:sys_profile:manage",
        ),
    ),
    "org:member": Role("Member", ("org:sys_memberships:read",)),
}
"""Those that every instance begins with (clerk.com/docs, "Roles and permissions")."""


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance's settings."""

    roles: Mapping[str, Role] = field(default_factory=lambda: dict(_ROLES))
    max_allowed_memberships: int = 5
    """Of an organization, pending invitations counted; 0 for no limit. Five is what a new instance has."""
    user_quota: int = 0
    """0 for none."""
    organization_quota: int = 0
    origin: str = ""
    """The application's own, which session tokens name as their authorized party."""


def _read(given: Mapping[str, Any]) -> Instance:
    found: dict[str, Any] = {}
    if "roles" in given:
        found["roles"] = {**_ROLES, **_roles(given["roles"])}
    for name in ("max_allowed_memberships", "user_quota", "organization_quota"):
        value = given.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST:
            raise ValueError(f"{name}: a whole number from 0 to {_MOST}, got {shown(value)}")
        if name in given:
            found[name] = value
    origin = given.get("origin", "")
    if not isinstance(origin, str) or (origin and not origin.startswith(("http://", "https://"))):
        raise ValueError(f"origin: an address such as http://localhost:3000, got {shown(origin)}")
    return Instance(**found, origin=origin)


def _roles(given: Any) -> dict[str, Role]:
    if not isinstance(given, Mapping):
        raise ValueError(f"roles: an object of lists is needed, got {shown(given)}")  # noqa: TRY004
    roles = {}
    for key, permissions in given.items():
        if not _KEY.fullmatch(key):
            raise ValueError(f"roles.{shown(key)}: a role is called like org:editor")
        if not isinstance(permissions, list):
            raise ValueError(f"roles.{key}: a list of permissions is needed, got {shown(permissions)}")  # noqa: TRY004
        for place, permission in enumerate(permissions):
            if not isinstance(permission, str) or not _PERMISSION.fullmatch(permission):
                raise ValueError(f"roles.{key}[{place}]: like org:invoices:read, got {shown(permission)}")
        roles[key] = Role(key.removeprefix("org:").replace("_", " ").capitalize(), tuple(permissions))
    return roles


SETUP: Final = Setup(
    read=_read,
    about={
        "roles": "beside org:admin and org:member, with the permissions of each: {org:editor: [org:notes:write]}",
        "max_allowed_memberships": "members of an organization, pending invitations counted; 0 for no limit (5)",
        "user_quota": "users in all, then 403 user_quota_exceeded; 0 for none (0)",
        "organization_quota": "organizations in all, then 403 organization_quota_exceeded; 0 for none (0)",
        "origin": "the application's own address: the authorized party (azp) of session tokens",
    },
)
