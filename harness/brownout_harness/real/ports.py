"""Ports of loopback for processes that must be told one."""

import secrets
import socket
from typing import Final

from brownout_harness.problems import NotJudged

FIRST: Final = 14_000
COUNT: Final = 18_000
"""Below what Linux and macOS give to outgoing connections, where a port that is free now is somebody's a moment later;
above those that `brownout up` documents."""
TRIED: Final = 1_000


def free_port() -> int:
    """A port that nobody has now, and that nobody is given who does not ask for it.

    Raises:
        NotJudged: all that were tried are taken.
    """
    for _ in range(TRIED):
        port = FIRST + secrets.randbelow(COUNT)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NotJudged(f"no port is free between {FIRST} and {FIRST + COUNT}")
