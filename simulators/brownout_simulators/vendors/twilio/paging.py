"""Twilio's two list forms: the 2010 API's relative links beside one array, the newer APIs' absolute ones under `meta`.

Newest first. A page token names the resource at which the page before ended, so what is created between two pages
neither repeats nor hides anything.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Generic, Protocol, TypeVar
from urllib.parse import urlencode

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.twilio.errors import refuse
from brownout_simulators.vendors.twilio.state import State


class Named(Protocol):
    """A resource with a sid."""

    sid: str


T = TypeVar("T", bound=Named)
T_co = TypeVar("T_co", bound=Named, covariant=True)

DEFAULT_SIZE: Final = 50
MAX_SIZE: Final = 1000
_OLDER: Final = "PA"
_NEWER: Final = "PB"
_PAGING: Final = frozenset({"PageSize", "Page", "PageToken"})


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page, and the tokens of its neighbours where it has any."""

    items: Sequence[T]
    number: int
    size: int
    older: str | None
    newer: str | None


class Ordered(Protocol[T_co]):
    """Resources by sid, in order of creation: a store, or those of one recipient."""

    def __contains__(self, sid: str) -> bool: ...
    def newest_first(self, below: str | None = None) -> Iterable[T_co]: ...
    def oldest_first(self, above: str | None = None) -> Iterable[T_co]: ...


class Few(Generic[T]):
    """A few resources by sid, in order of creation."""

    def __init__(self, items: dict[str, T]) -> None:
        self._items = items

    def __contains__(self, sid: str) -> bool:
        return sid in self._items

    def newest_first(self, below: str | None = None) -> Iterable[T]:
        """From the newest to the oldest; `below` leaves out that one and all newer."""
        return _behind(reversed(self._items.items()), below)

    def oldest_first(self, above: str | None = None) -> Iterable[T]:
        """From the oldest to the newest; `above` leaves out that one and all older."""
        return _behind(iter(self._items.items()), above)


def _behind(items: Iterator[tuple[str, T]], sid: str | None) -> Iterator[T]:
    if sid is not None:
        for name, _ in items:
            if name == sid:
                break
    return (item for _, item in items)


def page_of(call: Call, shelf: Ordered[T], wanted: Callable[[T], bool]) -> Page[T]:
    """The page that the call asks for; 400 20001 for a size, number or token that cannot be."""
    size = min(_whole(call, "PageSize", DEFAULT_SIZE) or DEFAULT_SIZE, MAX_SIZE)
    number = _whole(call, "Page", 0)
    token = str(call.data.get("PageToken", ""))
    sid = token[2:] or None
    if token and (sid is None or sid not in shelf):
        raise refuse(20001, f"PageToken {token}")
    # Up to one more than a page, so that it shows whether another page follows.
    if token.startswith(_NEWER):
        found = list(islice(filter(wanted, shelf.oldest_first(sid)), size + 1))
        items = found[:size][::-1]
    else:
        found = list(islice(filter(wanted, shelf.newest_first(sid)), size + 1))
        items = found[:size]
    more = len(found) > size or token.startswith(_NEWER)
    return Page(
        items=items,
        number=number,
        size=size,
        older=_OLDER + items[-1].sid if more and items else None,
        newer=_NEWER + items[0].sid if number > 0 and items else None,
    )


def classic_list(call: Call, key: str, page: Page[T], render: Callable[[T], dict[str, Any]]) -> Reply:
    """The 2010 API's list. One array and known paging keys only: Python's SDK refuses any other key."""
    start = page.number * page.size
    body = {
        "end": start + max(0, len(page.items) - 1),
        "first_page_uri": _link(call, page, 0, None),
        "next_page_uri": page.older and _link(call, page, page.number + 1, page.older),
        "page": page.number,
        "page_size": page.size,
        "previous_page_uri": page.newer and _link(call, page, page.number - 1, page.newer),
        key: [render(item) for item in page.items],
        "start": start,
        "uri": _link(call, page, page.number, str(call.data.get("PageToken", "")) or None),
    }
    return Reply(200, orjson.dumps(body), {"Content-Type": "application/json"})


def meta_list(
    call: Call, account: Account[State], key: str, page: Page[T], render: Callable[[T], dict[str, Any]]
) -> Reply:
    """The newer APIs' list. Its absolute links are followed with credentials: they must lead back here."""
    base = account.base_url
    meta = {
        "page": page.number,
        "page_size": page.size,
        "first_page_url": base + _link(call, page, 0, None),
        "previous_page_url": page.newer and base + _link(call, page, page.number - 1, page.newer),
        "url": base + _link(call, page, page.number, str(call.data.get("PageToken", "")) or None),
        "next_page_url": page.older and base + _link(call, page, page.number + 1, page.older),
        "key": key,
    }
    body = {"meta": meta, key: [render(item) for item in page.items]}
    return Reply(200, orjson.dumps(body), {"Content-Type": "application/json"})


def _whole(call: Call, name: str, default: int) -> int:
    text = str(call.data.get(name, default))
    if not text.isdecimal() or len(text) > 9:
        raise refuse(20001, f"{name} must be a whole number")
    return int(text)


def _link(call: Call, page: Page[T], number: int, token: str | None) -> str:
    filters: Mapping[str, Any] = {name: value for name, value in call.data.items() if name not in _PAGING}
    query = {**filters, "PageSize": page.size, "Page": number}
    if token is not None:
        query["PageToken"] = token
    return f"{call.path}?{urlencode(query, doseq=True)}"
