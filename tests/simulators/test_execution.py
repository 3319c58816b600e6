"""What the vendor works with when a fault tampers with it, and what it keeps."""

from dataclasses import replace

from brownout_simulators.vendor import NamedError
from tests.simulators.driving import Driver, body_of
from tests.simulators.toy import TILL, error

PROVOKED = NamedError(400, "", lambda _call: error(400, "bare"), provoked=lambda _call: {"amount": "none"})


def test_the_vendor_reads_what_provokes_the_refusal_and_the_key_stands_for_what_was_sent() -> None:
    assert TILL.idempotency is not None
    keeps_all = replace(TILL.idempotency, saved=lambda _reply: True)
    vendor = replace(TILL, named_errors={"none": PROVOKED}, idempotency=keeps_all)
    till = Driver({"respond": {"error": "none"}, "sequence": "F"}, vendor=vendor)
    assert body_of(till.send(key="k")) == {"error": "amount_missing"}
    again = till.send(key="k")
    assert (again.status, again.headers["replayed"]) == (400, "true")
    assert till.effects() == []


def test_a_defect_of_the_vendor_is_a_problem_also_where_it_shows_late() -> None:
    till = Driver({"fail_after_effect": {"commits_in": {"fixed_s": 1.0}}})
    till.send("POST", "/v1/clumsy")
    assert till.simulator.problems == []
    till.simulator.run_due(till.clock() + 1.0)
    assert len(till.simulator.problems) == 1


def test_a_refusal_that_was_not_provoked_after_all_has_not_struck() -> None:
    till = Driver(vendor=replace(TILL, named_errors={"none": PROVOKED}))
    assert till.send(key="k").status == 200
    till.schedule({"respond": {"error": "none"}})
    replayed = till.send(key="k")
    assert (replayed.status, "Brownout-Fault" in replayed.headers) == (200, False)
    assert (till.struck(), till.requests()[-1]["faults"]) == (0, [])
    assert till.send(key="other").status == 400
    assert (till.struck(), till.requests()[-1]["faults"]) == (1, ["r0"])


def test_a_vendor_that_does_not_refuse_what_should_provoke_it_was_not_struck() -> None:
    pays = replace(PROVOKED, provoked=lambda call: dict(call.data))
    till = Driver({"respond": {"error": "none"}}, vendor=replace(TILL, named_errors={"none": pays}))
    assert till.send().status == 200
    assert (till.struck(), till.requests()[-1]["faults"]) == (0, [])
