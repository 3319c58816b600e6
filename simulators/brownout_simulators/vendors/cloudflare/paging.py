"""Lists by page number. They end at an empty page: that is what the official clients wait for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Reply
from brownout_simulators.vendors.cloudflare.dialect import reply
from brownout_simulators.vendors.cloudflare.errors import refuse
from brownout_simulators.vendors.cloudflare.setup import settings

_DIGITS: Final = 9


def number(given: Mapping[str, Any], name: str, usual: int, least: int, most: int) -> int:
    """A whole number of the query."""
    text = given.get(name, str(usual))
    if not isinstance(text, str) or not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise refuse("bad_request", f"{name} must be a number")
    if not least <= int(text) <= most:
        raise refuse("bad_request", f"{name} must be between {least} and {most}")
    return int(text)


def page(
    account: Account[Any],
    given: Mapping[str, Any],
    rows: Sequence[Any],
    show: Callable[[Any], Any],
    per_page: tuple[int, int, int],
) -> Reply:
    """One page of `rows`; `per_page` is what is usual, the least and the most."""
    usual, least, most = per_page
    size = number(given, "per_page", usual, least, most)
    nth = asked = number(given, "page", 1, 1, 10**_DIGITS)
    pages = -(-len(rows) // size)
    if settings(account).repeat_last_page:
        nth = min(asked, max(1, pages))
    shown = [show(row) for row in rows[(nth - 1) * size : nth * size]]
    info = {"page": asked, "per_page": size, "count": len(shown), "total_count": len(rows), "total_pages": pages}
    return reply(shown, result_info=info)
