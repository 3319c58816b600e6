"""A saga that begins at its beginning after a death: what was done already is done a second time."""

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.flows import FLOWS
from brownout_core.flows.book_job import BookJob, BookJobRequest
from brownout_core.policies.undertaking import Undertaking
from brownout_core.saga.steps import Result
from brownout_harness.audit.mutant import Mutant, Part


class _Forgetful(BookJob):
    """Reads nothing of what was written down."""

    async def do(self, request: BookJobRequest, asking: Asking) -> Result:
        """As if nobody had been there."""
        if isinstance(asking.kept, Undertaking):
            asking.kept.progress = b""
        return await super().do(request, asking)

    async def _undertaken(self, request: BookJobRequest, asking: Asking) -> Undertaking:
        kept = await super()._undertaken(request, asking)
        kept.progress = b""
        return kept


MUTANT = Mutant(
    name="begins-again",
    part=Part.FLOWS,
    about="a job that is gone on with after a death begins at its beginning: a second contract, a second text",
    scenario="book-job-killed",
    expectation="exactly_once",
    replacements=lambda: Replacements(flows={**FLOWS, "book_job": _Forgetful}),
)
