"""Dates as HTTP writes them."""

import math
from email.utils import formatdate
from typing import Literal


def http_date(wall_s: float) -> str:
    """`Sun, 06 Nov 1994 08:49:37 GMT`."""
    return formatdate(wall_s, usegmt=True)


def retry_after_header(seconds: float, form: Literal["seconds", "date"], wall_s: float) -> str:
    """A Retry-After value. Whole seconds, rounded up: a client that obeys never comes too early."""
    if form == "date":
        return http_date(math.ceil(wall_s + seconds))
    return str(math.ceil(seconds))
