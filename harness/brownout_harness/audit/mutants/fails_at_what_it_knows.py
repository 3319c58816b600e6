"""A receiver whose table of events has a unique key, and nobody catches what that raises: 500 to each repetition."""

from brownout_core.compose import Replacements
from brownout_core.policies.inbox import Inbox, News
from brownout_harness.audit.mutant import Mutant, Part


class _Unique(Inbox):
    async def take(self, vendor: str, news: News) -> bool:
        """Raises where it is known."""
        if not await super().take(vendor, news):
            raise RuntimeError("it is there already")
        return True


MUTANT = Mutant(
    name="fails-at-what-it-knows",
    part=Part.WEBHOOKS,
    about="a webhook that is known is answered 500: the vendor sends it again and again, and shuts the endpoint off",
    scenario="stripe-notices",
    expectation="notices_taken",
    replacements=lambda: Replacements(inbox=_Unique),
)
