"""Which records of a zone a list shows, and in which order."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.vendors.cloudflare.errors import refuse
from brownout_simulators.vendors.cloudflare.magic import lag_of
from brownout_simulators.vendors.cloudflare.resources import Kept, Object, State, Zone

OPERATORS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "": lambda held, asked: held == asked,
    "exact": lambda held, asked: held == asked,
    "contains": lambda held, asked: asked in held,
    "startswith": lambda held, asked: held.startswith(asked),
    "endswith": lambda held, asked: held.endswith(asked),
}
TEXTS: Final = ("name", "content", "comment")
ORDERS: Final = ("type", "name", "content", "ttl", "proxied")
Test = Callable[[Object], bool]


def listed(account: Account[State], zone: Zone, given: Mapping[str, Any]) -> list[Object]:
    """The records that match, sorted."""
    tests = _tests(given)
    every = _one_of(given, "match", ("all", "any"), "all") == "all"
    wanted = (all if every else any) if tests else None
    order = _one_of(given, "order", ORDERS, "type")
    descending = _one_of(given, "direction", ("asc", "desc"), "asc") == "desc"
    rows = [
        row
        for row in _seen(account, _candidates(account, zone, given, every=every))
        if wanted is None or wanted(test(row) for test in tests)
    ]
    rows.sort(key=lambda row: (row[order], row["name"], row["created_on"]), reverse=descending)
    return rows


def visible(account: Account[State], kept: Kept | None) -> Object | None:
    """A record as a read sees it; None where it sees none."""
    row = None if kept is None else kept.seen(account)
    if row is None or kept is None:
        return None
    lag_s = lag_of(row["comment"])
    if lag_s and account.clock() < kept.versions[0][0] + lag_s:
        return None
    found: Object = row
    return found


def _candidates(account: Account[State], zone: Zone, given: Mapping[str, Any], *, every: bool) -> Iterable[Kept]:
    exact = given.get("name.exact", given.get("name"))
    if account.as_of_s is not None:
        # Who is behind sees names that records had, and records that are gone.
        return [*zone.records.values(), *zone.gone.values()]
    if every and isinstance(exact, str):
        return [zone.records[id] for id in zone.names.get(exact.lower(), {})]  # noqa: A001
    return zone.records.values()


def _seen(account: Account[State], kepts: Iterable[Kept]) -> Iterable[Object]:
    for kept in kepts:
        row = visible(account, kept)
        if row is not None:
            yield row


def _tests(given: Mapping[str, Any]) -> list[Test]:
    found: list[Test] = []
    for field in TEXTS:
        for operator, matches in OPERATORS.items():
            asked = given.get(f"{field}.{operator}" if operator else field)
            if asked is not None:
                found.append(_text_test(field, asked.lower() if field == "name" else asked, matches))
    for name, is_there in (("present", True), ("absent", False)):
        if given.get(f"comment.{name}") is not None:
            found.append(_present_test(is_there=is_there))
    if (kind := given.get("type")) is not None:
        found.append(lambda row: row["type"] == kind.upper())
    if (proxied := given.get("proxied")) is not None:
        found.append(lambda row: row["proxied"] == (proxied == "true"))
    if (search := given.get("search")) is not None:
        found.append(lambda row: any(search in (row[field] or "") for field in TEXTS))
    tags = _tag_tests(given)
    if tags:
        combine = all if _one_of(given, "tag_match", ("all", "any"), "all") == "all" else any
        found.append(lambda row: combine(test(row) for test in tags))
    return found


def _text_test(field: str, asked: str, matches: Callable[[str, str], bool]) -> Test:
    return lambda row: matches(row[field] or "", asked)


def _present_test(*, is_there: bool) -> Test:
    return lambda row: bool(row["comment"]) == is_there


def _tag_tests(given: Mapping[str, Any]) -> list[Test]:
    """`tag.present=owner`, `tag.exact=owner:shop`; the name of a tag is what stands before its colon."""
    found: list[Test] = []
    for operator, matches in OPERATORS.items():
        asked = given.get(f"tag.{operator}" if operator else "tag")
        if asked is not None:
            found.append(_tag_test(asked, matches))
    for name, is_there in (("present", True), ("absent", False)):
        asked = given.get(f"tag.{name}")
        if asked is not None:
            found.append(_tag_name_test(asked, is_there=is_there))
    return found


def _tag_test(asked: str, matches: Callable[[str, str], bool]) -> Test:
    tag, _, value = asked.partition(":")
    return lambda row: any(
        each.partition(":")[0] == tag and matches(each.partition(":")[2], value) for each in row["tags"]
    )


def _tag_name_test(asked: str, *, is_there: bool) -> Test:
    return lambda row: any(each.partition(":")[0] == asked for each in row["tags"]) == is_there


def _one_of(given: Mapping[str, Any], name: str, choices: tuple[str, ...], usual: str) -> str:
    value = given.get(name, usual)
    if value not in choices:
        raise refuse("bad_request", f"{name} must be one of {', '.join(choices)}")
    return str(value)
