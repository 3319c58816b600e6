"""Who looks for a mail takes one that bounced for none: it is written a second time, to a dead address."""

from typing import Any

from brownout_core.adapters.resend import ResendClient
from brownout_core.compose import Replacements
from brownout_core.services.communication import Further, Looked, Message
from brownout_harness.audit.mutant import Mutant, Part


class _Stubborn:
    """A client that finds only what has arrived."""

    def __init__(self, inner: ResendClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def find(
        self, message: Message, *, operation_id: str, ago_s: float, further: Further | None = None
    ) -> Looked:
        looked = await self._inner.find(message, operation_id=operation_id, ago_s=ago_s, further=further)
        has_arrived = looked.sent is not None and looked.sent.status not in {"bounced", "suppressed"}
        return looked if has_arrived or looked.sent is None else Looked(None)


def _client(_vendor: str, client: Any) -> Any:
    return _Stubborn(client) if isinstance(client, ResendClient) else client


MUTANT = Mutant(
    name="writes-to-the-bounced",
    part=Part.ADAPTERS,
    about="a mail that bounced is taken for one that was never sent",
    scenario="resend-bounce-storm",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=_client),
)
