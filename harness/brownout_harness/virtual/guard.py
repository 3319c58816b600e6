"""Who may do what while the world is closed, and how things are replaced for that long."""

import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

OURS: Final = "brownout_"
WATCHING: Final = "brownout_harness.commands"
"""Ours, but no part of a run: what a person sees of it."""
IMPORTER: Final = "importlib._bootstrap"
STDLIB: Final = frozenset(sys.stdlib_module_names)

Names = dict[str, Any]
"""What a module holds."""
Place = tuple[Any, str]
"""An object and the name of its attribute."""


class NotVirtual(RuntimeError):
    """Something inside a virtual run reached for the real world. The message names who did what."""


class Guard:
    """Whether the world is closed to the running thread. One per process: audit hooks cannot be removed."""

    def __init__(self) -> None:
        self.thread: int | None = None
        self.root = ""
        """The folder of the application of somebody else's that runs: a refusal names a line of its own, if any."""
        self._refused: dict[tuple[str, int], Names | None] = {}

    @property
    def is_closed(self) -> bool:
        """To the thread that asks."""
        return self.thread is not None and threading.get_ident() == self.thread

    def forget(self) -> None:
        """Nothing was refused yet."""
        self._refused.clear()

    def remember(self, message: str, importing: "Names | None") -> None:
        """Something was refused, in the middle of the import of the library with these names, if of any."""
        self._refused[message, id(importing)] = importing

    def refused(self) -> list[str]:
        """What was refused since the world was closed, for whoever was refused may have caught the error. A library
        may look around while it is imported and do without: it is told of only if it is not there, therefore."""
        told = (message for (message, _), names in self._refused.items() if names is None or not _is_imported(names))
        return list(dict.fromkeys(told))


GUARD: Final = Guard()


def beyond(frame: FrameType | None, modules: Collection[str]) -> FrameType | None:
    """The innermost frame that is in none of these top-level modules."""
    while frame is not None and _module(frame).partition(".")[0] in modules:
        frame = frame.f_back
    return frame


def is_ours(frame: FrameType | None) -> bool:
    """Whether this is code that must be deterministic by itself."""
    name = "" if frame is None else _module(frame)
    return name.startswith(OURS) and not name.startswith(WATCHING)


def refusal(frame: FrameType | None, deed: str, cure: str = "") -> NotVirtual:
    """The error to raise: where, what was done, and what to do. It is remembered, too."""
    place = "somebody" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"
    own = _own(frame)
    if own is not None and own is not frame:
        place = f"{own.f_code.co_filename}:{own.f_lineno} (by {place})"
    message = f"{place} {deed} in virtual time{cure and ': '}{cure}"
    GUARD.remember(message, _importing(frame, own))
    return NotVirtual(message)


def _importing(frame: FrameType | None, own: FrameType | None) -> Names | None:
    """Of the outermost library that is being imported here, if any is."""
    names = last = None
    while frame is not None and frame is not own:
        if frame.f_code.co_name == "<module>":
            last = frame.f_globals
        elif _module(frame) == IMPORTER:
            names = last
        frame = frame.f_back
    return names


def _is_imported(names: Names) -> bool:
    # One that was imported again after it had failed is another.
    module = sys.modules.get(str(names.get("__name__")))
    return module is not None and module.__dict__ is names


def _own(frame: FrameType | None) -> FrameType | None:
    """The innermost line of the application of somebody else's, if it is one that runs."""
    while GUARD.root and frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(GUARD.root) and "site-packages" not in path:
            return frame
        frame = frame.f_back
    return None


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


@contextmanager
def replaced(replacements: Mapping[Place, Callable[..., Any]]) -> Iterator[None]:
    """Put other things in these places; also wherever a module holds what was there under a name of its own
    (`from time import monotonic`). All of it is as it was afterwards."""
    originals = {place: getattr(*place) for place in replacements}
    instead = {id(originals[place]): made for place, made in replacements.items()}
    before = {id(made): originals[place] for place, made in replacements.items()}
    held = list(_held(instead))
    always = {(id(names), name) for names, name, _ in _held(before)}
    try:
        for (owner, name), made in replacements.items():
            setattr(owner, name, made)
        for names, name, original in held:
            names[name] = instead[id(original)]
        yield
    finally:
        for (owner, name), original in originals.items():
            setattr(owner, name, original)
        # Also where a module that was imported meanwhile has taken it from here.
        for names, name, made in list(_held(before)):
            if (id(names), name) not in always:
                names[name] = before[id(made)]


def _held(wanted: Collection[int]) -> Iterator[tuple[dict[str, Any], str, Any]]:
    """Every module's names for one of these things."""
    identities = frozenset(wanted)
    for module in list(sys.modules.values()):
        names = getattr(module, "__dict__", {})
        if identities.isdisjoint(map(id, list(names.values()))):  # nearly all of them: this is quick
            continue
        for name, value in list(names.items()):
            if id(value) in identities:
                yield names, name, value
