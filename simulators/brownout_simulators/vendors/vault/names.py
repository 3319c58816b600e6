"""Ids as Vault shapes them. Those of any cluster but the default one name it at their end: `hvs.<random>.<cluster>`."""

from typing import Any, Final

from brownout_simulators.account import Account, Ids

DEFAULT: Final = "default"
"""The cluster of whoever names none."""
OWN_ROLE: Final = "sim-role-"
"""Role id of one of the roles that every cluster begins with."""
OWN_SECRET_ID: Final = "sim-secret-"  # noqa: S105 - a prefix that is documented
"""And its secret id."""
_ROOT: Final = "hvs.sim-root"


def with_label(text: str, label: str) -> str:
    """An id of that cluster."""
    return text if label == DEFAULT else f"{text}.{label}"


def root_token(label: str) -> str:
    """The one that a cluster begins with."""
    return with_label(_ROOT, label)


def new_token(account: Account[Any], kind: str = "hvs") -> str:
    """`hvs.` of a service token or a wrapping one, `hvb.` of a batch token."""
    return with_label(f"{kind}.{account.ids.base62(24)}", account.name)


def new_uuid(ids: Ids) -> str:
    """Of accessors of secret ids, of mounts."""
    text = ids.hexadecimal(32)
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
