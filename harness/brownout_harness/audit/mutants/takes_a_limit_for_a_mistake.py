"""A client that reads the status and not the code: a limit that comes as 400 is taken for a request that is wrong."""

from typing import Any

from brownout_core.adapters.base import Said
from brownout_core.adapters.docusign import DocusignClient
from brownout_core.compose import Replacements
from brownout_core.transport import Response
from brownout_harness.audit.mutant import Mutant, Part


def _client(_vendor: str, client: Any) -> Any:
    if not isinstance(client, DocusignClient):
        return client
    read = client._said

    def said(response: Response) -> Said:
        told = read(response)
        return Said(told.message, told.code)

    client._said = said  # type: ignore[method-assign]
    return client


MUTANT = Mutant(
    name="takes-a-limit-for-a-mistake",
    part=Part.CLASSIFICATION,
    about="a limit is told by its status alone: what comes as 400 is a mistake of ours, and refused for good",
    scenario="docusign-limited",
    expectation="success_rate",
    replacements=lambda: Replacements(client=_client),
)
