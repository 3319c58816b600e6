"""What an invoice comes to, to the cent."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.stripe.totals import Discounted, priced
from tests.support.examples import examples


def line(amount: int, name: str = "il", **more: Any) -> dict[str, Any]:
    return {"id": name, "amount": amount, "discountable": True, **more}


def percent(share: float, name: str = "di_p") -> Discounted:
    return Discounted(name, {"percent_off": share, "amount_off": None})


def amount_off(amount: int, name: str = "di_a") -> Discounted:
    return Discounted(name, {"percent_off": None, "amount_off": amount})


def rate(share: float, *, inclusive: bool = False, name: str = "txr") -> dict[str, Any]:
    return {"id": name, "percentage": share, "inclusive": inclusive}


def test_a_share_is_taken_off_each_line_and_half_a_cent_is_rounded_up() -> None:
    lines, totals = priced([line(1_005, "a"), line(333, "b")], [percent(10)], [])
    assert [each["discount_amounts"] for each in lines] == [
        [{"amount": 101, "discount": "di_p"}],
        [{"amount": 33, "discount": "di_p"}],
    ]
    assert (totals["subtotal"], totals["total"]) == (1_338, 1_338 - 134)
    assert totals["total_discount_amounts"] == [{"amount": 134, "discount": "di_p"}]


def test_an_amount_is_shared_out_and_nothing_is_lost() -> None:
    lines, totals = priced([line(100, "a"), line(100, "b"), line(100, "c")], [amount_off(100)], [])
    assert [each["discount_amounts"][0]["amount"] for each in lines] == [33, 34, 33]
    assert totals["total"] == 200
    _lines, totals = priced([line(30)], [amount_off(100)], [])
    assert totals["total"] == 0


def test_discounts_apply_one_after_the_other() -> None:
    _lines, totals = priced([line(1_000)], [percent(50), amount_off(100)], [])
    assert totals["total"] == 400
    _lines, totals = priced([line(1_000)], [amount_off(100), percent(50)], [])
    assert totals["total"] == 450


def test_credits_and_what_is_not_discountable_are_left_alone() -> None:
    lines = [line(1_000), line(-300, "credit"), line(500, "fee", discountable=False)]
    assert priced(lines, [percent(10)], [])[1]["total"] == 1_100


def test_a_line_has_discounts_of_its_own() -> None:
    _lines, totals = priced([line(1_000, "a"), line(1_000, "b")], [], [], {"b": [percent(25)]})
    assert totals["total"] == 1_750
    assert totals["total_discount_amounts"] == [{"amount": 250, "discount": "di_p"}]


def test_tax_is_on_what_is_left_and_comes_on_top_or_is_inside() -> None:
    _lines, totals = priced([line(1_000)], [percent(10)], [rate(19)])
    assert (totals["total"], totals["total_excluding_tax"]) == (1_071, 900)
    assert totals["total_taxes"][0]["amount"] == 171
    _lines, totals = priced([line(1_190)], [], [rate(19, inclusive=True)])
    assert (totals["total"], totals["total_excluding_tax"], totals["subtotal_excluding_tax"]) == (1_190, 1_000, 1_000)
    assert totals["total_taxes"][0]["taxable_amount"] == 1_000


def test_a_lines_own_rates_are_instead_of_the_invoices() -> None:
    _lines, totals = priced([line(1_000, "a"), line(1_000, "b", tax_rates=[rate(7, name="low")])], [], [rate(19)])
    assert {tax["tax_rate_details"]["tax_rate"]: tax["amount"] for tax in totals["total_taxes"]} == {
        "txr": 190,
        "low": 70,
    }


AMOUNTS = st.lists(st.integers(-5_000, 50_000), min_size=1, max_size=5)
COUPONS = st.lists(st.one_of(st.integers(1, 100).map(percent), st.integers(1, 60_000).map(amount_off)), max_size=3).map(
    lambda found: [Discounted(f"di_{place}", one.coupon) for place, one in enumerate(found)]
)


@given(AMOUNTS, COUPONS, st.lists(st.floats(0, 30).map(lambda share: rate(round(share, 2))), max_size=2))
@examples(200)
def test_the_lines_add_up_to_the_totals(amounts: list[int], coupons: list[Discounted], rates: list[Any]) -> None:
    lines, totals = priced([line(amount, f"il_{place}") for place, amount in enumerate(amounts)], coupons, rates)
    off = sum(each["amount"] for one in lines for each in one["discount_amounts"])
    tax = sum(each["amount"] for one in lines for each in one["taxes"])
    assert totals["subtotal"] == sum(amounts)
    assert totals["total"] == sum(amounts) - off + tax
    assert off == sum(each["amount"] for each in totals["total_discount_amounts"])
    assert all(each["amount"] >= 0 for one in lines for each in one["discount_amounts"])
    assert off <= sum(amount for amount in amounts if amount > 0)
