"""A webhook that is read and not verified: whoever knows the address says what is paid."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from brownout_harness.audit.around import Verify, verified
from brownout_harness.audit.mutant import Mutant, Part


def _unsigned(_verify: Verify) -> Verify:
    def read(body: bytes, _headers: Mapping[str, str], _secrets: Sequence[str], _now: float) -> Mapping[str, Any]:
        event: dict[str, Any] = orjson.loads(body)
        return event

    return read


MUTANT = Mutant(
    name="believes-whoever-writes",
    part=Part.WEBHOOKS,
    about="a webhook's signature is not looked at: whoever knows the address says what is paid and what is signed",
    scenario="stripe-notices-forged",
    expectation="notices_kept",
    replacements=lambda: verified(_unsigned),
)
