"""Lists: newest first, `limit` from 1 to 100, forwards by `starting_after` and backwards by `ending_before`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, Protocol

from brownout_simulators.call import Call
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.state import Object

DEFAULT_LIMIT: Final = 10
MAX_LIMIT: Final = 100


class Rows(Protocol):
    """What a list is turned over of: a collection, or anything that is in order."""

    def get(self, id: str, /) -> object | None: ...  # noqa: A002
    def newest_first(self, below: str | None = None) -> Iterator[Object]: ...
    def oldest_first(self, above: str | None = None) -> Iterator[Object]: ...


Test = Callable[[Object], bool]


def page(call: Call, collection: Rows, given: Mapping[str, Any], *, url: str, noun: str, wanted: Test) -> Object:
    """One page of a collection's objects that pass `wanted` and the parameter `created`."""
    limit = limit_of(call, given)
    after, before = given.get("starting_after"), given.get("ending_before")
    if after and before:
        message = "You can only provide one of starting_after or ending_before."
        raise errors.invalid(call, "ending_before", message)
    for param, cursor in (("starting_after", after), ("ending_before", before)):
        if cursor and collection.get(cursor) is None:
            raise errors.no_such(call, noun, cursor, param, in_path=False)
    rows: Iterable[Object] = collection.oldest_first(before) if before else collection.newest_first(after)
    in_range = created_test(call, given.get("created"))
    found = list(islice((row for row in rows if wanted(row) and in_range(row)), limit + 1))
    has_more = len(found) > limit
    del found[limit:]
    if before:
        found.reverse()
    return list_of(url, found, has_more=has_more)


def limit_of(call: Call, given: Mapping[str, Any]) -> int:
    """The page's length, 1 to 100."""
    limit = given.get("limit")
    if limit is None:
        return DEFAULT_LIMIT
    if not 1 <= limit <= MAX_LIMIT:
        side = "less than or equal to 100" if limit > MAX_LIMIT else "greater than or equal to 1"
        code = "parameter_invalid_integer"
        raise errors.invalid(call, "limit", f"This value must be {side}.", code)
    return int(limit)


_COMPARISONS: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "gt": lambda created, bound: created > bound,
    "gte": lambda created, bound: created >= bound,
    "lt": lambda created, bound: created < bound,
    "lte": lambda created, bound: created <= bound,
}


def created_test(call: Call, given: Any) -> Test:
    """The parameter `created`, an instant or a range of them, as a test."""
    if not given:
        return lambda _row: True
    if isinstance(given, dict):
        bounds = [(_comparison(call, name), _instant(call, f"created[{name}]", text)) for name, text in given.items()]
        return lambda row: all(compare(row["created"], bound) for compare, bound in bounds)
    exactly = _instant(call, "created", given)
    return lambda row: bool(row["created"] == exactly)


def _comparison(call: Call, name: str) -> Callable[[int, int], bool]:
    compare = _COMPARISONS.get(name)
    if compare is None:
        raise errors.unknown(call, f"created[{name}]")
    return compare


def _instant(call: Call, param: str, text: object) -> int:
    if isinstance(text, str) and text.isascii() and text.isdecimal():
        return int(text)
    raise errors.bad_integer(call, param, text)
