"""A client to which a limit that does its work is a sick vendor."""

from collections.abc import Callable
from typing import Any

from brownout_core.compose import Replacements
from brownout_core.errors import Throttled
from brownout_harness.audit.mutant import Mutant, Part


class _Alarmed:
    """A client to whom whoever says no is ill."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Callable[..., Any]:
        asked = getattr(self._inner, name)

        async def alarmed(*arguments: Any, **options: Any) -> Any:
            try:
                return await asked(*arguments, **options)
            except Throttled as error:
                error.is_failure = True
                raise

        return alarmed


MUTANT = Mutant(
    name="counts-throttling",
    part=Part.CLASSIFICATION,
    about="being told to slow down is a failure: whoever asks too much opens the breaker for everybody",
    scenario="docusign-limited",
    expectation="breaker",
    replacements=lambda: Replacements(
        client=lambda vendor, client: _Alarmed(client) if vendor == "docusign" else client
    ),
)
