"""`send_receipt`: each to an address of its own, at a domain that nobody can have."""

import random

from brownout_harness.asked.gateway.send_receipt import OPERATION


def test_two_receipts_are_for_two_addresses() -> None:
    drawn = [OPERATION.draw(random.Random(5), name) for name in ("op-1", "op-2")]
    assert [each["to"] for each in drawn] == ["op-1@sim.test", "op-2@sim.test"]
    assert list(OPERATION.problems(drawn[0])) == []
    assert list(OPERATION.problems({"to": "nobody"}))
