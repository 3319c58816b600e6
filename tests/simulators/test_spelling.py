"""The nearest spelling."""

from brownout_simulators.spelling import nearest


def test_the_nearest_name_is_found_where_one_is_near() -> None:
    assert nearest("hagn", ["hang", "drip"]) == "hang"
    assert nearest("zzz", ["hang", "drip"]) == ""
    assert nearest("zzz", ["hang"], at_all=True) == "hang"
    assert nearest("zzz", [], at_all=True) == ""


def test_a_word_without_end_is_compared_by_its_beginning() -> None:
    assert nearest("hang" + "g" * 10**6, ["hang"], at_all=True) == "hang"
