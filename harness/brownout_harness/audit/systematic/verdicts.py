"""What became of each change: noticed, by what; or not, and what is known of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from brownout_harness.audit.systematic.changes import Change
from brownout_harness.audit.systematic.forks import DIED, STOOD_STILL, TIME_UP
from brownout_harness.audit.systematic.trial import Heard
from brownout_harness.problems import NotJudged


class Fate(StrEnum):
    """Of a change. Only what is killed was noticed."""

    KILLED = "killed"
    """A run was failed; or there was none to judge: it broke off, or did not end."""
    DOUBTED = "doubted"
    """No run was failed, and one was inconclusive: never green, but nobody would know why."""
    SURVIVED = "survived"
    """Every run that comes to it was passed."""
    NOT_COVERED = "not covered"
    """No run comes to it."""
    EQUIVALENT = "equivalent"
    """Survived, and it makes no difference: reviewed, with a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One change and its fate."""

    change: str
    """Its name."""
    module: str
    operator: str
    line: int
    fate: Fate
    scenario: str = ""
    """In which it was noticed."""
    by: str = ""
    """The expectation; or `time`, `died`, the kind of error, where no run could be judged."""
    observed: str = ""
    tried: int = 0
    """So many scenarios were run with it. None, of a survivor: it makes no difference in any that comes to it."""
    differed: tuple[str, ...] = ()
    """The scenarios that were passed and left something else than with nothing changed. None: it made no difference."""

    def to_line(self) -> str:
        """As it is kept: one line of JSON."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_line(cls, line: str) -> "Found":
        """Back from there."""
        told = json.loads(line)
        return cls(**{**told, "fate": Fate(told["fate"]), "differed": tuple(told["differed"])})


def found(change: Change, scenarios: Sequence[str], lines: Sequence[bytes], how: str, good: Mapping[str, str]) -> Found:
    """From what a copy said, and how it ended; `good` is what each scenario leaves with nothing changed.

    Raises:
        NotJudged: somebody else ended it.
    """
    heard = [Heard(*json.loads(line)) for line in lines]
    fate, scenario, by, observed = _fate(heard, scenarios, how)
    return Found(
        change=change.name,
        module=change.module,
        operator=change.operator,
        line=change.line,
        fate=fate,
        scenario=scenario,
        by=by,
        observed=observed,
        tried=len(heard) + bool(how),
        differed=tuple(each.scenario for each in heard if each.left and each.left != good[each.scenario]),
    )


def _fate(heard: Sequence[Heard], scenarios: Sequence[str], how: str) -> tuple[Fate, str, str, str]:
    for each in heard:
        if each.is_noticed:
            return Fate.KILLED, each.scenario, each.by, each.observed
    if how:
        over = scenarios[len(heard)]
        if how not in {TIME_UP, STOOD_STILL, DIED}:
            raise NotJudged(f"a run of {over} was ended by {how}, which no change does: run it again")
        return Fate.KILLED, over, how, ""
    for each in heard:
        if each.status == "inconclusive":
            return Fate.DOUBTED, each.scenario, "", each.observed
    return Fate.SURVIVED, "", "", ""


def untried(change: Change, fate: Fate) -> Found:
    """No scenario comes there; or it makes no difference in any that does."""
    return Found(
        change=change.name,
        module=change.module,
        operator=change.operator,
        line=change.line,
        fate=fate,
    )
