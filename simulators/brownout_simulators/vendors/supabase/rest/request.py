"""A query string as what is asked: a tree of picks and embeds, each with its filters, its order and its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, quote_plus

from brownout_simulators.call import Call
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.query import Embed, Field, Pick, Query
from brownout_simulators.vendors.supabase.rest.errors import failure
from brownout_simulators.vendors.supabase.rest.filters import read_filter, read_logic, read_order, read_place
from brownout_simulators.vendors.supabase.rest.scanner import Scanner
from brownout_simulators.vendors.supabase.rest.select import read_select

_RESERVED: Final = frozenset({"select", "columns", "on_conflict", "apikey"})
_AT_THE_END: Final = frozenset({"order", "limit", "offset", "and", "or"})
_FAR: Final = (1 << 62) - 1
EVERYTHING: Final = Pick(Field("*"))


@dataclass(slots=True)
class Asked:
    """What a query string asks."""

    query: Query
    columns: Sequence[str] | None = None
    on_conflict: Sequence[str] = ()
    is_filtered: bool = False
    """Some filter narrows the rows themselves."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    """What may be a function's arguments: of a call by GET, whatever has no operator."""


def read(call: Call, *, of_function: Sequence[str] | None = None) -> Asked:
    """The query string of a call; `of_function`: names of a function's arguments. Raises `Unreadable`, `Refused`."""
    if not call.query:
        return Asked(Query(picks=[EVERYTHING]))
    pairs = parse_qsl(call.query, keep_blank_values=True)
    if any("\0" in value or "\0" in key for key, value in pairs):
        raise DbError("22021", 'invalid byte sequence for encoding "UTF8": 0x00')
    by_name = dict(reversed(pairs))
    asked = Asked(Query(picks=read_select(by_name.get("select", "*"))))
    if by_name.get("columns"):
        asked.columns = Scanner(by_name["columns"], "columns parameter").names()
    if by_name.get("on_conflict"):
        asked.on_conflict = Scanner(by_name["on_conflict"], "on_conflict parameter").names()
    arguments: dict[str, str] = {}
    for key, value in pairs:
        if of_function is not None and key in of_function:
            arguments[key] = value
        elif key not in _RESERVED:
            _place(asked, key, value)
    asked.arguments = arguments
    return asked


def _place(asked: Asked, key: str, value: str) -> None:
    last = key.rpartition(".")[2]
    if last in ("and", "or"):
        path, tree = read_logic(key, value)
        _at(asked, path).where.append(tree)
        asked.is_filtered = asked.is_filtered or not path
    elif last == "order":
        path, _ = read_place(key)
        _at(asked, path).order = read_order(value)
    elif last in _AT_THE_END:
        path, _ = read_place(key)
        _page(_at(asked, path), last, value)
    else:
        path, found = read_filter(key, value)
        _at(asked, path).where.append(found)
        asked.is_filtered = asked.is_filtered or not path


def _page(query: Query, word: str, value: str) -> None:
    digits = value.lstrip("-")
    if not (digits.isascii() and digits.isdigit()):
        return  # what is no number is passed over
    number = min(int(value[:20]), _FAR)
    if word == "offset":
        query.offset = max(0, number)
    elif number < 0:
        raise bad_range("Limit should be greater than or equal to zero.")
    else:
        query.limit = number


def bad_range(details: str, headers: dict[str, str] | None = None) -> Refused:
    """416."""
    return Refused(failure(416, "PGRST103", "Requested range not satisfiable", details, headers=headers))


def _at(asked: Asked, path: Sequence[str]) -> Query:
    """The query of the embed at the end of the path."""
    query = asked.query
    for name in path:
        embeds = query.embeds()
        found = next((embed for embed in embeds if embed.shown == name), None)
        if found is None:
            raise _not_embedded(name, embeds)
        query = found.query
    return query


def _not_embedded(name: str, embeds: Sequence[Embed]) -> Refused:
    message = f"'{name}' is not an embedded resource in this request"
    aliased = next((embed for embed in embeds if embed.name == name), None)
    if aliased is not None:
        details = "Target names are not allowed in filters if they have an alias"
        hint = f"Change '{name}' to '{aliased.alias}' in filters, orders or limits."
        return Refused(failure(400, "PGRST108", message, details, hint))
    hint = f"Verify that '{name}' is included in the 'select' query parameter."
    return Refused(failure(400, "PGRST108", message, None, hint))


def narrow(call: Call, query: Query) -> None:
    """The page of a `Range` header, which counts as `offset` and `limit` do."""
    text = call.headers.get("range", "")
    first, dash, last = text.rpartition("=")[2].partition("-")
    if not dash or not (first.isascii() and first.isdigit()) or len(first) > 15:
        return
    lower = int(first)
    query.offset = max(query.offset, lower)
    if last.isascii() and last.isdigit() and len(last) <= 15:
        if int(last) < lower:
            raise bad_range("The lower boundary must be lower than or equal to the upper boundary in the Range header.")
        size = int(last) - lower + 1
        query.limit = size if query.limit is None else min(query.limit, size)


def canonical(call: Call) -> str:
    """The query string with its parameters in order, as `Content-Location` has it."""
    pairs = sorted(parse_qsl(call.query, keep_blank_values=True))
    return "&".join(f"{quote_plus(key)}={quote_plus(value)}" for key, value in pairs)


def refuse_aggregates(query: Query) -> None:
    """PGRST123: the platform has them switched off."""
    for pick in query.picks:
        if isinstance(pick, Embed):
            refuse_aggregates(pick.query)
        elif isinstance(pick, Pick) and pick.aggregate:
            raise Refused(failure(400, "PGRST123", "Use of aggregate functions is not allowed"))


def picks_all(query: Query) -> bool:
    """`select=*`, or none."""
    return query.picks == [EVERYTHING]
