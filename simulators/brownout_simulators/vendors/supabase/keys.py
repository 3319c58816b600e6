"""The test keys of a project: everything follows from its reference, so that any name opens a project of its own.

There are two forms (supabase.com/docs/guides/api/api-keys): the legacy JWTs with a role claim, signed with the
project's JWT secret, and the opaque `sb_publishable_…` and `sb_secret_…`. Both are good.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from brownout_simulators.vendors.supabase.tokens import BadToken, claims_of, sign, unverified

ANON: Final = "anon"
AUTHENTICATED: Final = "authenticated"
SERVICE: Final = "service_role"

_REF: Final = re.compile(r"[a-z]{20}")
_OPAQUE: Final = re.compile(r"sb_(publishable|secret)_([a-z]{20})_([0-9a-f]{8})")
_ISSUED_S: Final = 1_609_459_200  # 2021-01-01
_EXPIRES_S: Final = 4_102_444_800  # 2100-01-01; real ones live ten years
_LETTERS: Final = bytes(ord("a") + byte % 26 for byte in range(256))


class Key(NamedTuple):
    """What an API key opens."""

    project: str
    role: str


@lru_cache(maxsize=1_024)
def project_of(name: str) -> str:
    """The reference of the project of that name: twenty lower-case letters, as Supabase's are."""
    return hashlib.blake2b(name.encode(), digest_size=20).digest().translate(_LETTERS).decode()


@lru_cache(maxsize=1_024)
def jwt_secret(project: str) -> str:
    """With which the project signs its keys and its users' tokens."""
    return f"test-jwt-secret-{hashlib.blake2b(project.encode(), digest_size=20, person=b'jwt').hexdigest()}"


@lru_cache(maxsize=1_024)
def legacy_key(project: str, role: str) -> str:
    """`anon` or `service_role`, as a JWT."""
    claims = {"iss": "supabase", "ref": project, "role": role, "iat": _ISSUED_S, "exp": _EXPIRES_S}
    return sign(jwt_secret(project), claims)


def publishable_key(project: str) -> str:
    """The opaque form of the anonymous key."""
    return f"sb_publishable_{project}_{_checksum('publishable', project)}"


def secret_key(project: str) -> str:
    """The opaque form of the service's key."""
    return f"sb_secret_{project}_{_checksum('secret', project)}"


@lru_cache(maxsize=4_096)
def read_key(text: str) -> Key | None:
    """What this key opens; None where it is no test key of any project."""
    match = _OPAQUE.fullmatch(text)
    if match is not None:
        kind, project, checksum = match.groups()
        opened = Key(project, ANON if kind == "publishable" else SERVICE)
        return opened if checksum == _checksum(kind, project) else None
    claimed = unverified(text).get("ref")
    if not isinstance(claimed, str) or _REF.fullmatch(claimed) is None:
        return None
    try:
        role = claims_of(jwt_secret(claimed), text).get("role")
    except BadToken:
        return None
    return Key(claimed, role) if role in (ANON, SERVICE) else None


def test_key(name: str) -> str:
    """The service's key of the project of that name: all the others follow from it."""
    return legacy_key(project_of(name), SERVICE)


def account_of(key: str) -> str:
    """The project that a key opens; empty where it opens none."""
    found = read_key(key)
    return "" if found is None else found.project


def environment(base_url: str, key: str) -> Mapping[str, str]:
    """As Supabase's guides and its command line call them."""
    found = read_key(key)
    if found is None:
        raise ValueError("no test key of this simulator")
    return {
        "SUPABASE_URL": base_url,
        "SUPABASE_ANON_KEY": legacy_key(found.project, ANON),
        "SUPABASE_SERVICE_ROLE_KEY": legacy_key(found.project, SERVICE),
        "SUPABASE_PUBLISHABLE_KEY": publishable_key(found.project),
        "SUPABASE_SECRET_KEY": secret_key(found.project),
        "SUPABASE_JWT_SECRET": jwt_secret(found.project),
    }


def _checksum(kind: str, project: str) -> str:
    return hashlib.blake2b(f"{kind} {project}".encode(), digest_size=4).hexdigest()
