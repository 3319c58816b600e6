"""Metadata, merged as Clerk does: at every depth, and null takes a key away."""

from collections.abc import Mapping
from typing import Any


def merged(kept: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A new object; what is not mentioned stays, a list is a value."""
    result = dict(kept)
    for name, value in change.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            before = result.get(name)
            result[name] = merged(before if isinstance(before, Mapping) else {}, value)
        else:
            result[name] = value
    return result
