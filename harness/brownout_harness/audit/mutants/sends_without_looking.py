"""A client that never finds what was sent: whoever comes back to a contract has it sent a second time."""

from typing import Any

from brownout_core.adapters.docusign import DocusignClient
from brownout_core.compose import Replacements
from brownout_core.services.signing import Sent
from brownout_harness.audit.mutant import Mutant, Part


class _Blind:
    """A client whose every look comes to nothing."""

    def __init__(self, inner: DocusignClient) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def find(self, reference: str, *, operation_id: str) -> list[Sent]:
        del reference, operation_id
        return []


def _client(_vendor: str, client: Any) -> Any:
    return _Blind(client) if isinstance(client, DocusignClient) else client


MUTANT = Mutant(
    name="sends-without-looking",
    part=Part.ADAPTERS,
    about="what was sent is not looked for: a contract whose answer was lost is sent a second time",
    scenario="docusign-lost-answers",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=_client),
)
