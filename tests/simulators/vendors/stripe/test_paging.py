"""Lists: newest first, page by page, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulators.vendors.stripe.world import Stripe
from tests.support.examples import examples


def _with_customers(count: int) -> tuple[Stripe, list[str]]:
    world = Stripe()
    made = []
    for _ in range(count):
        made.append(world.post("/v1/customers")["id"])
        world.now_s += 1
    return world, made


@examples(15)
@given(count=st.integers(0, 25), limit=st.integers(1, 12), backwards=st.booleans())
def test_pages_put_together_are_the_whole_list(count: int, limit: int, backwards: bool) -> None:
    world, made = _with_customers(count)
    cursor, seen = "", list[str]()
    if backwards and made:
        seen, cursor = [made[0]], made[0]
    for _ in range(count + 1):
        way = "ending_before" if backwards else "starting_after"
        page = world.get("/v1/customers", {"limit": limit, **({way: cursor} if cursor else {})})
        ids = [row["id"] for row in page["data"]]
        assert len(ids) <= limit
        assert page["has_more"] is False or ids  # an SDK cannot go on from an empty page
        seen = seen + ids[::-1] if backwards and made else seen + ids
        if not page["has_more"]:
            break
        cursor = ids[0] if backwards and made else ids[-1]
    assert seen == (made if backwards and made else made[::-1])


def test_ten_is_the_default_and_the_shape_is_stripes() -> None:
    world, _made = _with_customers(11)
    page = world.get("/v1/customers")
    assert (len(page["data"]), page["has_more"], page["object"], page["url"]) == (10, True, "list", "/v1/customers")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many"])
def test_a_limit_out_of_1_to_100_is_refused(limit: str) -> None:
    answer = Stripe().send("GET", "/v1/customers", {"limit": limit})
    assert (answer.status, answer.error["param"]) == (400, "limit")


def test_both_cursors_or_an_unknown_one_are_refused() -> None:
    world, made = _with_customers(1)
    both = {"starting_after": made[0], "ending_before": made[0]}
    assert world.send("GET", "/v1/customers", both).status == 400
    answer = world.send("GET", "/v1/customers", {"starting_after": "cus_x"})
    assert (answer.status, answer.error["code"], answer.error["param"]) == (400, "resource_missing", "starting_after")


def test_a_cursor_may_be_a_deleted_object() -> None:
    world, made = _with_customers(3)
    world.delete(f"/v1/customers/{made[1]}")
    page = world.get("/v1/customers", {"starting_after": made[1]})
    assert [row["id"] for row in page["data"]] == [made[0]]


@pytest.mark.parametrize(
    ("bounds", "count"),
    [
        ({"created[gt]": 1_700_000_101}, 1),
        ({"created[gte]": 1_700_000_101}, 2),
        ({"created[lt]": 1_700_000_101}, 1),
        ({"created[lte]": 1_700_000_101}, 2),
        ({"created": 1_700_000_101}, 1),
        ({"created[gt]": 1_700_000_100, "created[lt]": 1_700_000_102}, 1),
    ],
)
def test_created_is_an_instant_or_a_range(bounds: dict[str, int], count: int) -> None:
    world, _made = _with_customers(3)
    assert len(world.get("/v1/customers", bounds)["data"]) == count


@pytest.mark.parametrize("bounds", [{"created[after]": 1}, {"created[gt]": "x"}, {"created": "yesterday"}])
def test_a_range_that_cannot_be_read_is_refused(bounds: dict[str, str]) -> None:
    assert Stripe().send("GET", "/v1/customers", bounds).status == 400
