"""What a look for an envelope came to is kept, so that nobody asks twice: also where the list did not show it yet."""

from typing import Any

from brownout_core.adapters.docusign import DocusignClient
from brownout_core.compose import Replacements
from brownout_core.services.signing import Sent
from brownout_harness.audit.mutant import Mutant, Part

Found = dict[str, list[Sent]]


class _Remembering:
    """A client that looks for each reference once."""

    def __init__(self, inner: DocusignClient, found: Found) -> None:
        self._inner = inner
        self._found = found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def find(self, reference: str, *, operation_id: str) -> list[Sent]:
        if reference not in self._found:
            self._found[reference] = await self._inner.find(reference, operation_id=operation_id)
        return self._found[reference]


def _replacements() -> Replacements:
    found: Found = {}

    def client(_vendor: str, client: Any) -> Any:
        return _Remembering(client, found) if isinstance(client, DocusignClient) else client

    return Replacements(client=client)


MUTANT = Mutant(
    name="believes-an-empty-list",
    part=Part.ADAPTERS,
    about="a look for an earlier envelope is made once and believed, also where the list lags",
    scenario="docusign-list-lags",
    expectation="exactly_once",
    replacements=_replacements,
)
