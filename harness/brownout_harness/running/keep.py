"""Of which runs a folder is kept."""

from enum import StrEnum


class Keep(StrEnum):
    """What the command line says."""

    ALL = "all"
    WRONG = "wrong"
    """Those that did not pass."""
    NONE = "none"
