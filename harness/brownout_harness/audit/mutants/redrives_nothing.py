"""A redrive whose body somebody meant to write later: each letter ends well, and nothing is sent."""

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.policies.dead_letter import Again, DeadLetters, Redriven
from brownout_core.records import DeadLetter
from brownout_harness.audit.mutant import Mutant, Part


class _Empty(DeadLetters):
    """Logged, at least."""

    async def redrive(self, letter_id: str, again: Again, *, insist: bool = False) -> Redriven:
        del again

        async def nothing(_letter: DeadLetter, _asking: Asking) -> str:
            return "{}"

        return await super().redrive(letter_id, nothing, insist=insist)


MUTANT = Mutant(
    name="redrives-nothing",
    part=Part.DEAD_LETTERS,
    about="a redrive says that it is done and does nothing: what was promised never happens",
    scenario="sales-hard-down",
    expectation="nothing_lost",
    replacements=lambda: Replacements(dead_letters=_Empty),
)
