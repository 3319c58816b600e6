"""How a scenario is run, as it is typed."""

from enum import StrEnum


class Mode(StrEnum):
    """In one process on a clock that jumps, or by processes and sockets."""

    VIRTUAL = "virtual"
    REAL = "real"
