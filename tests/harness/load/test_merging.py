"""Whatever is missing of what workers recorded, comes twice or is not theirs is said, with the worker's name."""

from typing import Any

import pytest

from brownout_harness.load.merging import BUSY_LIMIT_S, Merge


def counts(answered: int = 2, **more: Any) -> dict[str, Any]:
    return {"planned": 2, "offered": 2, "turns": 0, "answered": answered, "outcomes": {"done": answered}, **more}


def rows(*ids: str) -> list[dict[str, Any]]:
    return [{"operation_id": each} for each in ids]


@pytest.fixture
def merge() -> Merge:
    return Merge({"load.1": {"a", "c"}, "load.2": {"b", "d"}})


def whole(merge: Merge) -> Merge:
    """As it is to be."""
    merge.take("load.1", rows("a", "c"))
    merge.take("load.2", rows("b", "d"))
    merge.end("load.1", counts())
    merge.end("load.2", counts())
    return merge


def test_every_row_is_kept_once_with_its_worker_and_the_counts_are_sums(merge: Merge) -> None:
    assert merge.take("load.1", rows("c")) == [{"operation_id": "c", "worker": "load.1"}]
    assert merge.waiting == ["load.1", "load.2"]
    merge.take("load.1", rows("a"))
    merge.take("load.2", rows("d", "b"))
    merge.end("load.1", counts(max_lag_s=0.2, cpu_share=0.25))
    merge.end("load.2", counts(max_lag_s=0.1, cpu_share=0.5))
    told = merge.counts()
    assert (told["answered"], told["offered"], told["outcomes"]) == (4, 4, {"done": 4})
    assert (told["max_lag_s"], told["cpu_share"]) == (0.2, 0.75)
    assert {name: each["recorded"] for name, each in told["workers"].items()} == {"load.1": 2, "load.2": 2}
    assert merge.waiting == merge.troubles() == merge.behind() == []


def test_a_row_that_comes_twice_is_dropped_and_said(merge: Merge) -> None:
    assert whole(merge).take("load.1", rows("a")) == []
    assert merge.troubles() == ["load.1 recorded an operation for the second time, such as a"]


def test_two_workers_with_the_same_share_are_found_out() -> None:
    same = Merge({"load.1": {"a", "b"}, "load.2": {"a", "b"}})
    kept = [row for name in ("load.1", "load.2") for row in same.take(name, rows("a", "b"))]
    for name in ("load.1", "load.2"):
        same.end(name, counts())
    assert [row["worker"] for row in kept] == ["load.1", "load.1"]
    assert same.troubles() == [
        "load.2 recorded an operation for the second time, such as a",
        "load.2 recorded 2 operations and 0 came",
    ]


def test_a_row_of_another_ones_share_is_dropped_and_said(merge: Merge) -> None:
    assert whole(merge).take("load.2", rows("a", "x")) == []
    assert merge.troubles() == ["load.2 recorded what is not of its share, such as a"]


def test_rows_that_did_not_come_are_missed(merge: Merge) -> None:
    merge.take("load.1", rows("a"))
    merge.end("load.1", counts())
    merge.take("load.2", rows("b", "d"))
    merge.end("load.2", counts())
    assert merge.troubles() == ["load.1 recorded 2 operations and 1 came"]


def test_a_worker_that_never_says_that_it_is_through_is_named(merge: Merge) -> None:
    merge.take("load.1", rows("a", "c"))
    merge.end("load.1", counts())
    merge.take("load.2", rows("b", "d"))
    assert merge.waiting == ["load.2"]
    assert merge.troubles() == ["load.2 never said that it was through"]


def test_a_lost_worker_is_waited_for_no_more_and_stays_lost(merge: Merge) -> None:
    whole(merge).lose("load.2", "was not heard any more at 4.0 s")
    merge.lose("load.2", "later")
    merge.end("load.2", counts())
    assert merge.waiting == []
    assert merge.troubles() == ["load.2 was not heard any more at 4.0 s: 2 operations are known of its 2"]


def test_one_that_says_itself_that_it_failed_is_lost(merge: Merge) -> None:
    whole(merge).end("load.1", counts(), "failed (it broke)")
    assert merge.troubles() == ["load.1 failed (it broke): 2 operations are known of its 2"]


def test_arrivals_that_were_not_asked_for_are_missed_though_a_worker_says_that_it_is_through(merge: Merge) -> None:
    merge.take("load.2", rows("b", "d"))
    merge.end("load.2", counts())
    merge.take("load.1", rows("a"))
    merge.end("load.1", counts(answered=1, offered=1))
    assert merge.troubles() == ["load.1 asked for 1 of 2"]


def test_one_without_processor_time_left_is_named(merge: Merge) -> None:
    whole(merge).end("load.2", counts(busy_s=BUSY_LIMIT_S + 0.5))
    assert merge.behind() == ["load.2 used all of its core for 3.5 s on end"]
    assert merge.troubles() == []
