"""What users ask for, as records."""

import pytest

from brownout_scenarios.workload import Carrier, Statuses


def test_a_set_of_statuses_holds_its_ranges() -> None:
    statuses = Statuses(((200, 201), (400, 499)))
    assert [status for status in (199, 200, 201, 202, 399, 400, 499, 500) if statuses.holds(status)] == [
        200,
        201,
        400,
        499,
    ]


def test_a_set_of_statuses_reads_as_it_is_written() -> None:
    assert str(Statuses(((200, 200), (400, 499)))) == "200, 400-499"


def test_an_operation_id_travels_in_one_place() -> None:
    with pytest.raises(ValueError, match="either"):
        Carrier()
