"""Filters, order and ranges, as PostgREST reads them."""

from urllib.parse import parse_qsl

import pytest

from brownout_core.adapters.postgrest import query, total_of
from brownout_core.services.storage import Filter, Order, eq, one_of


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, []),
        ({"columns": ["id", "name"]}, [("select", "id,name")]),
        ({"where": [eq("a", 1), Filter("a", "lt", 2.5)]}, [("a", "eq.1"), ("a", "lt.2.5")]),
        (
            {"where": [eq("a", True), eq("b", None), Filter("c", "neq", None)]},
            [("a", "eq.true"), ("b", "is.null"), ("c", "not.is.null")],
        ),
        ({"where": [one_of("a", ["x,y", 'q"\\', 3])]}, [("a", 'in.("x,y","q\\"\\\\","3")')]),
        ({"where": [eq("a", "1&b=eq.2 +ü")]}, [("a", "eq.1&b=eq.2 +ü")]),
        ({"order": [Order("a"), Order("b", descending=True)]}, [("order", "a.asc.nullslast,b.desc.nullslast")]),
        ({"limit": 0, "offset": 20}, [("offset", "20"), ("limit", "0")]),
        ({"on": ["a", "b"]}, [("on_conflict", "a,b")]),
    ],
    ids=range(9),
)
def test_a_query_says_what_was_asked_for(given: dict[str, object], said: list[tuple[str, str]]) -> None:
    text = query(**given)  # type: ignore[arg-type]  # as the table has it
    assert parse_qsl(text.removeprefix("?"), strict_parsing=bool(text)) == said
    assert text.startswith("?") is bool(said)


@pytest.mark.parametrize(
    ("header", "total"), [("0-14/3573", 3573), ("*/0", 0), ("0-14/*", None), ("*/*", None), ("", None), ("x/5", None)]
)
def test_the_total_is_what_stands_behind_the_slash(header: str, total: int | None) -> None:
    assert total_of({"content-range": header}) == total
