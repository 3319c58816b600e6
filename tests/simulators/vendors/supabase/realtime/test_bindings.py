"""Which changes a channel wants."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.supabase.changes import Change
from brownout_simulators.vendors.supabase.realtime.bindings import Binding, Filter, binding_of, filters_of, holds, id_of
from tests.support.examples import examples

ROW = {"id": 7, "name": "hey, you", "ok": True, "amount": 1.5, "gone": None, "tags": ["a"]}


@pytest.mark.parametrize(
    ("text", "is_held"),
    [
        ("id=eq.7", True),
        ("id=eq.07", True),  # compared by the column's type, a number
        ("id=eq.8", False),
        ("id=neq.8", True),
        ("id=gt.6,id=lt.10", True),
        ("id=gte.7,id=lte.7", True),
        ("id=gt.10", False),  # as texts it would hold
        ("id=in.(5,6,7)", True),
        ('name=in.("hey, you",x)', True),
        ("name=eq.hey, you", None),
        ('name=eq."hey, you"', True),
        ("name=like.hey%", True),
        ("name=ilike.HEY%", True),
        ("name=not.like.hey%", False),
        ("name=match.^h.y", True),
        ("ok=is.true", True),
        ("ok=eq.true", True),
        ("gone=is.null", True),
        ("id=not.is.null", True),
        ("gone=eq.7", False),
        ("gone=neq.7", False),  # null is not unequal either
        ("gone=isdistinct.7", True),
        ("amount=gt.1.25", True),
        ("nothing=eq.1", False),
    ],
)
def test_a_filter_holds_as_postgresql_would_have_it(text: str, is_held: bool | None) -> None:
    found = filters_of(text)
    if is_held is None:
        assert isinstance(found, str)
    else:
        assert not isinstance(found, str)
        assert all(holds(each, ROW) for each in found) is is_held


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("undefined", '["undefined"]'),
        ("subject=foo.hey", '["foo","hey"]'),
        ("subject=eq", '["eq"]'),
        ("id=in.1,2", "`in` filter value must be wrapped by parentheses"),
        ("id=eq.1,,id=eq.2", "filter must not contain empty segments (check for extra commas)"),
    ],
)
def test_a_filter_that_cannot_be_says_why(text: str, why: str) -> None:
    assert filters_of(text) == why


@pytest.mark.parametrize(
    "params",
    [{}, {"filter": "id=eq.1"}, {"schema": "public", "filter": "id=eq.1"}, {"schema": 1}, {"table": "t", "select": "a"},
     {"schema": "public", "select": ["a"]}],
)  # fmt: skip
def test_a_subscription_that_cannot_be_says_why(params: dict[str, Any]) -> None:
    assert isinstance(binding_of(params), str)


def test_a_subscription_wants_its_table_and_kind() -> None:
    def change(kind: Any, table: str = "jobs") -> Change:
        return Change(kind, "public", table, None if kind == "DELETE" else ROW, ROW, 0.0)

    found = binding_of({"event": "insert", "schema": "public", "table": "jobs"})
    assert isinstance(found, Binding)
    assert [found.wants(change(kind)) for kind in ("INSERT", "UPDATE", "DELETE")] == [True, False, False]
    assert not found.wants(change("INSERT", "other"))
    everything = binding_of({"event": "*", "schema": "public"})
    assert isinstance(everything, Binding)
    assert all(everything.wants(change(kind, table)) for kind in ("INSERT", "DELETE") for table in ("a", "b"))


def test_the_same_wish_has_the_same_number() -> None:
    assert id_of({"event": "*", "schema": "public"}) == id_of({"schema": "public", "event": "*"})
    assert id_of({"event": "*", "schema": "public"}) != id_of({"event": "*", "schema": "other"})


@given(st.text(max_size=30))
@examples(200)
def test_any_filter_is_read_or_refused(text: str) -> None:
    found = filters_of(text)
    if not isinstance(found, str):
        assert all(isinstance(each, Filter) and holds(each, ROW) in (True, False) for each in found)


@pytest.mark.parametrize("text", ["name=match.(a+)+b$", "name=like.%a%a%a%a%a%a%a%b", "name=imatch.(A|aa)+(x)\\2"])
def test_no_filter_keeps_everybody_waiting(text: str) -> None:
    found = filters_of(text)
    assert not isinstance(found, str)
    assert not any(holds(each, {"name": "a" * 200 + "!"}) for each in found)
