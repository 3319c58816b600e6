"""Things with versions: bounded, found by their keys, as they were."""

from brownout_simulators.vendors.sales.documents import KEEP_EDITIONS
from tests.simulators.vendors.sales.bench import CUSTOMERS, SalesBench


def test_a_collection_forgets_its_oldest_with_the_key_and_its_place_in_lists() -> None:
    bench = SalesBench()
    bench.post(CUSTOMERS, {"name": "x", "email": "0@sim.test"})
    customers = bench.simulator.accounts["shop"].state.customers
    customers.store.limit = 2
    for number in (1, 2):
        bench.post(CUSTOMERS, {"name": "x", "email": f"{number}@sim.test"})
    assert customers.find("0@sim.test") is None
    assert [one["email"] for one in bench.send("GET", CUSTOMERS).json["data"]] == ["1@sim.test", "2@sim.test"]
    assert bench.post(CUSTOMERS, {"name": "x", "email": "0@sim.test"}).status == 201


def test_what_is_changed_again_and_again_keeps_its_beginning_and_its_latest_editions() -> None:
    bench = SalesBench()
    for number in range(KEEP_EDITIONS + 20):
        bench.stock("PUMP", str(number))
    (document,) = bench.simulator.accounts["shop"].state.stock.store.oldest_first()
    assert len(document.editions) == KEEP_EDITIONS
    assert (document.editions[0].version, document.now.version) == (1, KEEP_EDITIONS + 20)
