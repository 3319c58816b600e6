"""A client that makes up a key for each mail: one whose answer was lost is sent a second time."""

import itertools
from typing import Any

from brownout_core.adapters.resend import ResendClient
from brownout_core.compose import Replacements
from brownout_core.services.communication import Message, Sent
from brownout_harness.audit.mutant import Mutant, Part


class _Anew:
    """A client whose every sending is another mail."""

    def __init__(self, inner: ResendClient) -> None:
        self._inner = inner
        self._numbers = itertools.count()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def send(self, message: Message, *, operation_id: str, idempotency_key: str) -> Sent:
        key = f"{idempotency_key}-{next(self._numbers)}"
        return await self._inner.send(message, operation_id=operation_id, idempotency_key=key)


def _client(_vendor: str, client: Any) -> Any:
    return _Anew(client) if isinstance(client, ResendClient) else client


MUTANT = Mutant(
    name="mails-anew",
    part=Part.ADAPTERS,
    about="each sending of a mail has a key of its own",
    scenario="resend-lost-answers",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=_client),
)
