"""Clocks that misbehave are told of, once."""

from brownout_harness.judging.evidence import GapKind
from brownout_harness.real.clocks import Clocks


class Hands:
    """Two clocks that a test moves."""

    def __init__(self) -> None:
        self.wall_s, self.monotonic_s = 1_000_000.0, 50.0

    def both(self, seconds: float) -> None:
        self.wall_s += seconds
        self.monotonic_s += seconds


def clocks(hands: Hands) -> Clocks:
    return Clocks(wall=lambda: hands.wall_s, monotonic=lambda: hands.monotonic_s)


def test_clocks_that_go_together_are_no_gap() -> None:
    hands = Hands()
    watched = clocks(hands)
    hands.both(3600.0)
    hands.wall_s += 0.3
    assert watched.check_drift(10.0) == []


def test_a_wall_clock_that_jumps_is_a_gap_once() -> None:
    hands = Hands()
    watched = clocks(hands)
    hands.wall_s -= 30.0
    (gap,) = watched.check_drift(12.0)
    assert gap.kind is GapKind.CLOCK_JUMP
    assert gap.detail == "the wall clock jumped by -30.0 s against the monotonic one"
    assert gap.at_s == 12.0
    assert watched.check_drift(13.0) == []
