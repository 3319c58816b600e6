"""The search language, and the index that is behind."""

from typing import Any

import pytest

from brownout_simulators.vendors.stripe.search import compiled, matching
from tests.simulators.vendors.stripe.world import PAYMENT, Stripe

FIELDS = frozenset({"status", "amount", "email", "active"})
ROW = {
    "id": "x_1",
    "status": "active",
    "amount": 1000,
    "email": "Jenny@Example.com",
    "active": True,
    "metadata": {"order": "7", "quoted": "it's", "path": "a\\b"},
}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status:'active'", True),
        ('status:"active"', True),
        ("status:'canceled'", False),
        ("-status:'canceled'", True),
        ("amount>999", True),
        ("amount>1000", False),
        ("amount>=1000", True),
        ("amount<1001 AND amount>1", True),
        ("amount<1 OR status:'active'", True),
        ("amount<1 or status:'x'", False),
        ("metadata['order']:'7'", True),
        ('metadata["order"]:"8"', False),
        ("metadata['quoted']:'it\\'s'", True),
        ("metadata['order']:'7' AND status:'canceled'", False),
        ("metadata['order']:'8' OR status:'active'", True),
        (r"metadata['path']:'a\\b'", True),
        ("metadata['absent']:null", True),
        ("email~'example'", True),
        ("email~'nobody'", False),
        ("email:'jenny@example.com'", True),
        ("active:'true'", True),
        ("status:'active' amount:1000", True),
    ],
)
def test_a_query_finds_what_it_says(query: str, found: bool) -> None:
    assert compiled(query, FIELDS).test(ROW) is found


@pytest.mark.parametrize(
    "query",
    [
        "",
        "status",
        "status:'a' AND",
        "colour:'red'",
        "metadata:'x'",
        "amount>'ten'",
        "email~'ex'",
        "status:'a' AND amount>1 OR amount>2",
        "status=active",
    ],
)
def test_a_query_that_cannot_be_read_is_refused(query: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        compiled(query, FIELDS)


@pytest.mark.parametrize(
    ("query", "metadata"),
    [
        ("metadata['a']:'X' AND status:'b'", ("a", "x")),
        ("metadata['a']:'X' OR status:'b'", None),
        ("-metadata['a']:'X'", None),
        ("metadata['a']~'Xyz'", None),
        ("metadata['a']:null", None),
        ("status:'b'", None),
    ],
)
def test_a_query_names_the_metadata_that_everything_found_must_have(query: str, metadata: object) -> None:
    assert compiled(query, FIELDS).metadata == metadata


def test_a_search_by_metadata_sees_what_was_added_and_changed_since_the_last_one() -> None:
    world = Stripe()

    def found(value: str) -> list[str]:
        world.now_s += 1
        query = {"query": f"metadata['operation_id']:'{value}'"}
        return [row["id"] for row in world.get("/v1/payment_intents/search", query)["data"]]

    first = world.post("/v1/payment_intents", {**PAYMENT, "metadata[operation_id]": "op-1"})["id"]
    assert found("op-1") == [first]
    second = world.post("/v1/payment_intents", {**PAYMENT, "metadata[operation_id]": "op-1"})["id"]
    assert found("op-1") == [second, first]
    world.post(f"/v1/payment_intents/{first}", {"metadata[operation_id]": "op-2"})
    assert (found("op-1"), found("op-2"), found("op-3")) == ([second], [first], [])


def test_matching_goes_on_after_a_page_and_leaves_the_deleted_out() -> None:
    rows: list[dict[str, Any]] = [{"id": "a"}, {"id": "b", "deleted": True}, {"id": "c"}]
    assert [row["id"] for row in matching(iter(rows), lambda _row: True, None)] == ["a", "c"]
    assert [row["id"] for row in matching(iter(rows), lambda _row: True, "a")] == ["c"]


def test_a_new_object_is_found_only_after_the_lag_and_a_change_as_late() -> None:
    world = Stripe()
    made = world.post("/v1/customers", {"name": "Jenny"})

    def found(name: str) -> list[str]:
        return [row["id"] for row in world.get("/v1/customers/search", {"query": f"name:'{name}'"})["data"]]

    assert found("Jenny") == []
    world.now_s += 0.31
    assert found("Jenny") == [made["id"]]
    world.post(f"/v1/customers/{made['id']}", {"name": "Rosen"})
    assert (found("Jenny"), found("Rosen")) == ([made["id"]], [])
    world.now_s += 0.31
    assert (found("Jenny"), found("Rosen")) == ([], [made["id"]])
    world.delete(f"/v1/customers/{made['id']}")
    assert found("Rosen") == [made["id"]]
    world.now_s += 0.31
    assert found("Rosen") == []


def test_payments_are_found_by_status_which_a_list_cannot_filter() -> None:
    world = Stripe()
    made = world.post("/v1/payment_intents", PAYMENT)
    world.now_s += 1
    query = {"query": "status:'requires_payment_method' AND amount:1099"}
    assert [row["id"] for row in world.get("/v1/payment_intents/search", query)["data"]] == [made["id"]]
    assert world.send("GET", "/v1/payment_intents", {"status": "succeeded"}).error["code"] == "parameter_unknown"


def test_a_search_without_a_query_or_with_a_bad_one_is_refused() -> None:
    world = Stripe()
    assert world.send("GET", "/v1/customers/search").error["param"] == "query"
    assert world.send("GET", "/v1/customers/search", {"query": "x"}).status == 400
