"""The `Prefer` header: what is asked for, what was honoured, what nobody knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_KNOWN: Final = {
    "resolution": ("merge-duplicates", "ignore-duplicates"),
    "missing": ("default", "null"),
    "return": ("representation", "minimal", "headers-only"),
    "count": ("exact", "planned", "estimated"),
    "tx": ("commit", "rollback"),
    "handling": ("strict", "lenient"),
    "timezone": ("UTC", "Etc/UTC", "GMT"),
}
_ORDER: Final = ("resolution", "missing", "return", "count", "handling", "timezone", "max-affected")
"""As `Preference-Applied` tells them; `tx` is not among them, for nothing on the platform allows it."""


@dataclass(frozen=True, slots=True, eq=False)
class Preferences:
    """Of one header; the same header gives the same object. A name that stands there twice counts as it first does."""

    given: Mapping[str, str]
    unknown: Sequence[str]

    @property
    def is_strict(self) -> bool:
        """What nobody knows is an error."""
        return self.given.get("handling") == "strict"

    @property
    def counts(self) -> bool:
        """The total is asked for."""
        return "count" in self.given

    @property
    def max_affected(self) -> int | None:
        """So many rows may be written at most; told with `handling=strict` only."""
        return int(self.given["max-affected"]) if self.is_strict and "max-affected" in self.given else None

    def applied(self, names: Sequence[str]) -> str:
        """The header's value, of those that matter to this kind of request."""
        return _applied(self, tuple(names)) if self.given else ""


@lru_cache(maxsize=256)
def _applied(preferences: Preferences, names: tuple[str, ...]) -> str:
    given = preferences.given
    return ", ".join(f"{name}={given[name]}" for name in _ORDER if name in given and name in names)


NONE: Final = Preferences({}, ())


@lru_cache(maxsize=64)
def read(header: str) -> Preferences:
    """`a=b,c=d`, with or without blanks."""
    if not header:
        return NONE
    given: dict[str, str] = {}
    unknown: list[str] = []
    for each in header.split(","):
        name, _, value = each.strip().partition("=")
        if _is_known(name, value):
            given.setdefault(name, value)
        elif each.strip():
            unknown.append(each.strip())
    return Preferences(given, unknown)


def _is_known(name: str, value: str) -> bool:
    if name == "max-affected":
        return value.isascii() and value.isdigit() and len(value) < 10
    return value in _KNOWN.get(name, ())
