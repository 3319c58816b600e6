"""An adapter that takes a failure of the edge for a request that never got through: what the vendor does behind it is
done again."""

from collections.abc import Callable
from typing import Any

from brownout_core.compose import Replacements
from brownout_core.errors import VendorUnavailable
from brownout_harness.audit.mutant import Mutant, Part


class _Believing:
    """A client to whom "bad gateway" means that nobody was reached."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Callable[..., Any]:
        asked = getattr(self._inner, name)

        async def believing(*arguments: Any, **options: Any) -> Any:
            try:
                return await asked(*arguments, **options)
            except VendorUnavailable as error:
                error.may_have_effect = error.status != 502
                raise

        return believing


MUTANT = Mutant(
    name="believes-the-edge",
    part=Part.CLASSIFICATION,
    about="a 502 from the edge counts as not sent, though the vendor may be at work behind it",
    scenario="late-commits",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=lambda _vendor, client: _Believing(client)),
)
