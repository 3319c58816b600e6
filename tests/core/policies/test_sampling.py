"""The sampling window counts what is recent and forgets what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_core.policies.sampling import SLICES, SamplingWindow
from tests.support.examples import examples


@given(
    window_s=st.floats(0.1, 100.0),
    calls=st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans(), st.booleans()), max_size=60),
)
@examples(150, always=True)
def test_agrees_with_a_list_of_all_calls(window_s: float, calls: list[tuple[float, bool, bool]]) -> None:
    window = SamplingWindow(window_s)
    slice_s = window_s / SLICES
    now_s = 1_000.0
    first_s: float | None = None
    seen: list[tuple[int, bool, bool]] = []
    for share, failed, slow in calls:
        now_s += share * window_s
        first_s = now_s if first_s is None else first_s
        window.add(now_s, failed=failed, slow=slow)
        seen.append((int((now_s - first_s) * (SLICES / window_s)), failed, slow))
        recent = [call for call in seen if call[0] > seen[-1][0] - SLICES]
        assert window.calls == len(recent)
        assert window.failures == sum(failed for _, failed, _ in recent)
        assert window.slow == sum(slow for _, _, slow in recent)
        assert slice_s > 0


def test_forgets_a_call_after_one_window() -> None:
    window = SamplingWindow(10.0)
    window.add(0.0, failed=True, slow=True)
    window.add(9.0, failed=False, slow=False)
    assert (window.calls, window.failures, window.slow) == (2, 1, 1)
    window.add(10.0, failed=False, slow=False)
    assert (window.calls, window.failures, window.slow) == (2, 0, 0)


def test_a_clock_that_steps_back_loses_no_call() -> None:
    window = SamplingWindow(10.0)
    window.add(100.0, failed=True, slow=False)
    window.add(40.0, failed=True, slow=False)
    window.add(100.5, failed=False, slow=False)
    assert (window.calls, window.failures) == (3, 2)


@pytest.mark.parametrize("began_s", [0.0, 0.7, 86_399.7])
def test_where_the_clock_began_makes_no_difference(began_s: float) -> None:
    window = SamplingWindow(10.0)
    for at_s in (0.0, 0.5, 10.2):
        window.add(began_s + at_s, failed=True, slow=False)
    assert window.calls == 1


def test_cleared_it_counts_from_its_next_call() -> None:
    window = SamplingWindow(10.0)
    window.add(0.0, failed=True, slow=False)
    window.clear()
    for at_s in (0.9, 1.8, 10.8):
        window.add(at_s, failed=True, slow=False)
    assert window.calls == 3


def test_cleared_it_knows_nothing() -> None:
    window = SamplingWindow(10.0)
    window.add(0.0, failed=True, slow=True)
    window.clear()
    assert (window.calls, window.failures, window.slow) == (0, 0, 0)
