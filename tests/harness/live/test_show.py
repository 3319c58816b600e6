"""What is in force, as a person and as a script see it."""

import io

from rich.console import Console

from brownout_harness.live.reach import InForce
from brownout_harness.live.show import as_json, show

RULE = {"id": "fault.1", "vendor": "stripe", "share": 0.5, "hang": {}, "matched": 9, "struck": 4}


def shown(*found: InForce) -> str:
    out = io.StringIO()
    show(Console(file=out, width=120), found)
    return out.getvalue()


def test_a_line_for_each_says_what_it_is_by_whom_how_long_and_what_it_struck() -> None:
    line = shown(InForce("stripe", RULE, "cli", 12.4)).splitlines()[-1]
    assert [word.strip() for word in line.split("│")] == [
        "stripe", "fault.1", "hang on 50% of every request", "cli", "12 s", "4 of 9",
    ]  # fmt: skip


def test_what_a_schedule_brought_is_said_to() -> None:
    assert "schedule" in shown(InForce("stripe", RULE, "", None))


def test_nothing_is_said_to_be_nothing() -> None:
    assert shown() == "no fault is in force\n"


def test_a_script_gets_the_rule_without_its_counts_and_these_beside_it() -> None:
    (told,) = as_json([InForce("stripe", RULE, "cli", 12.4)])
    assert told["rule"] == {"id": "fault.1", "vendor": "stripe", "share": 0.5, "hang": {}}
    assert (told["matched"], told["struck"], told["by"], told["for_s"]) == (9, 4, "cli", 12.4)
