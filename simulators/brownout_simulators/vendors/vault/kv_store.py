"""What a KV engine holds: keys in folders, and the versions of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

KEPT: Final = 10
"""Versions of a key, where nobody says otherwise."""


class Folders:
    """Which names are in which folder, so that a listing looks at no others."""

    __slots__ = ("_folders",)

    def __init__(self) -> None:
        self._folders: dict[str, dict[str, int]] = {}

    def enter(self, path: str) -> None:
        """A key is there from now on."""
        for folder, name in _steps(path):
            names = self._folders.setdefault(folder, {})
            names[name] = names.get(name, 0) + 1

    def leave(self, path: str) -> None:
        """It is there no more."""
        for folder, name in _steps(path):
            names = self._folders[folder]
            names[name] -= 1
            if not names[name]:
                del names[name]
            if not names:
                del self._folders[folder]

    def names(self, folder: str) -> list[str]:
        """What is in it, sorted; folders end in a slash."""
        return sorted(self._folders.get(folder, ()))

    def paths(self, folder: str = "") -> list[str]:
        """All keys in it and below."""
        found: list[str] = []
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            for name in self._folders.get(here, ()):
                (waiting if name.endswith("/") else found).append(here + name)
        return found


def _steps(path: str) -> list[tuple[str, str]]:
    steps, folder = [], ""
    *above, last = path.split("/")
    for name in above:
        steps.append((folder, f"{name}/"))
        folder += f"{name}/"
    steps.append((folder, last))
    return steps


@dataclass(slots=True)
class Version:
    """One writing of a key."""

    data: Mapping[str, Any] | None = field(repr=False)
    created_s: float
    """This and the next on the account's clock."""
    deleted_s: float | None = None
    """From then on it is deleted; it may be to come."""
    destroyed: bool = False

    def is_gone(self, now_s: float) -> bool:
        """Whether it is not handed out."""
        return self.destroyed or (self.deleted_s is not None and self.deleted_s <= now_s)


@dataclass(slots=True, eq=False)
class Key:
    """One path of a KV engine. Version 1 of the engine has one version of it, numbered 1."""

    path: str
    folder: Folders = field(repr=False)
    created_s: float
    updated_s: float
    versions: dict[int, Version] = field(default_factory=dict)
    current: int = 0
    max_versions: int = 0
    cas_required: bool = False
    delete_after_s: float = 0.0
    custom: dict[str, str] | None = None

    @property
    def oldest(self) -> int:
        """The lowest version that is kept, once one was let go; 0 before."""
        first = next(iter(self.versions), 0)
        return first if first > 1 else 0

    def newest_by(self, instant_s: float | None) -> int:
        """The newest version that there was at an instant; the newest of all where none is said."""
        if instant_s is None:
            return self.current
        return max((number for number, each in self.versions.items() if each.created_s <= instant_s), default=0)


@dataclass(slots=True)
class KvMount:
    """A KV engine's own settings."""

    folders: Folders = field(default_factory=Folders)
    max_versions: int = 0
    cas_required: bool = False
    delete_after_s: float = 0.0
