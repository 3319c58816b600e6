"""A client that goes by the status: out of money is a 429, so it is asked for again, as the official ones do."""

from typing import Any

from brownout_core.adapters.openai import OpenAIClient
from brownout_core.compose import Replacements
from brownout_core.errors import QuotaExhausted, Throttled
from brownout_core.services.assistant import Completion, Prompt
from brownout_harness.audit.mutant import Mutant, Part


class _Hopeful:
    """A client to which every 429 is a limit that passes."""

    def __init__(self, inner: OpenAIClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def chat(self, prompt: Prompt, *, operation_id: str) -> Completion:
        try:
            return await self._inner.chat(prompt, operation_id=operation_id)
        except QuotaExhausted as error:
            raise Throttled(error.vendor, error.call, error.text, status=error.status, code=error.code) from error


def _client(_vendor: str, client: Any) -> Any:
    return _Hopeful(client) if isinstance(client, OpenAIClient) else client


MUTANT = Mutant(
    name="asks-without-money",
    part=Part.CLASSIFICATION,
    about="an account without credit is taken for a rate limit",
    scenario="openai-out-of-money",
    expectation="amplification",
    replacements=lambda: Replacements(client=_client),
)
