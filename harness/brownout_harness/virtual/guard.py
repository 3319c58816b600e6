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
        self.refused: dict[str, None] = {}
        """What was refused since the world was closed, for whoever was refused may have caught the error."""

    @property
    def is_closed(self) -> bool:
        """To the thread that asks."""
        return self.thread is not None and threading.get_ident() == self.thread


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
    if not _is_probing(frame, own):
        GUARD.refused[message] = None
    return NotVirtual(message)


def _is_probing(frame: FrameType | None, own: FrameType | None) -> bool:
    """Whether it is a library that looks what there is while it is imported; it knows what to do without."""
    while frame is not None and frame is not own:
        if _module(frame) == IMPORTER:
            return True
        frame = frame.f_back
    return False


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
