"""What a demonstration is: a probe of a part, and what it comes to with the good one and with the bad one."""

from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from brownout_core.compose import Replacements
from brownout_harness.audit.mutants import MUTANTS
from tests.support.aio import virtually

Probe = Callable[[Replacements], Coroutine[Any, Any, Any]]


class Demo(NamedTuple):
    """One known-bad part."""

    probe: Probe
    good: Any
    bad: Any


def shown(name: str, demo: Demo) -> tuple[Any, Any]:
    """What the probe comes to with the good part, and with the bad one."""
    assert demo.good != demo.bad
    return virtually(demo.probe(Replacements())), virtually(demo.probe(MUTANTS[name].replacements()))
