"""A receiver that answers at once and keeps the event in a moment: whoever dies in between has lost it for good."""

import asyncio
from typing import Any, Final

from brownout_core.compose import Replacements
from brownout_core.policies.inbox import Inbox, News
from brownout_harness.audit.mutant import Mutant, Part

IN_A_MOMENT_S: Final = 0.5


class _Later(Inbox):
    """Does as the good one does, half a second after it has said so."""

    def __init__(self, *made_of: Any, **more: Any) -> None:
        super().__init__(*made_of, **more)
        self._waiting: set[asyncio.Task[None]] = set()

    async def take(self, vendor: str, news: News) -> bool:
        """It will be kept."""
        task = asyncio.get_running_loop().create_task(self._keep(vendor, news))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return True

    async def _keep(self, vendor: str, news: News) -> None:
        await asyncio.sleep(IN_A_MOMENT_S)
        await super().take(vendor, news)


MUTANT = Mutant(
    name="acknowledges-before-it-keeps",
    part=Part.WEBHOOKS,
    about="a webhook is acknowledged first and kept in a moment: whoever dies in between is never told again",
    scenario="notices-killed",
    expectation="notices_kept",
    replacements=lambda: Replacements(inbox=_Later),
)
