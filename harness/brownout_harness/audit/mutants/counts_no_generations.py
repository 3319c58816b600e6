"""Dead letters that do not count how often they failed: what can never be done stands before everything else."""

from dataclasses import replace
from typing import Any

from brownout_core.compose import Replacements
from brownout_core.policies.dead_letter import DeadLetterConfig, DeadLetters
from brownout_core.records import DeadLetterStore
from brownout_harness.audit.mutant import Mutant, Part

WITHOUT_END = 1_000_000


class _Uncounted(DeadLetters):
    """Next time, perhaps."""

    def __init__(self, store: DeadLetterStore, config: DeadLetterConfig, **more: Any) -> None:
        super().__init__(store, replace(config, generation_cap=WITHOUT_END), **more)


MUTANT = Mutant(
    name="counts-no-generations",
    part=Part.DEAD_LETTERS,
    about="a letter that can never be done is tried first for ever: those behind it starve",
    scenario="poison-letters",
    expectation="requests",
    replacements=lambda: Replacements(dead_letters=_Uncounted),
)
