"""An adapter that skips the rows of a list that it cannot read: the payment that it looks for may be the one."""

from collections.abc import Mapping
from typing import Any

from brownout_core.adapters.stripe import StripeClient
from brownout_core.compose import Replacements
from brownout_core.errors import ResponseBroken
from brownout_core.transport import Response
from brownout_harness.audit.mutant import Mutant, Part


class _Lenient(StripeClient):
    """What cannot be read is not there."""

    def _objects(self, call: str, response: Response, data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        read = self._payment_intent if call == "find_payment_intents" else self._refund
        rows = data.get(name)
        readable = []
        for row in rows if isinstance(rows, list) else ():
            try:
                if read(call, response, row).operation_id:
                    readable.append(row)
            except (ResponseBroken, AttributeError):
                continue
        return readable


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, StripeClient):
        client.__class__ = _Lenient
    return client


MUTANT = Mutant(
    name="passes-over-broken-rows",
    part=Part.ADAPTERS,
    about="rows of a list that cannot be read are skipped: what was given back is not found, and given back again",
    scenario="schemas-broken-money",
    expectation="exactly_once",
    replacements=lambda: Replacements(client=_client),
)
