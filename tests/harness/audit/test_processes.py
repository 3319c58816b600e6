"""Many runs at once come to what they come to one by one."""

from brownout_harness.audit.processes import in_processes


def twice(number: int) -> int:
    return 2 * number


def test_in_one_process_they_are_made_in_order() -> None:
    assert list(in_processes(twice, [(1,), (2,), (3,)], workers=1)) == [2, 4, 6]


def test_of_none_there_is_nothing() -> None:
    assert list(in_processes(twice, [])) == []
