"""The disks that can be full, by their names."""

import typing

from brownout_scenarios.disks import LETTERS, Disk


def test_the_name_is_the_one_that_a_file_may_write() -> None:
    assert typing.get_args(Disk) == (LETTERS,)
