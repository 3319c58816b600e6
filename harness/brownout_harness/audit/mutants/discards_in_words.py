"""A desk that takes an order for its execution: it says that a letter was given up, and forgets to strike it out."""

from brownout_core.compose import Replacements
from brownout_core.policies.dead_letter import DeadLetters
from brownout_core.records import OPEN_STATES
from brownout_harness.audit.mutant import Mutant, Part


class _Obliging(DeadLetters):
    """Whatever waits can be given up, it says."""

    async def discard(self, letter_id: str) -> bool:
        letter = await self.show(letter_id)
        return letter is not None and letter.state in OPEN_STATES


MUTANT = Mutant(
    name="discards-in-words",
    part=Part.DEAD_LETTERS,
    about="a letter that an operator gave up is still there, and will be sent by whoever insists",
    scenario="operators-desk",
    expectation="desk_true",
    replacements=lambda: Replacements(dead_letters=_Obliging),
)
