"""A saga that takes nothing back: what is refused in the middle is told as refused, and everything before it stands."""

from dataclasses import replace

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.flows import FLOWS
from brownout_core.flows.book_job import BookJob, BookJobRequest
from brownout_core.saga.steps import Saga
from brownout_harness.audit.mutant import Mutant, Part


async def _nothing(_job: BookJobRequest, _asking: Asking, _name: str) -> None:
    """Somebody will notice."""


class _Careless(BookJob):
    """What was done was done."""

    def declared(self) -> Saga[BookJobRequest]:
        """The good one's steps, which leave what they did."""
        good = super().declared()
        return Saga([replace(step, undo=_nothing) for step in good.steps], good.pivot)


MUTANT = Mutant(
    name="takes-nothing-back",
    part=Part.FLOWS,
    about="a job whose payment is declined is refused, and its order, its stock and its contract stay",
    scenario="book-job-declined",
    expectation="nothing_lost",
    replacements=lambda: Replacements(flows={**FLOWS, "book_job": _Careless}),
)
