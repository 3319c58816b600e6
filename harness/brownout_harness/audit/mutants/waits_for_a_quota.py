"""A client that goes by the status: a quota that is used up is a 429, so the mail is sent again, and again."""

from typing import Any

from brownout_core.adapters.resend import ResendClient
from brownout_core.compose import Replacements
from brownout_core.errors import QuotaExhausted, Throttled
from brownout_core.services.communication import Message, Sent
from brownout_harness.audit.mutant import Mutant, Part


class _Hopeful:
    """A client to which every 429 is a rate that passes."""

    def __init__(self, inner: ResendClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def send(self, message: Message, *, operation_id: str, idempotency_key: str) -> Sent:
        try:
            return await self._inner.send(message, operation_id=operation_id, idempotency_key=idempotency_key)
        except QuotaExhausted as error:
            raise Throttled(error.vendor, error.call, error.text, status=error.status, code=error.code) from error


def _client(_vendor: str, client: Any) -> Any:
    return _Hopeful(client) if isinstance(client, ResendClient) else client


MUTANT = Mutant(
    name="waits-for-a-quota",
    part=Part.CLASSIFICATION,
    about="a day's quota of mails that is used up is taken for a rate limit",
    scenario="resend-quota-spent",
    expectation="amplification",
    replacements=lambda: Replacements(client=_client),
)
