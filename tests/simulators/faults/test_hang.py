"""Hang: silence."""

from tests.simulators.driving import Driver


def test_a_hang_does_nothing_and_says_nothing() -> None:
    till = Driver({"hang": {}})
    answer = till.send()
    assert (answer.status, answer.ending) == (0, "hang")
    assert till.effects() == []
    assert (till.requests()[0]["ending"], till.requests()[0]["faults"]) == ("hang", ["r0"])
