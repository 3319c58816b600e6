"""What a client of the API sends, read: proxies and toxics out of JSON. Whatever it is, it is read or refused."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from brownout_harness.wire.address import Address, AddressError, address
from brownout_harness.wire.proxies import Refused, Wanted
from brownout_harness.wire.proxy import Proxy
from brownout_harness.wire.toxic import Stream, Toxic, kind_named
from brownout_harness.wire.toxics import KINDS
from brownout_harness.wire.toxics.kind import ToxicError
from brownout_simulators.spelling import named, nearest, shown

NAME_LENGTH: Final = 200
ANY_PORT: Final = "127.0.0.1:0"

_PROXY: Final = {"name": str, "listen": str, "upstream": str, "enabled": bool, "toxics": list, "logger": object}
"""`Logger` is what Toxiproxy shows of itself, so clients send it back."""
_TOXIC: Final = {"name": str, "type": str, "stream": str, "toxicity": object, "attributes": dict}
_TYPES: Final = {str: "a text", bool: "true or false", list: "a list", dict: "an object"}

Fields = dict[str, Any]


def value_of(body: bytes) -> Any:
    """The JSON of a body. Raises `Refused`."""
    if not body:
        raise Refused(400, "bad request body: EOF")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _bad(str(error)) from None


def wanted_proxy(value: Any, place: str = "") -> Wanted:
    """A proxy to be made. `place` is where it stands in a list, as messages say it. Raises `Refused`."""
    fields = _fields(value, _PROXY, place)
    name, upstream = fields.get("name", ""), fields.get("upstream", "")
    for key, text in (("name", name), ("upstream", upstream)):
        if not text:
            raise Refused(400, f"missing required field: {key}{place}")
    if len(name) > NAME_LENGTH:
        raise _bad(f"name is longer than {NAME_LENGTH} characters{place}")
    toxics: list[Toxic] = []
    for given in fields.get("toxics", ()):
        toxic = wanted_toxic(given)
        if any(each.name == toxic.name for each in toxics):
            raise Refused(409, "toxic already exists")
        toxics.append(toxic)
    return Wanted(
        name=name,
        listen=_address(fields.get("listen") or ANY_PORT, "listen", place),
        upstream=_address(upstream, "upstream", place),
        enabled=fields.get("enabled", True),
        toxics=tuple(toxics),
    )


def wanted_proxies(value: Any) -> list[Wanted]:
    """A list of them. Raises `Refused`."""
    if not isinstance(value, list):
        raise _bad(f"a list of proxies is needed, got {shown(value)}")
    return [wanted_proxy(each, f" at proxy {number}") for number, each in enumerate(value, 1)]


def changed_proxy(value: Any, proxy: Proxy) -> Wanted:
    """What is to be of a proxy that is there: what is not named stays. Raises `Refused`."""
    fields = _fields(value, _PROXY)
    listen, upstream = fields.get("listen"), fields.get("upstream")
    return Wanted(
        name=proxy.name,
        listen=_address(listen, "listen") if listen else proxy.listen,
        upstream=_address(upstream, "upstream") if upstream else proxy.upstream,
        enabled=fields.get("enabled", proxy.enabled),
    )


def wanted_toxic(value: Any) -> Toxic:
    """A toxic to be set. Raises `Refused`."""
    fields = _fields(value, _TOXIC)
    kind, stream = fields.get("type", ""), fields.get("stream", Stream.DOWNSTREAM.value)
    if stream.lower() not in set(Stream):
        raise Refused(400, "stream was invalid, can be either upstream or downstream")
    if kind not in KINDS:
        near = nearest(kind, KINDS)
        raise Refused(
            400, "invalid toxic type" + (f": do you mean {near}?" if near else f": one of {', '.join(KINDS)}")
        )
    name = fields.get("name") or f"{kind}_{stream}"
    if len(name) > NAME_LENGTH:
        raise _bad(f"name is longer than {NAME_LENGTH} characters")
    try:
        return Toxic(
            name=name,
            kind=kind_named(kind).from_attributes(fields.get("attributes", {})),
            stream=Stream(stream.lower()),
            toxicity=fields.get("toxicity", 1.0),
        )
    except ToxicError as error:
        raise _bad(str(error)) from None


def changed_toxic(value: Any, toxic: Toxic) -> Toxic:
    """Other attributes, or another toxicity, of one that is set; nothing else of it changes. Raises `Refused`."""
    fields = _fields(value, _TOXIC)
    try:
        return toxic.changed(fields.get("attributes", {}), fields.get("toxicity"))
    except ToxicError as error:
        raise _bad(str(error)) from None


def _fields(value: Any, known: Mapping[str, type], place: str = "") -> Fields:
    """Of an object, by their names in small letters. As in Go: null is an object without fields, and a field of null
    is not given."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _bad(f"an object is needed{place}, got {shown(value)}")
    fields = {}
    for key, each in value.items():
        name = key.lower()
        if name not in known:
            near = nearest(name, known)
            raise _bad(f"no such field: {named(key)}{place}" + (f"; do you mean {near}?" if near else ""))
        if each is None:
            continue
        if not isinstance(each, known[name]):
            raise _bad(f"{name} must be {_TYPES[known[name]]}{place}, got {shown(each)}")
        fields[name] = each
    return fields


def _address(text: str, what: str, place: str = "") -> Address:
    try:
        return address(text, f"{what}{place}", first_port=0 if what == "listen" else 1)
    except AddressError as error:
        raise _bad(str(error)) from None


def _bad(why: str) -> Refused:
    return Refused(400, f"bad request body: {why}")
