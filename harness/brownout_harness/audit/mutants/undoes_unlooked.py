"""A saga that takes back what it knows to have done, and looks for nothing: what it was not told of stays."""

from collections.abc import Sequence
from dataclasses import replace

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.flows import FLOWS
from brownout_core.flows.book_job import BookJob, BookJobRequest
from brownout_core.saga.steps import Saga
from brownout_harness.audit.mutant import Mutant, Part


async def _nothing(_job: BookJobRequest, _asking: Asking) -> Sequence[str]:
    return ()


class _Confident(BookJob):
    """What was not answered was not done."""

    def declared(self) -> Saga[BookJobRequest]:
        """The good one's steps, of which none is looked for."""
        good = super().declared()
        return Saga([replace(step, look=_nothing) for step in good.steps], good.pivot)


MUTANT = Mutant(
    name="undoes-unlooked",
    part=Part.FLOWS,
    about="a step of which nobody knows whether it was done is not looked for before a job is refused",
    scenario="book-job-refused",
    expectation="nothing_lost",
    replacements=lambda: Replacements(flows={**FLOWS, "book_job": _Confident}),
)
