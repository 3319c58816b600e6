"""One call on its way."""

from brownout_simulators.call import Call, Reply
from brownout_simulators.faults.fault import Strike
from brownout_simulators.handling import Handling, act_as_seen
from tests.simulators.driving import Driver
from tests.simulators.toy import TillErrors


def test_rules_look_at_the_operation_first_then_at_the_idempotency_key() -> None:
    call = Call("POST", "/x", "", {}, b"", 0.0)
    one: Handling[object] = Handling(call)
    assert (one.subject().key, one.subject().account) == ("", "")
    call.idempotency_key = "k"
    assert one.subject().key == "k"
    one.operation = "op"
    assert one.subject().key == "op"
    assert one.cause().idempotency_key == "k"


def test_an_account_is_shown_as_before_even_if_the_action_breaks() -> None:
    till = Driver()
    till.send()
    account = till.simulator.accounts["a"]
    call = till.call()
    strike = Strike(call, "a", TillErrors(), 100.0, 0.0, skew_s=60.0, lag_s=5.0)
    seen = []

    def broken(call: Call, account: object) -> Reply:
        seen.append((till.simulator.accounts["a"].epoch_s, till.simulator.accounts["a"].as_of_s))
        raise KeyError("broken")

    try:
        act_as_seen(broken, call, account, strike, 100.0)
    except KeyError:
        seen.append((account.epoch_s, account.as_of_s))
    assert seen == [(1_700_000_060.0, 95.0), (1_700_000_000.0, None)]
