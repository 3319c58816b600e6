"""Where the operation's id does travel, if not where it was looked for: the lines of YAML that would help.

A simulator keeps what the first calls with an effect said, place by place. Which of these texts are operations' ids,
or hold one, only the harness knows.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from brownout_harness.judging.evidence import NAMELESS, Evidence
from brownout_reports.rows import OperationRow
from brownout_reports.tables import Rows

FEWEST_SHARE = 0.5
"""Of the calls looked at; with fewer, the place may be one by chance."""
_WORD = re.compile(r"[\w.:-]*\w")
_ID = rf"({_WORD.pattern})"
_BEFORE = 24
"""Characters before an id that a pattern repeats, at most."""


def advice(evidence: Evidence) -> Iterator[str]:
    """One line for each vendor whose effects cannot be told apart, and whose calls hold operations' ids somewhere."""
    for vendor, calls in sorted(evidence.said.items()):
        nameless = evidence.effects.count(NAMELESS & (pl.col("vendor") == vendor))
        if calls and nameless and (found := _place(calls, evidence.wanted)):
            place, count = found
            held = f"{vendor}: {count} of {len(calls)} calls with an effect hold an operation's id at"
            yield f"{held} {place.partition(': ')[0]}: write correlate: {{{vendor}: [{place}]}}"


def _place(calls: Sequence[Mapping[str, str]], wanted: Rows[OperationRow]) -> tuple[str, int] | None:
    words = {word for call in calls for text in call.values() for word in (text, *_WORD.findall(text))}
    rows = wanted.frame.filter(pl.col("operation_id").is_in(list(words))).select("operation_id").collect()
    ids = set(rows["operation_id"].to_list())
    found: Counter[str] = Counter()
    for call in calls:
        found.update({place for name, text in call.items() if (place := _written(name, text, ids))})
    if not found:
        return None
    # The one without a pattern, of several that are as good; then by name, so that the same run says the same.
    place, count = min(found.items(), key=lambda each: (-each[1], ": " in each[0], each[0]))
    return (place, count) if count >= FEWEST_SHARE * len(calls) else None


def _written(name: str, text: str, ids: set[str]) -> str:
    """A place as a scenario writes it: with a pattern, where the id stands among other words."""
    if text in ids:
        return name
    held = next((word for word in _WORD.finditer(text) if word[0] in ids), None)
    # In an address it is a parameter's, which has a place of its own.
    if held is None or "://" in text:
        return ""
    before = re.escape(text[max(0, held.start() - _BEFORE) : held.start()]).replace("\\ ", " ")
    return f"{name}: {json.dumps((before or '^') + _ID)}"
