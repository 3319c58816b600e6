"""What is asked: a request, before anybody has sent it."""

from collections.abc import Mapping
from typing import NamedTuple


class Request(NamedTuple):
    """One way of asking, ready to be sent. `path` is percent-encoded and starts with a slash."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    find: tuple[str, ...] = ()
    """What is looked up first: a path, and where in the answer (`outsiders.py`); empty: nothing."""
    token: str = ""
    """Which kind of session token is made when it is sent, and put where `MINTED` stands (`tokens.py`); empty: none."""
    is_streamed: bool = False
    """Whether the answer is to come as it is made (`streamed.py`)."""
