"""Ids and instants."""

from brownout_simulators.vendors.sales.ids import crockford, derived_id, rfc3339
from tests.simulators.vendors.sales.bench import SalesBench, order


def test_ids_are_ulids_that_sort_by_time() -> None:
    bench = SalesBench()
    first = bench.take_in(order("A-1")).json["id"]
    bench.pass_time(1)
    assert first < bench.take_in(order("A-2")).json["id"]
    assert crockford(32, 2) == "10"
    assert derived_id("whd", "a", "b") == derived_id("whd", "a", "b") != derived_id("whd", "ab")
    assert len(derived_id("whd", "a")) == len("whd_") + 26


def test_instants_have_milliseconds() -> None:
    assert rfc3339(1_760_000_000.1239) == "2025-10-09T08:53:20.123Z"
