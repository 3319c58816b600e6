"""The query options of a read: which entities, in which order, how many, what of each. Unknown ones are refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from brownout_simulators.call import Call
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.erp.errors import refuse
from brownout_simulators.vendors.erp.filters import BadFilter, Filter, UnknownProperty, read_filter
from brownout_simulators.vendors.erp.schema import Kind

KNOWN: Final = frozenset(
    {"$filter", "$select", "$expand", "$top", "$skip", "$orderby", "$count", "$skiptoken", "$format", "$schemaversion"}
)
MOST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What a read asks for."""

    options: Mapping[str, str]
    filter: Filter | None
    select: tuple[str, ...]
    expand: tuple[str, ...]
    order: tuple[tuple[str, bool], ...]
    """(property, whether descending)."""
    top: int | None
    skip: int
    count: bool
    after: tuple[int, int] | None
    """The serial of the last entity of the page before, and how many there were before that."""


def asked_of(call: Call, kind: Kind) -> Asked:
    """Raises `Refused`."""
    options = dict(parse_qsl(call.query, keep_blank_values=True))
    for name in options:
        if name.startswith("$") and name not in KNOWN:
            raise refuse(call, "BadRequest", f"The query option {name[:40]!r} is not supported.")
    return Asked(
        options=options,
        filter=_filter(call, kind, options.get("$filter", "")),
        select=_names(call, kind, options.get("$select", "")),
        expand=_expand(call, kind, options.get("$expand", "")),
        order=_order(call, kind, options.get("$orderby", "")),
        top=_whole(call, options, "$top"),
        skip=_whole(call, options, "$skip") or 0,
        count=_flag(call, options.get("$count", "false")),
        after=_after(call, options.get("$skiptoken")),
    )


def _filter(call: Call, kind: Kind, text: str) -> Filter | None:
    if not text.strip():
        return None
    try:
        return read_filter(text, kind)
    except UnknownProperty as unknown:
        raise _no_property(call, kind, str(unknown)) from None
    except BadFilter as bad:
        raise refuse(call, "Application_FilterErrorException", f"{bad}.", target="$filter") from None


def _names(call: Call, kind: Kind, text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if "*" in names:
        return ()
    for name in names:
        if name not in kind.fields and name != kind.lines_as:
            raise _no_property(call, kind, name)
    return names


def _expand(call: Call, kind: Kind, text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if "(" in name or "/" in name:
            raise refuse(call, "BadRequest", "Only one level can be expanded, and as it is.", target="$expand")
        if name not in {kind.lines_as, *(link.id.removesuffix("Id") for link in kind.links)} - {""}:
            raise _no_property(call, kind, name)
    return names


def _order(call: Call, kind: Kind, text: str) -> tuple[tuple[str, bool], ...]:
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, direction = part.partition(" ")
        if name not in kind.fields:
            raise _no_property(call, kind, name)
        if direction.strip() not in {"", "asc", "desc"}:
            raise refuse(call, "BadRequest", "An order is asc or desc.", target="$orderby")
        found.append((name, direction.strip() == "desc"))
    return tuple(found)


def _whole(call: Call, options: Mapping[str, str], name: str) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 10 or int(text) > MOST:
        raise refuse(call, "BadRequest", f"{name} is a whole number.", target=name)
    return int(text)


def _flag(call: Call, text: str) -> bool:
    if text not in {"true", "false"}:
        raise refuse(call, "BadRequest", "$count is true or false.", target="$count")
    return text == "true"


def _after(call: Call, token: str | None) -> tuple[int, int] | None:
    if token is None:
        return None
    serial, _, place = token.partition("-")
    if not all(part.isascii() and part.isdecimal() and len(part) < 16 for part in (serial, place)):
        raise refuse(call, "BadRequest", "The $skiptoken is none of ours.", target="$skiptoken")
    return int(serial), int(place)


def _no_property(call: Call, kind: Kind, name: str) -> Refused:
    return refuse(call, "BadRequest", f"Could not find a property named '{name[:80]}' on type '{kind.type}'.")
