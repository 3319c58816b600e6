"""Each of the sales system's errors by name: a whole problem, and no order."""

import pytest

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.sales import VENDOR
from tests.simulators.vendors.sales.bench import SalesBench, order


@pytest.mark.parametrize("name", VENDOR.named_errors)
def test_it_is_a_whole_problem_with_the_vendors_headers_and_without_an_effect(name: str) -> None:
    sales = SalesBench()
    sales.is_described = False
    sales.simulator.schedule(
        [rule_from_json({"id": "r0", "vendor": "sales", "match": "POST /api/*", "respond": {"error": name}})]
    )
    answer = sales.take_in(order())
    assert (answer.status, answer.json["code"]) == (VENDOR.named_errors[name].status, name)
