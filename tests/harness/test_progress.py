"""What a person is told of the load is how it fares now, not what it came to since the start."""

import pytest

from brownout_harness.progress import RECENT_S, Counted, Recent


def recent(*counts: tuple[float, int, int, int]) -> Recent:
    made = Recent()
    for each in counts:
        made.look(Counted(*each))
    return made


def test_what_was_before_the_last_seconds_is_forgotten() -> None:
    # Nothing succeeds any more from the eighth second on.
    told = recent(*((float(second), second * 20, second * 10, min(second, 8) * 10) for second in range(11)))
    assert (told.offered_per_s, told.achieved_per_s) == (20.0, 10.0)
    assert told.success_share == pytest.approx(1 / 3)


def test_looks_that_come_seldom_are_held_against_the_one_before() -> None:
    told = recent((0.0, 0, 0, 0), (3 * RECENT_S, 90, 90, 90), (6 * RECENT_S, 180, 90, 90))
    assert told.offered_per_s == pytest.approx(90 / (3 * RECENT_S))
    assert (told.achieved_per_s, told.success_share) == (0.0, None)


@pytest.mark.parametrize("counts", [(), ((1.0, 5, 5, 5),), ((1.0, 5, 5, 5), (1.0, 9, 9, 9))])
def test_an_instant_has_no_rate(counts: tuple[tuple[float, int, int, int], ...]) -> None:
    assert (recent(*counts).offered_per_s, recent(*counts).achieved_per_s) == (0.0, 0.0)
