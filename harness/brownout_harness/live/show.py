"""What is in force, in the terminal and for a script."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape

from brownout_harness.faults.by_hand import words_of
from brownout_harness.live.reach import InForce
from brownout_harness.tables import table

COLUMNS = ("vendor", "id", "fault", "by", "for", "struck")


def show(console: Console, found: Sequence[InForce]) -> None:
    """A line for each."""
    if not found:
        console.print("no fault is in force")
        return
    rows = [
        (each.vendor, escape(each.id), escape(words_of(each.rule)), each.by or "schedule",
         "" if each.for_s is None else f"{each.for_s:.0f} s",
         f"{each.rule['struck']} of {each.rule['matched']}")
        for each in found
    ]  # fmt: skip
    console.print(table(console, COLUMNS, rows, right=("for", "struck"), whole=("id",)))


def as_json(found: Sequence[InForce]) -> list[dict[str, Any]]:
    """The same for a script."""
    return [
        {
            "vendor": each.vendor,
            "id": each.id,
            "fault": words_of(each.rule),
            "by": each.by,
            "for_s": each.for_s,
            "matched": each.rule["matched"],
            "struck": each.rule["struck"],
            "rule": {name: value for name, value in each.rule.items() if name not in ("matched", "struck")},
        }
        for each in found
    ]
