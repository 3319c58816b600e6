"""Whom the console answers: this machine, and of what a browser shows only the console's own pages.

A page of another site can make a browser send requests here, under its own name or, by DNS rebinding, under ours. So
the name must be a loopback name; what a browser says of who asks must be us; and what changes anything must come from
our own origin with a token that only our own page holds.
"""

import hmac
from collections.abc import Sequence
from email.message import Message
from typing import Final

from brownout_simulators.safety import is_loopback_host

TOKEN_HEADER: Final = "X-Brownout-Token"  # noqa: S105  a name, no secret
_OURS: Final = ("same-origin", "none")
"""What a browser says of a request that no other site has caused."""


def refusal(headers: Message, *, is_page: bool) -> str:
    """Why a request to read is not answered; empty where it is. A page may be linked to from anywhere."""
    names = _all(headers, "Host")
    if len(names) != 1 or not is_loopback_host(names[0]):
        return "the console answers to loopback names only"
    if is_page:
        return ""
    if any(each not in _OURS for each in _all(headers, "Sec-Fetch-Site")):
        return "the console answers to its own pages only"
    if any(origin != f"http://{names[0]}" for origin in _all(headers, "Origin")):
        return "the console answers to its own pages only"
    return ""


def refusal_to_change(headers: Message, token: str) -> str:
    """Why a request that changes something is not carried out; empty where it is."""
    if why := refusal(headers, is_page=False):
        return why
    if not _all(headers, "Origin"):
        return "what changes anything comes from the console's own page; programs use the control API"
    given = _all(headers, TOKEN_HEADER)
    if len(given) != 1 or not hmac.compare_digest(given[0].encode(), token.encode()):
        return "the page is older than the console: load it again"
    return ""


def _all(headers: Message, name: str) -> Sequence[str]:
    return headers.get_all(name) or []
