"""Which runs a gate makes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_harness.gate.planned import Shard, check_free, is_whole, names_in, planned, share
from brownout_harness.problems import BadInput
from brownout_harness.running.orders import Order, prepare
from tests.support.examples import examples


def orders(*names: str) -> list[Order]:
    return prepare(names, mode="virtual", time="T", environment={})


def test_each_run_has_a_folder_of_its_own_that_is_always_the_same() -> None:
    runs = planned(orders("healthy", "grey-failure"), Path("g"), repeat=2)
    assert [str(each.folder) for each in runs] == [
        "g/healthy-virtual",
        "g/healthy-virtual-2",
        "g/grey-failure-virtual",
        "g/grey-failure-virtual-2",
    ]
    first, second = runs[:2]
    assert second.scenario.seed == first.scenario.seed + 1
    assert second.command.endswith(f"--seed {second.scenario.seed}")
    assert (first.source, first.may_move) == ("healthy", False)


def test_two_scenarios_of_one_name_are_refused() -> None:
    with pytest.raises(BadInput, match="two scenarios are called healthy"):
        planned(orders("healthy", "healthy"), Path("g"))


@examples(30)
@given(count=st.integers(1, 4), of=st.integers(1, 6))
def test_the_shards_of_a_gate_are_all_of_it_and_no_run_twice(count: int, of: int) -> None:
    every = planned(orders("healthy"), Path("g"), repeat=count)
    assert share(every, None) == every
    names: list[str] = []
    for number in range(1, of + 1):
        shard = Shard(number, of)
        if number > count:
            with pytest.raises(BadInput, match="none is left"):
                share(every, shard)
            continue
        names += [each.folder.name for each in share(every, shard)]
    assert sorted(names) == sorted(each.folder.name for each in every)


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/", "a/b", "-1/2", "1/2/3", "²/3"])
def test_a_shard_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="write NUMBER/OF"):
        Shard.read(text)
    assert str(Shard.read("2/3")) == "2/3"


def test_a_folder_stands_for_the_scenarios_in_it_unless_it_is_a_run(tmp_path: Path) -> None:
    (tmp_path / "own" / "deep").mkdir(parents=True)
    for name in ("b.yaml", "deep/a.yml", "notes.md"):
        (tmp_path / "own" / name).touch()
    own = str(tmp_path / "own")
    assert names_in(["healthy", own]) == ["healthy", f"{own}/b.yaml", f"{own}/deep/a.yml"]
    (tmp_path / "own" / "scenario.yaml").touch()
    assert names_in([own]) == [own]
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="no scenario"):
        names_in([str(tmp_path / "empty")])


def test_folders_and_the_library_are_the_whole_and_a_selection_is_not(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.touch()
    assert is_whole([], [], None)
    assert is_whole([str(tmp_path)], [], None)
    assert not is_whole([str(tmp_path), str(file)], [], None)
    assert not is_whole(["healthy"], [], None)
    assert not is_whole([], ["smoke"], None)
    assert not is_whole([], [], Shard(1, 2))


def test_a_place_that_is_taken_is_refused_before_anything_runs(tmp_path: Path) -> None:
    runs = planned(orders("healthy"), tmp_path)
    check_free(runs)
    (tmp_path / "healthy-virtual").mkdir()
    (tmp_path / "healthy-virtual" / "mine").touch()
    with pytest.raises(BadInput, match="there is something already"):
        check_free(runs)
