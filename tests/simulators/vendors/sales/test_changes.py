"""The log of changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.sales import changes
from brownout_simulators.vendors.sales.magic import Fate
from brownout_simulators.vendors.sales.resources import Order, Revision
from tests.support.examples import examples


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40)), max_size=60))
@examples(60)
def test_the_log_of_changes_is_a_list_of_changes_without_those_that_came_later_again(
    made: list[tuple[int, int]],
) -> None:
    log, plain = changes.ChangeLog[Order](), list[tuple[int, str]]()
    orders = [Order(f"ord_{number}", {}, "c", Fate(), [Revision(1, 1, "received", 0.0, 0.0)]) for number in range(6)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "EMPTY_PLACES", 4)
        for which, asked in made:
            if asked == 40:
                log.drop(orders[which])
                plain = [(at, name) for at, name in plain if name != orders[which].id]
            else:
                log.note(orders[which])
                plain = [(at, name) for at, name in plain if name != orders[which].id]
                plain.append((orders[which].touched, orders[which].id))
            assert [one.id for one in log.since(asked)] == [name for at, name in plain if at >= asked]
            assert len(log) == len(plain)
