"""A client to which every 4xx is a mistake of ours: also the one by which the vendor says that it was too slow."""

from collections.abc import Callable
from typing import Any

from brownout_core.compose import Replacements
from brownout_core.errors import VendorRefused, VendorUnavailable
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
                if error.status != 408:
                    raise
                raise VendorRefused(
                    error.vendor, error.call, error.text, status=error.status, code=error.code
                ) from error

        return literal


MUTANT = Mutant(
    name="takes-408-for-a-no",
    part=Part.CLASSIFICATION,
    about="408 is a 4xx, and so a definitive no: what the vendor only waited too long for is refused",
    scenario="odd-failures",
    expectation="outcome",
    replacements=lambda: Replacements(client=lambda vendor, client: _Literal(client) if vendor == "stripe" else client),
)
