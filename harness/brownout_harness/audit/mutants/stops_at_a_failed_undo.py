"""A saga in which an error on the way back is logged, and ends the way: what was done before is left as it is."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.errors import BrownoutError
from brownout_core.flows import FLOWS
from brownout_core.flows.book_job import BookJob, BookJobRequest
from brownout_core.saga.steps import Saga
from brownout_harness.audit.mutant import Mutant, Part

Undo = Callable[[BookJobRequest, Asking, str], Awaitable[None]]


class _Discouraged(BookJob):
    """After one failure nothing more is tried."""

    def declared(self) -> Saga[BookJobRequest]:
        good = super().declared()
        stopped: set[str] = set()
        steps = [replace(step, undo=_until_it_fails(step.undo, stopped)) if step.undo else step for step in good.steps]
        return Saga(steps, good.pivot)


def _until_it_fails(undo: Undo, stopped: set[str]) -> Undo:
    async def undone(job: BookJobRequest, asking: Asking, name: str) -> None:
        if job.operation_id in stopped:
            return
        try:
            await undo(job, asking, name)
        except BrownoutError:
            stopped.add(job.operation_id)

    return undone


MUTANT = Mutant(
    name="stops-at-a-failed-undo",
    part=Part.FLOWS,
    about="one thing that cannot be taken back keeps everything else from it: the rest of a refused job stays",
    scenario="book-job-refused",
    expectation="nothing_lost",
    replacements=lambda: Replacements(flows={**FLOWS, "book_job": _Discouraged}),
)
