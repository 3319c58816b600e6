"""What a record may say: a table of types, and a record made of what was asked for.

What is wrong is told as the root cause alone, as since October 2024; as 1004 with a chain where that is set up.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv6Address
from typing import Any, Final

from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.cloudflare.dialect import storable
from brownout_simulators.vendors.cloudflare.errors import refuse, told
from brownout_simulators.vendors.cloudflare.names import completed, host
from brownout_simulators.vendors.cloudflare.resources import Object

AUTOMATIC: Final = 1
PROXIABLE: Final = frozenset({"A", "AAAA", "CNAME"})
DATA: Final[Mapping[str, Sequence[str]]] = {
    "CAA": ("flags", "tag", "value"),
    "CERT": ("type", "key_tag", "algorithm", "certificate"),
    "DNSKEY": ("flags", "protocol", "algorithm", "public_key"),
    "DS": ("key_tag", "algorithm", "digest_type", "digest"),
    "HTTPS": ("priority", "target", "value"),
    "LOC": ("lat_degrees", "lat_minutes", "lat_seconds", "lat_direction", "long_degrees", "long_minutes",
            "long_seconds", "long_direction", "altitude", "size", "precision_horz", "precision_vert"),
    "NAPTR": ("order", "preference", "flags", "service", "regex", "replacement"),
    "SMIMEA": ("usage", "selector", "matching_type", "certificate"),
    "SRV": ("priority", "weight", "port", "target"),
    "SSHFP": ("algorithm", "type", "fingerprint"),
    "SVCB": ("priority", "target", "value"),
    "TLSA": ("usage", "selector", "matching_type", "certificate"),
    "URI": ("weight", "target"),
}  # fmt: skip
"""Types that say what they say in `data`, and its fields in the order of their text (the models of the SDK 5.9.0)."""
_WORDS: Final = frozenset(
    {"tag", "value", "certificate", "public_key", "digest", "target", "lat_direction", "long_direction", "flags",
     "service", "regex", "replacement", "fingerprint"}
)  # fmt: skip
MADE: Final = ("name", "type", "ttl", "content", "data", "priority", "proxied", "comment", "tags", "settings")
LONGEST_TEXT: Final = 4_096
NOTHING: Final[Object] = {}
NO_TAGS: Final[list[str]] = []
"""As most records have them: nothing that is kept is changed in place."""


WRONG: Final[Mapping[str, tuple[int, str]]] = {
    # From answers that people have published, code and words; 9006 and 9009 from tables in their programs.
    "name": (9000, "DNS name is invalid."),
    "proxied": (9003, "Invalid 'proxied' value, must be a boolean"),
    "proxied type": (9004, "This record type cannot be proxied."),
    "A": (9005, "Content for A record must be a valid IPv4 address."),
    "AAAA": (9006, "Content for AAAA record must be a valid IPv6 address."),
    "MX": (9009, "Content for MX record must be a hostname."),
    # The codes are from there; the words are assumptions.
    "ttl": (9021, "Invalid TTL. Must be between {least} and 86400 seconds, or 1 for Automatic."),
    "itself": (9039, "CNAME content cannot reference itself."),
    # The words are from there; the codes are assumptions.
    "type": (9002, "DNS record type is invalid."),
    "CNAME": (9007, "Content for CNAME record is invalid."),
    # Assumptions, code and words.
    "priority": (9008, "priority must be between 0 and 65535."),
    "NS": (9010, "Content for NS record must be a hostname."),
    "PTR": (9011, "Content for PTR record must be a hostname."),
    "TXT": (9012, "Content for TXT record is invalid."),
    "OPENPGPKEY": (9013, "Content for OPENPGPKEY record is invalid."),
    "data": (9101, "data is needed for {kind} records."),
    "data field": (9101, "data.{field} is invalid for {kind} records."),
    "comment": (9204, "The comment is invalid or too long."),
    "tags": (9205, "The tags are invalid."),
    "settings": (9207, "settings must be an object"),
}
"""What a record cannot say: code and words."""


def _ipv4(text: str) -> str:
    if _IPV4.fullmatch(text) is None:
        raise ValueError(text[:20])
    return text


_OCTET: Final = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4: Final = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}")


def _ipv6(text: str) -> str:
    return str(IPv6Address(text))


def _host(text: str) -> str:
    name = host(text)
    if not name:
        raise ValueError(text)
    return name


def _text(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise ValueError(text[:20])
    return text


CONTENT: Final[Mapping[str, Callable[[str], str]]] = {
    "A": _ipv4, "AAAA": _ipv6, "CNAME": _host, "MX": _host, "NS": _host, "PTR": _host, "TXT": _text,
    "OPENPGPKEY": _text,
}  # fmt: skip
"""Types that say what they say in `content`, and how that is read; what is wrong there is in `WRONG` by the type."""
TYPES: Final = frozenset({*CONTENT, *DATA})


class Reader:
    """Reads one record, in the words of the API that is set up."""

    def __init__(self, zone: str, *, chained: bool, enterprise: bool) -> None:
        self._zone = zone
        self._chained = chained
        self._least_ttl = 30 if enterprise else 60

    def record(self, given: Mapping[str, Any]) -> Object:
        """What the caller says of a record, complete; whatever he says nothing of is as usual."""
        kind = given.get("type")
        if not isinstance(kind, str) or kind.upper() not in TYPES:
            raise self._no("type")
        kind = kind.upper()
        name = given.get("name")
        whole = completed(name, self._zone) if isinstance(name, str) else ""
        if not whole:
            raise self._no("name")
        row: Object = {"name": whole, "type": kind, **self._said(kind, given)}
        if kind == "CNAME" and row["content"] == whole:
            raise self._no("itself")
        row["proxied"] = self._proxied(kind, given)
        row["ttl"] = AUTOMATIC if row["proxied"] else self._ttl(given)
        row["comment"] = self._comment(given)
        row["tags"] = self._tags(given)
        settings = given.get("settings") or {}
        if not isinstance(settings, dict):
            raise self._no("settings")
        row["settings"] = storable(settings, self._no("settings")) if settings else NOTHING
        return row

    def _no(self, what: str, **named: object) -> Refused:
        """400 for what a record cannot say."""
        code, words = WRONG[what]
        cause = (code, words.format(**named))
        if self._chained:
            return refuse("bad_request", "DNS Validation Error", chain=cause)
        return Refused(told(400, *cause))

    def _said(self, kind: str, given: Mapping[str, Any]) -> Object:
        if kind in DATA:
            return self._data(kind, given)
        content = given.get("content")
        if not isinstance(content, str):
            raise self._no(kind)
        try:
            row: Object = {"content": CONTENT[kind](content)}
        except ValueError:
            raise self._no(kind) from None
        if kind == "MX":
            row["priority"] = self._priority(given)
        return row

    def _data(self, kind: str, given: Mapping[str, Any]) -> Object:
        data = given.get("data")
        if not isinstance(data, dict):
            raise self._no("data", kind=kind)
        known: Object = {}
        for name in DATA[kind]:
            value = data.get(name)
            is_word = name in _WORDS and not (name == "flags" and kind in {"CAA", "DNSKEY"})
            fits = isinstance(value, str) if is_word else isinstance(value, int | float) and not isinstance(value, bool)
            if not fits or (isinstance(value, str) and len(value) > LONGEST_TEXT):
                raise self._no("data field", kind=kind, field=name)
            known[name] = value
        row: Object = {"data": known, "content": " ".join(_shown(known[name]) for name in DATA[kind])}
        if kind == "URI":
            row["priority"] = self._priority(given)
        elif "priority" in known:
            row["priority"] = known["priority"]
        return row

    def _priority(self, given: Mapping[str, Any]) -> int:
        priority = given.get("priority")
        if isinstance(priority, float) and priority.is_integer():
            priority = int(priority)
        if isinstance(priority, bool) or not isinstance(priority, int) or not 0 <= priority <= 65_535:
            raise self._no("priority")
        return priority

    def _proxied(self, kind: str, given: Mapping[str, Any]) -> bool:
        proxied = given.get("proxied")
        if proxied is not None and not isinstance(proxied, bool):
            raise self._no("proxied")
        if proxied and kind not in PROXIABLE:
            raise self._no("proxied type")
        return bool(proxied)

    def _ttl(self, given: Mapping[str, Any]) -> int:
        ttl = given.get("ttl", AUTOMATIC)
        if isinstance(ttl, float) and ttl.is_integer():
            ttl = int(ttl)
        fits = isinstance(ttl, int) and not isinstance(ttl, bool)
        if not fits or (ttl != AUTOMATIC and not self._least_ttl <= ttl <= 86_400):
            raise self._no("ttl", least=self._least_ttl)
        return int(ttl)

    def _comment(self, given: Mapping[str, Any]) -> str | None:
        comment = given.get("comment")
        if comment is not None and (not isinstance(comment, str) or len(comment) > 500):
            raise self._no("comment")
        return comment or None

    def _tags(self, given: Mapping[str, Any]) -> list[str]:
        tags = given.get("tags") or NO_TAGS
        if tags is NO_TAGS:
            return NO_TAGS
        if (
            not isinstance(tags, list)
            or len(tags) > 50
            or not all(isinstance(tag, str) and len(tag) <= 132 for tag in tags)
        ):
            raise self._no("tags")
        return list(tags)


def _shown(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
