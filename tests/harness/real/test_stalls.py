"""Which standing still is a gap of the run."""

import json
from pathlib import Path

import pytest

from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.real.stalls import LIMIT_S, Standstill, gaps_of_stalls, told_by

START_S, END_S = 1000.0, 1060.0


def gaps(*found: Standstill, known: tuple[Standstill, ...] = ()) -> list[tuple[str, float, float]]:
    made = gaps_of_stalls(found, start_at_s=START_S, end_at_s=END_S, known=known)
    assert all(gap.kind is GapKind.STALLED for gap in made)
    return [(gap.process, gap.at_s or 0.0, gap.until_s or 0.0) for gap in made]


def test_a_stall_is_told_with_its_process_and_its_length() -> None:
    (gap,) = gaps_of_stalls([Standstill("redis", 1012.0, 1014.5)], start_at_s=START_S)
    assert gap == Gap(GapKind.STALLED, "redis did not run for 2.5 s", 12.0, 14.5, process="redis")


def test_a_short_one_is_none() -> None:
    assert gaps(Standstill("redis", 1001.0, 1001.0 + LIMIT_S)) == []
    assert len(gaps(Standstill("redis", 1001.0, 1001.001 + LIMIT_S))) == 1


def test_what_lies_before_the_start_or_after_the_end_is_none() -> None:
    assert gaps(Standstill("load", 990.0, 1000.4), Standstill("load", 1059.7, 1070.0)) == []
    assert gaps(Standstill("load", 990.0, 1002.0)) == [("load", 0.0, 2.0)]


def test_they_come_in_the_order_of_time() -> None:
    assert [name for name, *_ in gaps(Standstill("b", 1020.0, 1022.0), Standstill("a", 1010.0, 1012.0))] == ["a", "b"]


@pytest.mark.parametrize(
    ("known", "left"),
    [
        ((Standstill("redis", 1009.0, 1021.0),), []),
        ((Standstill("redis", 1010.2, 1019.8),), []),
        ((Standstill("load", 1009.0, 1021.0),), [("redis", 10.0, 20.0)]),
        ((Standstill("redis", 1012.0, 1021.0),), [("redis", 10.0, 12.0)]),
        ((Standstill("redis", 1012.0, 1014.0), Standstill("redis", 1009.0, 1011.0)),
         [("redis", 11.0, 12.0), ("redis", 14.0, 20.0)]),
        ((Standstill("redis", 1009.0, 1018.0), Standstill("redis", 1010.0, 1012.0)), [("redis", 18.0, 20.0)]),
        ((Standstill("redis", 1030.0, 1040.0),), [("redis", 10.0, 20.0)]),
    ],
)  # fmt: skip
def test_what_the_scenario_asks_for_or_nobody_could_see_is_taken_off(
    known: tuple[Standstill, ...], left: list[tuple[str, float, float]]
) -> None:
    assert gaps(Standstill("redis", 1010.0, 1020.0), known=known) == left


def test_a_process_tells_it_among_its_other_lines(tmp_path: Path) -> None:
    class Child:
        name, output = "load", tmp_path / "out"

    lines = [
        {"ready": True},
        {"stall": {"since_s": 1.5, "until_s": 4.0}},
        {"stall": {"since_s": 2.0, "until_s": 3.0}, "process": "load.2"},  # as a master tells it of a worker
        {"at_s": 1.0},
    ]
    Child.output.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = told_by(Child())  # type: ignore[arg-type]
    assert found == [Standstill("load", 1.5, 4.0), Standstill("load.2", 2.0, 3.0)]
