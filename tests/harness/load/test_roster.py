"""Who is expected is taken in, once; others are told why not."""

from brownout_harness.load.roster import Roster


def test_those_that_are_started_have_their_names_and_those_that_join_get_one() -> None:
    roster = Roster(["load.1"], ["load.2", "load.3"], "1.0")
    assert roster.admit("a", name="", address="10.0.0.7", version="1.0") == ""
    assert roster.admit("b", name="load.1", address="127.0.0.1", version="1.0") == ""
    assert len(roster.id_of) == 2
    assert roster.admit("c", name="", address="10.0.0.8", version="1.0") == ""
    assert roster.is_whole
    assert roster.id_of == {"load.2": "a", "load.1": "b", "load.3": "c"}
    assert roster.name_of["c"] == "load.3"
    assert [roster.is_known(each) for each in ("10.0.0.7", "10.0.0.8", "127.0.0.1")] == [True, True, False]


def test_one_too_many_a_second_one_of_a_name_and_another_version_are_refused() -> None:
    roster = Roster(["load.1"], ["load.2"], "1.0")
    assert roster.admit("a", name="", address="", version="1.1") == "it is brownout 1.1, and this is 1.0"
    assert roster.admit("b", name="load.1", address="", version="1.0") == ""
    for name in ("load.1", "load.9"):
        assert roster.admit("c", name=name, address="", version="1.0") == "nobody else is expected"
    assert roster.admit("d", name="", address="", version="1.0") == ""
    assert roster.admit("e", name="", address="", version="1.0") == "nobody else is expected"
    assert roster.names == ["load.1", "load.2"]
