"""A client that reads the text of whatever comes with a 200: an answer without a word is passed on as one."""

from typing import Any

from brownout_core.adapters.gemini import GeminiClient
from brownout_core.compose import Replacements
from brownout_core.errors import AnswerEmpty
from brownout_core.services.assistant import Completion, Finish, Prompt, Usage
from brownout_harness.audit.mutant import Mutant, Part


class _Easy:
    """A client that is content with nothing."""

    def __init__(self, inner: GeminiClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def chat(self, prompt: Prompt, *, operation_id: str) -> Completion:
        try:
            return await self._inner.chat(prompt, operation_id=operation_id)
        except AnswerEmpty:
            return Completion("", "", "", Finish.STOP, Usage(0, 0))


def _client(_vendor: str, client: Any) -> Any:
    return _Easy(client) if isinstance(client, GeminiClient) else client


MUTANT = Mutant(
    name="takes-emptiness-for-an-answer",
    part=Part.ADAPTERS,
    about="a good status without a word counts as an answer",
    scenario="gemini-empty-answers",
    expectation="as_asked",
    replacements=lambda: Replacements(client=_client),
)
