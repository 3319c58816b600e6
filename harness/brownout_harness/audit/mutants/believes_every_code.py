"""A client that takes an answer to a check for a right code: a wrong one is answered with 200, too."""

from dataclasses import replace
from typing import Any

from brownout_core.adapters.twilio import TwilioClient, Verification
from brownout_core.compose import Replacements
from brownout_harness.audit.mutant import Mutant, Part


class _Trusting(TwilioClient):
    async def check_verification(self, *, operation_id: str, to: str, code: str) -> Verification:
        checked = await super().check_verification(operation_id=operation_id, to=to, code=code)
        return replace(checked, is_valid=True)


def _client(_vendor: str, client: Any) -> Any:
    if isinstance(client, TwilioClient):
        client.__class__ = _Trusting
    return client


MUTANT = Mutant(
    name="believes-every-code",
    part=Part.ADAPTERS,
    about="a one-time code is right because the vendor answered 200: a wrong one is no error there",
    scenario="twilio-codes",
    expectation="outcome",
    replacements=lambda: Replacements(client=_client),
)
