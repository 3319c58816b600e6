"""What has drifted from the records that are kept."""

from pathlib import Path

import pytest

from brownout_harness.gate.baseline import SHOWN, Baseline, drift
from brownout_harness.problems import BadInput

RECORD = """# brownout gate: shop, virtual, seed 7, 10.000 s
expectation exactly_once: passed, 2 effects
operation pay-1: pay done; asked once, from 1.000 s to 1.100 s; stripe 1 request; stripe 1 effect
operation pay-2: pay done; asked once, from 2.000 s to 2.100 s; stripe 1 request; stripe 1 effect
letter pay-3: pay redriven, tried 2 times
"""


def test_what_is_the_same_has_not_drifted() -> None:
    assert drift(RECORD, RECORD) == ()


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ("stripe 1 request; stripe 1 effect\nletter", "stripe 3 requests, 2 struck; stripe 1 effect\nletter",
         "operation pay-2: was stripe 1 request; is stripe 3 requests, 2 struck"),
        ("pay-2: pay done; asked once, from 2.000 s to 2.100 s; stripe 1 request; stripe 1 effect", "pay-9: pay done",
         "operation pay-9: was not there; is pay done"),
        ("passed, 2 effects", "passed, 3 effects",
         "expectation exactly_once: was passed, 2 effects; is passed, 3 effects"),
        ("pay redriven", "pay pending", "letter pay-3: was pay redriven, tried 2 times; is pay pending, tried 2 times"),
        ("seed 7", "seed 8", "the run: was shop, virtual, seed 7, 10.000 s; is shop, virtual, seed 8, 10.000 s"),
    ],
)  # fmt: skip
def test_each_difference_is_told_by_what_is_otherwise(before: str, now: str, told: str) -> None:
    changed = RECORD.replace(before, now)
    assert changed != RECORD
    assert told in drift(RECORD, changed)


def test_any_difference_at_all_is_drift() -> None:
    first, *rest = RECORD.splitlines()
    assert drift(RECORD, "\n".join([first, *reversed(rest)]) + "\n")
    assert drift(RECORD, RECORD + "\n")


def test_of_many_the_first_are_told_and_the_others_counted() -> None:
    lines = [f"operation pay-{number:02}: pay done" for number in range(20)]
    head = RECORD.splitlines()[0]
    told = drift("\n".join([head, *lines]), "\n".join([head, *(line.replace("done", "refused") for line in lines)]))
    assert told[0] == "20 of 20 operations went otherwise"
    assert told[-1] == f"… and {20 - SHOWN} more"
    assert len(told) == SHOWN + 2


def test_records_of_runs_that_there_are_no_more_are_found(tmp_path: Path) -> None:
    kept = Baseline(tmp_path / "base")
    assert kept.others([], "virtual") == ()
    for run in ("shop-virtual", "gone-virtual", "shop-virtual-2", "shop-real", "really-virtual-not"):
        kept.keep(run, RECORD)
    assert kept.others(["shop-virtual"], "virtual") == ("gone-virtual", "shop-virtual-2")


def test_a_record_is_kept_and_what_is_none_is_refused(tmp_path: Path) -> None:
    kept = Baseline(tmp_path / "base")
    assert kept.record("shop-virtual") is None
    kept.keep("shop-virtual", RECORD)
    assert kept.record("shop-virtual") == RECORD
    for wrong in (b"something else", b"\xff\xfe"):
        (tmp_path / "base" / "shop-virtual.txt").write_bytes(wrong)
        with pytest.raises(BadInput, match="--update"):
            kept.record("shop-virtual")
    with pytest.raises(BadInput, match="no folder"):
        Baseline(tmp_path / "base" / "shop-virtual.txt")
