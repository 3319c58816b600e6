"""Products and prices."""

import pytest

from tests.simulators.vendors.stripe.world import Stripe

PRICE = {"currency": "usd", "unit_amount": 2000}


def test_a_product_is_made_with_a_default_price() -> None:
    world = Stripe()
    params = {"name": "Gold", "default_price_data[currency]": "eur", "default_price_data[unit_amount]": "500"}
    made = world.post("/v1/products", {**params, "expand[]": "default_price"})
    assert made["default_price"]["unit_amount"] == 500
    assert made["default_price"]["product"] == made["id"]
    assert world.events() == ["price.created", "product.created"]


def test_a_product_keeps_an_id_of_the_callers_once() -> None:
    world = Stripe()
    assert world.post("/v1/products", {"name": "Gold", "id": "gold"})["id"] == "gold"
    assert world.send("POST", "/v1/products", {"name": "Gold", "id": "gold"}).error["code"] == "resource_already_exists"


def test_a_product_is_changed_listed_and_deleted_unless_it_has_prices() -> None:
    world = Stripe()
    free = world.post("/v1/products", {"name": "Gold"})
    world.now_s += 5
    changed = world.post(f"/v1/products/{free['id']}", {"active": "false"})
    assert (changed["active"], changed["updated"] - changed["created"]) == (False, 5)
    assert world.get("/v1/products", {"active": "true"})["data"] == []
    assert [one["id"] for one in world.get("/v1/products", {"ids[]": free["id"]})["data"]] == [free["id"]]
    bound = world.post("/v1/prices", {**PRICE, "product_data[name]": "Silver"})["product"]
    assert world.send("DELETE", f"/v1/products/{bound}").status == 400
    assert world.delete(f"/v1/products/{free['id']}")["deleted"] is True
    assert world.send("POST", "/v1/prices", {**PRICE, "product": free["id"]}).error["code"] == "resource_missing"


def test_the_default_price_must_be_the_products_own() -> None:
    world = Stripe()
    one, other = (world.post("/v1/prices", {**PRICE, "product_data[name]": "x"}) for _ in range(2))
    path = f"/v1/products/{one['product']}"
    assert world.post(path, {"default_price": one["id"]})["default_price"] == one["id"]
    assert world.send("POST", path, {"default_price": other["id"]}).error["param"] == "default_price"
    assert world.send("POST", path, {"name": ""}).error["code"] == "parameter_invalid_empty"


def test_a_price_is_once_or_again_and_again() -> None:
    world = Stripe()
    once = world.post("/v1/prices", {**PRICE, "product_data[name]": "Gold"})
    assert (once["type"], once["recurring"], once["unit_amount_decimal"]) == ("one_time", None, "2000")
    again = {"recurring[interval]": "month", "recurring[interval_count]": "3", "product": once["product"]}
    every = world.post("/v1/prices", {**PRICE, **again})
    assert (every["type"], every["recurring"]["interval_count"]) == ("recurring", 3)
    assert [one["id"] for one in world.get("/v1/prices", {"type": "recurring"})["data"]] == [every["id"]]
    assert len(world.get("/v1/prices", {"recurring[interval]": "month"})["data"]) == 1
    assert len(world.get("/v1/prices", {"product": once["product"]})["data"]) == 2


def test_a_lookup_key_belongs_to_one_price() -> None:
    world = Stripe()
    first = world.post("/v1/prices", {**PRICE, "product_data[name]": "Gold", "lookup_key": "gold"})
    same = {**PRICE, "product": first["product"], "lookup_key": "gold"}
    assert world.send("POST", "/v1/prices", same).error["param"] == "lookup_key"
    second = world.post("/v1/prices", {**same, "transfer_lookup_key": "true"})
    assert [one["id"] for one in world.get("/v1/prices", {"lookup_keys[]": "gold"})["data"]] == [second["id"]]
    assert world.get(f"/v1/prices/{first['id']}")["lookup_key"] is None
    assert world.post(f"/v1/prices/{first['id']}", {"nickname": "old"})["nickname"] == "old"


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"unit_amount": 1, "product_data[name]": "x"}, "currency"),
        ({"currency": "usd", "product_data[name]": "x"}, "unit_amount"),
        ({**PRICE, "unit_amount": -1, "product_data[name]": "x"}, "unit_amount"),
        (PRICE, "product"),
        ({**PRICE, "product_data[active]": "true"}, "product_data[name]"),
        ({**PRICE, "product_data[name]": "x", "recurring[interval]": "aeon"}, "recurring[interval]"),
        ({**PRICE, "product_data[name]": "x", "recurring[interval_count]": "1"}, "recurring[interval]"),
    ],
)
def test_an_incomplete_price_is_refused(params: dict[str, str | int], param: str) -> None:
    answer = Stripe().send("POST", "/v1/prices", params)
    assert (answer.status, answer.error["param"]) == (400, param)
