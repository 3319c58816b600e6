"""What an account holds, and that all of it is bounded."""

from brownout_simulators.vendors.twilio import VENDOR
from brownout_simulators.vendors.twilio.state import State, stores
from tests.simulators.vendors.twilio.bench import TwilioBench


def test_every_store_is_counted() -> None:
    assert VENDOR.stores is stores
    assert len({id(store) for store in stores(State()).values()}) == len(stores(State())) == 9


def test_a_service_leaves_what_it_holds_behind_it() -> None:
    bench = TwilioBench()
    service = bench.messaging_service("+12025550100")
    bench.sent_by(service)
    kept = {name: len(store) for name, store in stores(next(iter(bench.simulator.accounts.values())).state).items()}
    assert kept["phone number"] == kept["messaging service"] == 2
    assert kept["recipient of a service"] == kept["sender's queue"] == kept["message"] == 1
