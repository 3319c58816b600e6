"""A retry that reads what an error says: a reset, a broken pipe and a failed handshake say none of the words."""

from collections.abc import Callable
from typing import Any

from brownout_core.compose import Replacements
from brownout_core.errors import ServiceError
from brownout_harness.audit.mutant import Mutant, Part

WORDS = ("timeout", "no answer within", "no connection", "rate limit", "status 5")


class _Literal:
    """A client whose errors are worth a retry only where they say so."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Callable[..., Any]:
        asked = getattr(self._inner, name)

        async def literal(*arguments: Any, **options: Any) -> Any:
            try:
                return await asked(*arguments, **options)
            except ServiceError as error:
                error.retryable = error.retryable and any(word in error.text for word in WORDS)
                raise

        return literal


MUTANT = Mutant(
    name="reads-errors-as-text",
    part=Part.CLASSIFICATION,
    about="what to retry is told by three words in an error's text: a connection that was reset is given up at once",
    scenario="odd-failures",
    expectation="success_rate",
    replacements=lambda: Replacements(client=lambda vendor, client: _Literal(client) if vendor == "stripe" else client),
)
