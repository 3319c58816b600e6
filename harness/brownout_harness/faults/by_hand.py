"""Faults that somebody changed while a simulator ran, as its own books tell of them (`GET /_brownout/changes`)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from brownout_scenarios import units, wording
from brownout_simulators.faults import FAULTS
from brownout_simulators.faults.rule import SELECTING


class Changed(NamedTuple):
    """One rule, from when it was changed until it was changed again. Instants are the machine's monotonic clock's."""

    vendor: str
    rule: Mapping[str, Any]
    """As a simulator takes it, with its id."""
    by: str
    """Who put it in force; empty: it came with the schedule."""
    on_s: float | None
    """None: it came with the schedule."""
    off_s: float | None
    """None: it is in force."""
    off_by: str
    matched: int
    struck: int

    @property
    def id(self) -> str:
        """What the ledger's `faults` call it."""
        return str(self.rule["id"])

    @property
    def text(self) -> str:
        """In words: `respond status 503 on 50% of POST /v1/payment_intents`."""
        return words_of(self.rule)


def changes_in(vendor: str, told: Mapping[str, Any]) -> list[Changed]:
    """What a simulator's control API tells, in order."""
    return [Changed(vendor=vendor, **each) for each in told["changes"]]


def words_of(rule: Mapping[str, Any]) -> str:
    """A rule in words, as reports show a scenario's."""
    (kind,) = rule.keys() & FAULTS.keys()
    told = wording.written(rule[kind])
    match = rule.get("match") or {}
    which = " ".join(str(value) for value in match.values()) if isinstance(match, Mapping) else str(match)
    share = rule.get("share", 1.0)
    part = "" if share == 1.0 else f"{units.share(share)} of "
    more = [f"{name} {wording.written(rule[name], name)}" for name in rule if name in _WHEN]
    return ", ".join([" ".join(word for word in (kind, told, f"on {part}{which or 'every request'}") if word), *more])


_WHEN = tuple(name for name in SELECTING if name not in ("match", "share"))
