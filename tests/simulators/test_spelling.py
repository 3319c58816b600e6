"""How messages repeat what was given."""

from brownout_simulators.spelling import named, nearest, shown


def test_what_was_given_is_repeated_short_and_on_one_line() -> None:
    assert named("hang") == "hang"
    assert named("a\nb") == r"'a\nb'"
    assert len(named("x" * 10**6)) == 80
    assert shown("a\nb") == r"'a\nb'"
    assert len(shown("x" * 10**6)) <= 80
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert shown(deep) == "[[[...]]]"


def test_the_nearest_name_is_found_where_one_is_near() -> None:
    assert nearest("hagn", ["hang", "drip"]) == "hang"
    assert nearest("zzz", ["hang", "drip"]) == ""
    assert nearest("zzz", ["hang"], at_all=True) == "hang"
    assert nearest("zzz", [], at_all=True) == ""


def test_a_word_without_end_is_compared_by_its_beginning() -> None:
    assert nearest("hang" + "g" * 10**6, ["hang"], at_all=True) == "hang"
