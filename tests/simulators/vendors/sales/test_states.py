"""The tables of states."""

import pytest

from brownout_simulators.vendors.sales.states import QUOTE_TRANSITIONS, RESERVATION_TRANSITIONS, STEPS, TRANSITIONS


def test_every_step_is_in_the_table_and_every_state_is_reached() -> None:
    assert all(after in TRANSITIONS[before] for before, (after, _) in STEPS.items())
    assert {state for ways in TRANSITIONS.values() for state in ways} | {"received"} == set(TRANSITIONS)


@pytest.mark.parametrize(("table", "first"), [(QUOTE_TRANSITIONS, "draft"), (RESERVATION_TRANSITIONS, "held")])
def test_every_state_is_reached_and_none_leads_out_of_the_table(table: dict[str, frozenset[str]], first: str) -> None:
    assert {state for ways in table.values() for state in ways} | {first} == set(table)
