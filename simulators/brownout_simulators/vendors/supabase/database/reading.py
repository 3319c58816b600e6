"""Reading a declaration: each part checked, and named by its place where it is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any


def mapping(given: Any, place: str) -> Mapping[str, Any]:
    """An object."""
    if not isinstance(given, Mapping) or not all(isinstance(key, str) and key and "\0" not in key for key in given):
        raise ValueError(f"{place}: an object is needed, got {type(given).__name__}")
    return given


def known(given: Any, place: str, keys: Sequence[str]) -> Mapping[str, Any]:
    """An object with none but these keys."""
    found = mapping(given, place)
    for key in found:
        if key not in keys:
            raise ValueError(f"{place}.{key}: no such key; there are {', '.join(keys)}")
    return found


def text(given: Any, place: str) -> str:
    """A text."""
    if not isinstance(given, str):
        raise ValueError(f"{place}: a text is needed, got {type(given).__name__}")  # noqa: TRY004 - what the engine catches
    return given


def whole(given: Any, place: str, *, least: int, most: int) -> int:
    """A whole number."""
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise ValueError(f"{place}: a whole number from {least} to {most} is needed, got {given!r}")
    return given


def names(given: Any, place: str) -> Sequence[str]:
    """A list of texts, none of them twice."""
    if isinstance(given, str) or not isinstance(given, Sequence) or not all(isinstance(each, str) for each in given):
        raise ValueError(f"{place}: a list of names is needed")
    if len(set(given)) < len(given):
        raise ValueError(f"{place}: a name stands there twice")
    return tuple(given)


def choice(given: Any, place: str, among: Sequence[str]) -> str:
    """One of a few words."""
    if given not in among:
        raise ValueError(f"{place}: one of {', '.join(map(repr, among))} is needed, got {given!r}")
    return str(given)
