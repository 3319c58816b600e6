"""Faults of a link, as they are written: `{link: gateway→redis, latency: 300ms, jitter: 100ms}`.

The kinds are handed in, as those of vendors are. On the wire there are connections and bytes, and no requests: which
of them, and which way the bytes go, is all that can be said.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag, WithJsonSchema, WrapValidator, create_model

from brownout_scenarios import grammar, phases, units, wording
from brownout_scenarios.grammar import Entry, Grammar

Stream: TypeAlias = Literal["upstream", "downstream"]

JITTER: Final = "jitter"
_LATENCY: Final = "latency"
_LINK: Final = re.compile(r"([\w.-]*\w) ?(?:→|->) ?(\w[\w-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which connections."""

    link: str
    """`gateway→redis`, or with `->`: from a process of the target to a vendor, to `redis`, or to one of its
    `upstreams`."""
    stream: Stream = "downstream"
    """Which way the bytes go that it befalls: `upstream` to the peer, `downstream` from it."""
    share: float = 1.0
    """Of connections, not of requests: it is drawn once for each connection, which may carry many."""


def read_link(text: str) -> phases.Link:
    """From `gateway→redis`. Raises `ValueError`; whether there is such a link, the scenario knows."""
    found = _LINK.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{units.shown(text)} is no link: write gateway→redis, or gateway->redis")
    return phases.Link(found[1], found[2])


def or_at_vendor(at_vendor: Any, kinds: Mapping[str, phases.FaultKind], vendors: Sequence[str], made: Grammar) -> Any:
    """An entry of `faults`: with a `link` one of these kinds, else what is given."""
    if not kinds:
        return at_vendor
    # The models' names, by which errors know what was meant.
    at_link: Any = Annotated[_annotation(kinds, vendors, made), Tag("LinkEntry")]
    branches = Annotated[at_vendor, Tag("FaultEntry")] | at_link
    return Annotated[
        branches,
        Discriminator(lambda value: "LinkEntry" if isinstance(value, Mapping) and "link" in value else "FaultEntry"),
    ]


def _annotation(kinds: Mapping[str, phases.FaultKind], vendors: Sequence[str], made: Grammar) -> Any:
    texts = grammar.field_docs(Rule)
    link = Annotated[str, WithJsonSchema({"type": "string", "description": "gateway→redis"})]
    definitions: dict[str, Any] = {
        "f_link": (link, Field(alias="link", description=texts["link"])),
        "f_window": (made.annotation(phases.Window, "window"), Field(alias="window", default=None)),
        "f_expect_struck": (made.annotation(int, "expect_struck"), Field(alias="expect_struck", default=None)),
        "f_jitter": (made.annotation(float, "jitter_s"), Field(alias=JITTER, default=None)),
    }
    for name in ("stream", "share"):
        hint = Stream if name == "stream" else float
        about = Field(alias=name, default=None, description=texts[name])
        definitions["f_" + name] = (made.annotation(hint, name), about)
    for name, kind in kinds.items():
        text = (kind.source.__doc__ or "").split("\n")[0]
        definitions["f_" + name] = (
            made.short_or_whole(kind.source, kind.short),
            Field(alias=name, default=None, description=text),
        )
    model = create_model("LinkEntry", __base__=Entry, **definitions)
    return Annotated[model, WrapValidator(lambda written, check: _fault(check(_spread(written)), kinds, vendors))]


def _spread(written: Any) -> Any:
    """`latency: 300ms, jitter: 100ms` is one thing."""
    if not (isinstance(written, Mapping) and JITTER in written):
        return written
    if _LATENCY not in written:
        raise ValueError("jitter goes with latency: {latency: 300ms, jitter: 100ms}")
    is_whole = isinstance(written[_LATENCY], Mapping)
    if is_whole:
        raise ValueError("jitter is said beside latency, or within it: {latency: 300ms, jitter: 100ms}")
    rest = {key: value for key, value in written.items() if key != JITTER}
    return {**rest, _LATENCY: {"fixed": written[_LATENCY], JITTER: written[JITTER]}}


def _fault(entry: Entry, kinds: Mapping[str, phases.FaultKind], vendors: Sequence[str]) -> phases.Fault:
    kind = grammar.exactly_one(entry, tuple(kinds), "link fault")
    given = {name: value for name, value in entry.given().items() if value is not None}
    link = read_link(given["link"])
    rule = {
        "stream": given.get("stream", Rule.__dataclass_fields__["stream"].default),
        "share": given.get("share", 1.0),
        kind: grammar.plain(given[kind]),
    }
    return phases.Fault(
        vendor=link.peer if link.peer in vendors else "",
        kind=kind,
        layer="wire",
        link=link,
        window=given.get("window", phases.Window()),
        rule=rule,
        expect_struck=given.get("expect_struck", phases.EXPECT_STRUCK),
        text=_in_words(kind, kinds[kind].short, rule, link),
    )


def _in_words(kind: str, short: str, rule: Mapping[str, Any], link: phases.Link) -> str:
    """On one line: `latency 300ms, jitter 100ms on 50% of the connections gateway→redis, upstream`."""
    parts = dict(rule[kind])
    first = wording.written(parts.pop(short), short) if short in parts else ""
    details = ", ".join(part for part in (first, wording.written(parts)) if part)
    share = "" if rule["share"] == 1 else f"{units.share(rule['share'])} of the connections "
    way = ", upstream" if rule["stream"] == "upstream" else ""
    return " ".join(part for part in (kind, details, "on", f"{share}{link}{way}") if part)
