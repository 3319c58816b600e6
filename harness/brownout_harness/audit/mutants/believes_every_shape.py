"""Adapters that take what is in an answer for what ought to be there: the next line breaks, or tells it on."""

from collections.abc import Mapping
from typing import Any

from brownout_core.adapters.base import VendorClient
from brownout_core.compose import Replacements
from brownout_core.transport import Response
from brownout_harness.audit.mutant import Mutant, Part


def _field(_call: str, _response: Response, data: Mapping[str, Any], name: str, _kind: type[Any]) -> Any:
    return data.get(name)


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, VendorClient):
        client._field = _field  # type: ignore[assignment,method-assign]
    return client


MUTANT = Mutant(
    name="believes-every-shape",
    part=Part.ADAPTERS,
    about="a field of an answer is taken without a look at its kind: it breaks what reads it, or is told to somebody",
    scenario="schemas-broken-papers",
    expectation="no_defects",
    replacements=lambda: Replacements(client=_client),
)
