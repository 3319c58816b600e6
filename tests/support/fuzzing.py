"""What the fuzz tests of the vendors share: odd texts, JSON made of them, and the requests made of both.

A vendor's own test says which texts and names mean something to it, what is there to be asked for, and what its
refusals look like.
"""

import copy
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from hypothesis.strategies import DataObject, DrawFn, SearchStrategy

from tests.support.vendor_bench import Answer, Bench

_PLACE: Final = re.compile(r"\{[^}]*\}")
HEADERS: Final = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)
"""Servers hand on bytes of a header that are no text as surrogates."""
_ODD: Final = (
    "", "1", "-1", "1e400", "NaN", "9" * 40, "²", "٣", "x" * 300, "true", "a@example.com", "http://[",
    "http://127.0.0.1:1/", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+23:59",
)  # fmt: skip
"""No vendor's own: what readers of numbers, dates and addresses stumble over, and what they take."""


def texts(*own: str) -> SearchStrategy[str]:
    """Any text, an odd one, or one that means something to the vendor."""
    return st.text(max_size=8) | st.sampled_from(list(dict.fromkeys([*_ODD, *own])))


def json_of(texts: SearchStrategy[str]) -> SearchStrategy[Any]:
    """Any JSON, some levels deep, with such texts as names and values; NaN and infinities as Python writes them."""
    return st.recursive(
        st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=6,
    )


def pairs(names: Sequence[str], values: SearchStrategy[str]) -> SearchStrategy[list[tuple[str, str]]]:
    """A query's parameters, of which one may come twice."""
    return st.lists(st.tuples(st.sampled_from(names), values), max_size=3)


@st.composite
def bent(draw: DrawFn, whole: Any, values: SearchStrategy[Any]) -> Any:
    """A good body with something else in one of its places, however deep."""
    whole = copy.deepcopy(whole)
    here = whole
    while True:
        place = draw(st.sampled_from(sorted(here) if isinstance(here, dict) else list(range(len(here)))))
        if isinstance(here[place], dict | list) and here[place] and draw(st.booleans()):
            here = here[place]
            continue
        here[place] = draw(values)
        return whole


def path_of(data: DataObject, route: str, segments: SearchStrategy[str], fixed: Mapping[str, str] | None = None) -> str:
    """A route's path with something in each of its places; `{"{id}": "x"}` of `fixed` in that place always the same."""
    there = fixed or {}
    return _PLACE.sub(lambda place: quote(there.get(place[0]) or data.draw(segments), safe="", errors="replace"), route)


@dataclass(frozen=True, kw_only=True)
class Requests:
    """What requests to a vendor are made of, beside their paths."""

    bodies: SearchStrategy[Any]
    queries: SearchStrategy[Any]
    headers: SearchStrategy[Mapping[str, str]] = field(default_factory=lambda: st.just({}))
    without_body: Collection[str] = ()
    """The methods that take none."""

    def send(self, data: DataObject, bench: Bench, method: str, path: str) -> Answer:
        """One of them, answered."""
        query = urlencode(data.draw(self.queries), errors="replace")
        body = b"" if method in self.without_body else json.dumps(data.draw(self.bodies)).encode()
        return bench.send(method, f"{path}?{query}" if query else path, body, headers=data.draw(self.headers))


def of_any_kind(bench: Bench, method: str, target: str, body: bytes, query: str) -> list[Answer]:
    """The same bytes as JSON, as a form and as nothing in particular, and any query without them."""
    kinds = ("application/json", "application/x-www-form-urlencoded", "")
    answers = [bench.send(method, target, body, headers={"content-type": kind}) for kind in kinds]
    return [*answers, bench.send(method, f"{target}?{query}")]
