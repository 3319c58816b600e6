"""A question about effects is answered, or an error: a misspelt one would always be answered with none."""

import pytest

from brownout_harness.testing.effects import UnknownEffect, select
from brownout_harness.testing.rows import Effect

KINDS = {"till.charge": ("amount", "currency", "to"), "till.refund": ("amount",)}


def effect(kind: str = "till.charge", **parts: object) -> Effect:
    usual: dict[str, object] = {
        "at_s": 0.0, "id": "ch_1", "amount": 1200, "fields": {"currency": "eur", "to": None}, "references": {},
        "idempotency_key": "", "operation_id": "", "request_id": "", "account": "a",
    }  # fmt: skip
    return Effect(kind=kind, **{**usual, **parts})  # type: ignore[arg-type]


MINE = effect(references={"metadata.order": "7"})
OTHER = effect(id="ch_2", amount=5, references={"metadata.order": "8"})


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [MINE, OTHER]),
        ({"order": "7"}, [MINE]),
        ({"order": 7}, [MINE]),
        ({"metadata.order": "8"}, [OTHER]),
        ({"amount": 1200}, [MINE]),
        ({"amount": "1200"}, [MINE]),
        ({"currency": "eur", "id": "ch_2"}, [OTHER]),
        ({"to": None}, [MINE, OTHER]),
        ({"order": "9"}, []),
    ],
)
def test_effects_are_found_by_column_field_and_what_the_caller_stored(wanted: dict[str, object], found: object) -> None:
    assert list(select(KINDS, [MINE, OTHER, effect("till.refund")], "till.charge", wanted)) == found


def test_a_kind_that_there_is_not_is_an_error() -> None:
    with pytest.raises(UnknownEffect, match=r"^no effect is called 'till.chrge' \(did you mean till.charge\?\)$"):
        select(KINDS, [], "till.chrge", {})


@pytest.mark.parametrize(("name", "near"), [("ordr", "order"), ("currncy", "currency"), ("request", "request_id")])
def test_a_field_that_no_effect_has_is_an_error(name: str, near: str) -> None:
    with pytest.raises(UnknownEffect, match=rf"^no till.charge has a field '{name}' \(did you mean {near}\?\)$"):
        select(KINDS, [MINE], "till.charge", {name: "7"})


def test_a_callers_id_may_be_asked_for_where_nothing_was_done() -> None:
    assert select(KINDS, [effect("till.refund")], "till.charge", {"order": "7"}).none


def test_a_name_that_two_stored_ids_have_is_an_error() -> None:
    both = effect(references={"metadata.order": "7", "site.order": "7"})
    with pytest.raises(UnknownEffect, match=r"^order of a till.charge may be metadata.order or site.order"):
        select(KINDS, [both], "till.charge", {"order": "7"})


def test_once_none_and_count_are_of_what_was_found() -> None:
    one, none, two = (select(KINDS, [MINE, OTHER], "till.charge", {"order": order}) for order in ("7", "9", "8"))
    every = select(KINDS, [MINE, OTHER], "till.charge", {})
    assert (one.once, one.none, one.count, one.one, two[0]) == (True, False, 1, MINE, OTHER)
    assert (none.once, none.none, len(none)) == (False, True, 0)
    assert (every.once, every.none, every.count) == (False, False, 2)
    with pytest.raises(AssertionError, match=r"<2 of till.charge: ch_1 1200 eur"):
        _ = every.one


def test_what_a_failed_assert_shows_names_the_others() -> None:
    shown = repr(select(KINDS, [OTHER], "till.charge", {"order": "7"}))
    assert shown == "<0 of till.charge, order='7'; 1 others of till.charge: ch_2 5 eur (metadata.order='8')>"
