"""Lists, newest first, page by page: `limit`, and `after` or `before` an object that is left out itself. What is added
meanwhile moves no page (resend.com/docs/api-reference/pagination)."""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.store import Store
from brownout_simulators.vendors.resend.dialect import reply
from brownout_simulators.vendors.resend.errors import invalid

T = TypeVar("T")

USUAL: Final = 20
MOST: Final = 100


def page(
    call: Call, account: Account[Any], store: Store[T], id_of: Callable[[T], str], view: Callable[[T], Any]
) -> Reply:
    """One page; a `view` of None leaves an object out."""
    limit = _limit(call)
    after, before = call.data.get("after"), call.data.get("before")
    if after is not None and before is not None:
        raise invalid("The `after` and `before` parameters cannot be used together.")
    for name, cursor in (("after", after), ("before", before)):
        if cursor is not None and cursor not in store:
            raise invalid(f"Invalid `{name}` cursor.")
    going = store.oldest_first(above=before) if before is not None else store.newest_first(below=after)
    rows, has_more = _taken(_shown(account, store, going, id_of, view), limit)
    if before is not None:
        rows.reverse()
    return reply({"object": "list", "has_more": has_more, "data": rows})


def _shown(
    account: Account[Any], store: Store[T], going: Iterator[T], id_of: Callable[[T], str], view: Callable[[T], Any]
) -> Iterator[Any]:
    as_of_s = account.as_of_s
    for each in going:
        if as_of_s is not None and store.added_s(id_of(each)) > as_of_s:
            account.was_stale = True
            continue
        row = view(each)
        if row is not None:
            yield row


def _taken(rows: Iterator[Any], limit: int) -> tuple[list[Any], bool]:
    found: list[Any] = []
    for row in rows:
        if len(found) == limit:
            return found, True
        found.append(row)
    return found, False


def _limit(call: Call) -> int:
    given = call.data.get("limit", str(USUAL))
    if not isinstance(given, str) or not (given.isascii() and given.isdecimal() and len(given) < 6):
        raise invalid("The `limit` parameter must be a number.")
    if not 1 <= int(given) <= MOST:
        raise invalid(f"The `limit` parameter must be between 1 and {MOST}.")
    return int(given)
