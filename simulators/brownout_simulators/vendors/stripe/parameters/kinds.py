"""What a parameter's text stands for, and a table of parameters from a line of names."""

from collections.abc import Mapping
from enum import Enum


class Kind(Enum):
    """What a parameter's text stands for."""

    TEXT = 0
    INTEGER = 1
    BOOLEAN = 2
    HASH = 3
    ARRAY = 4
    RANGE = 5  # an instant, or a hash of gt, gte, lt, lte; or an id, or a hash that describes what it would name


Parameters = Mapping[str, Kind]


def parameters(
    *, texts: str = "", integers: str = "", booleans: str = "", hashes: str = "", arrays: str = "", ranges: str = ""
) -> Parameters:
    """Names separated by spaces."""
    groups = (texts, integers, booleans, hashes, arrays, ranges)
    return {name: kind for kind, group in zip(Kind, groups, strict=True) for name in group.split()}
