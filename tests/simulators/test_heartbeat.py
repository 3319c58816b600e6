"""A process that was stopped tells so when it goes on."""

import pytest

from brownout_simulators.heartbeat import EVERY_S, TOLD_OVER_S, Heartbeat, Stall


@pytest.mark.parametrize(
    ("beats", "told"),
    [
        ([0.1, 0.2, 0.3], []),
        ([0.1, 0.1 + EVERY_S + TOLD_OVER_S - 0.001], []),
        ([0.1, 2.2, 2.3], [Stall(0.2, 2.2)]),
        ([5.0, 5.1, 6.0], [Stall(0.1, 5.0), Stall(5.2, 6.0)]),
    ],
)
def test_a_beat_that_comes_late_tells_since_when_it_was_due(beats: list[float], told: list[Stall]) -> None:
    now = [0.0]
    found: list[Stall] = []
    heart = Heartbeat(lambda: now[0], found.append)
    for at_s in beats:
        now[0] = at_s
        heart.beat()
    assert [(round(stall.since_s, 6), stall.until_s) for stall in found] == told
