"""A redrive that a shutdown cut off is taken for one that was never sent: the next one sends again."""

import asyncio
from typing import Any

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.policies.dead_letter import DeadLetters, Redrive
from brownout_core.policies.undertaking import Undertaking
from brownout_core.records import DeadLetter
from brownout_harness.audit.mutant import Mutant, Part


class _Deaf(Asking):
    """Knows what the letter says of earlier sendings, and not what the claim does."""

    def took_over(self, began_ago_s: float, sent_ago_s: float) -> None:
        """Nothing that would be new."""


class _Blind(DeadLetters):
    """Dead letters that remember only the redrives that came to their end."""

    def _asking(self, letter: DeadLetter) -> Asking:
        good = super()._asking(letter)
        return _Deaf(good.operation_id, good.idempotency_key, earlier=good.earlier)

    def _given_back(self, kept: Undertaking, error: BaseException, outcome: Redrive, **options: Any) -> DeadLetter:
        if isinstance(error, asyncio.CancelledError):
            options["was_sent"] = False
        return super()._given_back(kept, error, outcome, **options)


MUTANT = Mutant(
    name="redrives-blindly",
    part=Part.SHUTDOWN,
    about="a redrive that a shutdown cut off counts as not sent, so the next one sends again",
    scenario="shutdown-mid-redrive",
    expectation="exactly_once",
    replacements=lambda: Replacements(dead_letters=_Blind),
)
