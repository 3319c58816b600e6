"""Keys of an ERP's length, and what stands under one."""

import pytest

from brownout_core.asking import Asking
from brownout_core.errors import VendorRefused
from brownout_core.flows.by_key import business_key, only


def test_a_key_is_the_operations_id_or_what_stands_for_it() -> None:
    assert business_key("x" * 35) == "x" * 35
    keys = {business_key("x" * length) for length in (36, 37, 128)}
    assert len(keys) == 3
    assert {len(key) for key in keys} == {35}
    assert business_key("x" * 36) == business_key("x" * 36)


def test_each_part_has_a_key_of_its_own_for_which_there_is_room() -> None:
    assert [business_key("op", part) for part in ("-1", "-2")] == ["op-1", "op-2"]
    assert business_key("x" * 33, "-1") == "x" * 33 + "-1"
    long = [business_key("x" * 34, part) for part in ("-1", "-2")]
    assert [len(key) for key in long] == [35, 35]
    assert [key[-2:] for key in long] == ["-1", "-2"]


def test_two_under_one_key_are_nobodys_to_choose_from() -> None:
    asking = Asking("op-1")
    assert (only(asking, "find", []), only(asking, "find", ["a"])) == (None, "a")
    assert not asking.may_have_effect
    with pytest.raises(VendorRefused, match="2 have one key"):
        only(asking, "find", ["a", "b"])
    assert asking.may_have_effect, "nobody may be told that nothing is there"
