"""Whether an incident names what is left: by whoever has it, and an id by which it is found there.

stripe payment pi_1, erp document J-7
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from brownout_reports.rows import LedgerRow

INCIDENT: Final = "incident"
"""The state of a dead letter that the target itself can neither finish nor take back."""


def names_all(standing: str, effects: Sequence[LedgerRow]) -> bool:
    """Whether each of these effects is named. Naming nothing is naming none, also where there is none."""
    named = {(words[0], words[-1]) for part in standing.split(",") if len(words := part.split()) > 1}
    return bool(named) and all(any((each.vendor, id) in named for id in _ids(each)) for each in effects)  # noqa: A001


def _ids(effect: LedgerRow) -> Iterator[str]:
    """The vendor's, the caller's own, and what else the ledger keeps of it."""
    yield effect.id
    for kept in (effect.references, effect.fields):
        yield from (value for value in json.loads(kept or "{}").values() if isinstance(value, str))
