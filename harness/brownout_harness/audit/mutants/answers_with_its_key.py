"""A flow whose answer has a part for those who debug it: with the headers that were sent to the vendor."""

from typing import Any

from brownout_core.asking import Asking
from brownout_core.compose import Replacements
from brownout_core.flows import FLOWS
from brownout_core.flows.pay import Pay, PayRequest
from brownout_harness.audit.mutant import Mutant, Part


class _Open(Pay):
    """One can never know too much."""

    async def do(self, request: PayRequest, asking: Asking) -> dict[str, Any]:
        result = await super().do(request, asking)
        headers = await self._stripe.by_itself(_headers)
        return {**result, "debug": headers}


async def _headers(client: Any) -> dict[str, str]:
    return dict(client._headers)


MUTANT = Mutant(
    name="answers-with-its-key",
    part=Part.SECRETS,
    about="an answer holds the headers of the request to the vendor: the key is in every browser",
    scenario="healthy",
    expectation="no_secrets",
    replacements=lambda: Replacements(flows={**FLOWS, "pay": _Open}),
)
