"""What a project's owner sets for storage: buckets, limits, who may do what with objects."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from brownout_simulators.vendors.supabase.reading import Fields

Deed = Literal["select", "insert", "update", "delete"]
DEEDS: Final[tuple[Deed, ...]] = ("select", "insert", "update", "delete")
RULES: Final = ("all", "own", "none")
OWN: Final[Mapping[str, str]] = dict.fromkeys(DEEDS, "own")
MEGABYTE: Final = 1_000_000
_SIZE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(gb|mb|kb|b)", re.IGNORECASE)
_UNITS: Final = {"gb": 1_000_000_000, "mb": MEGABYTE, "kb": 1_000, "b": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpBucket:
    """A bucket that is there from the beginning, and the policies on one of its name."""

    id: str
    public: bool = False
    file_size_limit: int | None = None
    allowed_mime_types: Sequence[str] | None = None
    policies: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: {"authenticated": OWN})
    """By role and deed: `all`, `own`, `none`. A role that is not there may nothing."""

    def rule(self, role: str, deed: Deed) -> str:
        """What a role may."""
        return "all" if role == "service_role" else self.policies.get(role, {}).get(deed, "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSetup:
    """A project's settings."""

    buckets: Mapping[str, SetUpBucket] = field(default_factory=dict)
    file_size_limit: int = 50 * 1_048_576
    memory: int = 64 * MEGABYTE
    """Bytes of all objects of a project, resumable uploads included: no more is kept."""
    upload_expires_s: float = 86_400.0
    """A resumable upload, from its beginning."""

    def policies_of(self, bucket: str) -> SetUpBucket:
        """A bucket's; users have their own objects, where nothing is said."""
        return self.buckets.get(bucket) or SetUpBucket(id=bucket)


def read(given: Any, place: str) -> StorageSetup:
    """JSON to the setup. Raises `ValueError`, whose text begins with the place."""
    fields = Fields(given, place)
    buckets = {name: _bucket(name, each, where) for name, each, where in fields.entries("buckets")}
    found = StorageSetup(
        buckets=buckets,
        file_size_limit=_size(fields, "file_size_limit", place) or StorageSetup().file_size_limit,
        memory=fields.whole("memory_mb", 64, 1, 1_024) * MEGABYTE,
        upload_expires_s=fields.number("upload_expires_s", 86_400.0, 0, 31_536_000),
    )
    fields.done()
    return found


def bytes_of(value: Any) -> int | None:
    """A size as a number or as `20MB`; None for what is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value <= 2**53 else None
    match = _SIZE.fullmatch(value) if isinstance(value, str) and len(value) < 32 else None
    return None if match is None else int(float(match[1]) * _UNITS[match[2].lower()])


def _bucket(name: str, given: Any, place: str) -> SetUpBucket:
    fields = Fields({} if given is None else given, place)
    policies = {role: _rules(each, where) for role, each, where in fields.entries("policies")}
    found = SetUpBucket(
        id=name,
        public=fields.flag("public", False),
        file_size_limit=_size(fields, "file_size_limit", place),
        allowed_mime_types=fields.texts("allowed_mime_types"),
        policies=policies if fields.raw("policies") is not None else {"authenticated": OWN},
    )
    fields.done()
    return found


def _rules(given: Any, place: str) -> Mapping[str, str]:
    fields = Fields(given, place)
    rules: dict[str, str] = {deed: fields.choice(deed, "none", RULES) for deed in DEEDS}
    fields.done()
    return rules


def _size(fields: Fields, name: str, place: str) -> int | None:
    given = fields.raw(name)
    if given is None:
        return None
    size = bytes_of(given)
    if size is None:
        raise ValueError(f"{place}.{name}: a number of bytes, or a text such as 20MB, is needed")
    return size
