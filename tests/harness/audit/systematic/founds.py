"""What became of a change, in each way."""

from dataclasses import replace

from brownout_harness.audit.systematic.verdicts import Fate, Found

KILLED = Found(
    change="part:f: 1 → 2",
    module="brownout_core.policies.part",
    operator="constant-changed",
    line=3,
    fate=Fate.KILLED,
    scenario="b",
    by="exactly_once",
    tried=2,
)
SURVIVED = replace(KILLED, fate=Fate.SURVIVED, scenario="", by="")
DOUBTED = replace(KILLED, fate=Fate.DOUBTED, scenario="a", by="")
NOT_COVERED = replace(SURVIVED, fate=Fate.NOT_COVERED, tried=0)


def named(found: Found, name: str) -> Found:
    """The same of another change."""
    return replace(found, change=name)
