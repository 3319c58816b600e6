"""A client to which every 5xx passes: also the one by which the vendor says that it knows no such thing."""

from collections.abc import Callable
from typing import Any

from brownout_core.compose import Replacements
from brownout_core.errors import VendorUnavailable
from brownout_harness.audit.mutant import Mutant, Part


class _Literal:
    """A client that reads the first digit."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Callable[..., Any]:
        asked = getattr(self._inner, name)

        async def literal(*arguments: Any, **options: Any) -> Any:
            try:
                return await asked(*arguments, **options)
            except VendorUnavailable as error:
                error.retryable = True
                raise

        return literal


MUTANT = Mutant(
    name="retries-501",
    part=Part.CLASSIFICATION,
    about="501 is a 5xx, and so worth a retry: what a vendor cannot do at all is asked for four times",
    scenario="odd-failures",
    expectation="amplification",
    replacements=lambda: Replacements(client=lambda vendor, client: _Literal(client) if vendor == "stripe" else client),
)
