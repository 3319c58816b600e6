"""A redrive that sends whatever there is, however it goes: no pace, no first ones to go by."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from brownout_core.compose import Replacements
from brownout_core.policies.dead_letter import DeadLetterConfig, DeadLetters, Redriven
from brownout_core.records import DeadLetterStore
from brownout_harness.audit.mutant import Mutant, Part

AT_ONCE_PER_S = 1_000_000.0


class _Eager(DeadLetters):
    """The sooner it is tried the sooner it is done."""

    def __init__(self, store: DeadLetterStore, config: DeadLetterConfig, **more: Any) -> None:
        super().__init__(store, replace(config, rate_per_s=AT_ONCE_PER_S), **more)

    def _is_no_use(self, outcomes: Sequence[Redriven], lot: int) -> bool:
        del outcomes, lot
        return False


MUTANT = Mutant(
    name="redrives-all-at-once",
    part=Part.DEAD_LETTERS,
    about="a redrive knows neither pace nor canaries: all that was set aside meets a vendor that is hardly back",
    scenario="redrive-too-early",
    expectation="requests",
    replacements=lambda: Replacements(dead_letters=_Eager),
)
