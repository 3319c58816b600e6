"""Lists: a page at a time, in order of change, taken up again by an opaque cursor that knows whose it is."""

import base64
import hashlib
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol, TypeVar

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.sales.changes import ChangeLog, Changing
from brownout_simulators.vendors.sales.errors import refuse
from brownout_simulators.vendors.sales.shapes import moment_of

CURSOR_LIFE_S: Final = 600.0
_AGAIN: Final = "again"
_OF_THE_PAGE: Final = frozenset({"limit", "cursor"})


class Listable(Changing, Protocol):
    """What can be listed: it has revisions."""

    def as_of(self, at_s: float | None, *, hides_new_only: bool = False) -> Any:
        """The revision that a read as of that instant sees; None where there is none yet."""

    def rendered(self, revision: Any, /) -> dict[str, Any]:
        """As the system writes it."""


T = TypeVar("T", bound=Listable)


def listed(
    call: Call,
    account: Account[Any],
    log: ChangeLog[T],
    is_wanted: Callable[[T, Any], bool],
    only: Iterable[T] | None = None,
) -> Reply:
    """A page in order of change: what changes between two pages comes again, and is never missed. `only`: nothing else
    can be wanted."""
    limit, place = page_asked(call, account)
    since_s = _since_s(call)
    found: list[dict[str, Any]] = []
    following = None
    for one in log.since(place, since_s) if only is None else _from(only, place, since_s):
        revision = one.as_of(account.as_of_s, hides_new_only=account.hides_new_only)
        if revision is not one.now:
            account.was_stale = True
        if revision is None or not is_wanted(one, revision):
            continue
        if len(found) == limit:
            following = one.touched
            break
        found.append(one.rendered(revision))
    return page_reply(call, account, found, place, following)


def page_asked(call: Call, account: Account[Any]) -> tuple[int, int]:
    """Page length and starting place. Raises `Refused`: 400 for a cursor that is none or another list's, 410 for one
    that is older than ten minutes."""
    limit, cursor = int(call.data.get("limit", "50")), call.data.get("cursor")
    if cursor is None:
        return limit, 0
    try:
        place, made_s, whose, _ = _read(cursor)
        start, age_s = int(place), account.clock() - float(made_s)
    except ValueError:
        raise refuse(call, "bad-parameter", "cursor") from None
    if whose != _mark(call):
        raise refuse(call, "cursor-mismatch")
    if not age_s <= CURSOR_LIFE_S:
        raise refuse(call, "cursor-expired")
    return limit, max(0, start)


def page_reply(
    call: Call, account: Account[Any], found: list[dict[str, Any]], place: int, following: int | None
) -> Reply:
    """The page that began at a place, and where it goes on; as odd as the tenant's lists are."""
    odd = account.state.options_for(account.name).pages
    is_last, again = following is None, ""
    if odd == "repeat" and following is not None and not _is_again(call):
        following, again = place, _AGAIN
    if odd == "end":
        following = None
    cursor = None
    if following is not None:
        text = f"{following}@{account.clock():.3f}@{_mark(call)}@{again}"
        cursor = base64.urlsafe_b64encode(text.encode()).decode()
    body = {"data": found, "page": {"nextCursor": cursor, "hasMore": not is_last}}
    return Reply(200, orjson.dumps(body), {"Content-Type": "application/json"})


def _read(cursor: object) -> list[str]:
    parts = base64.urlsafe_b64decode(str(cursor).encode()).decode().split("@")
    if len(parts) != 4:
        raise ValueError("no cursor of ours")
    return parts


def _is_again(call: Call) -> bool:
    return "cursor" in call.data and _read(call.data["cursor"])[3] == _AGAIN


def _mark(call: Call) -> str:
    """Of the list that is asked for: its path and filters."""
    filters = sorted((name, str(value)) for name, value in call.data.items() if name not in _OF_THE_PAGE)
    return hashlib.blake2b(repr((call.path, filters)).encode(), digest_size=6).hexdigest()


def _from(only: Iterable[T], place: int, since_s: float) -> Iterable[T]:
    return (one for one in only if one.touched >= place and one.now.wall_s >= since_s)


def _since_s(call: Call) -> float:
    moment = moment_of(call.data.get("updatedSince"))
    return 0.0 if moment is None else moment.timestamp()
