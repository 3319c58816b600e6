"""A redrive that marks first and works afterwards: whoever dies in between has promised it and left no trace."""

from dataclasses import replace

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.policies.dead_letter import Again, DeadLetters, Redriven
from brownout_core.policies.undertaking import Undertaking
from brownout_core.records import DeadLetter, LetterState
from brownout_harness.audit.mutant import Mutant, Part


class _Marking(DeadLetters):
    """Nothing twice, at least."""

    async def redrive(self, letter_id: str, again: Again, *, insist: bool = False) -> Redriven:
        async def marked(letter: DeadLetter, asking: Asking) -> str:
            if isinstance(asking.kept, Undertaking):
                await self._store.settle(replace(letter, state=LetterState.REDRIVEN), asking.kept.owner)
            return await again(letter, asking)

        return await super().redrive(letter_id, marked, insist=insist)


MUTANT = Mutant(
    name="settles-before-the-work",
    part=Part.DEAD_LETTERS,
    about="a letter counts as done before it is: what the process dies over is promised and forgotten",
    scenario="killed-before-the-sending",
    expectation="nothing_lost",
    replacements=lambda: Replacements(dead_letters=_Marking),
)
