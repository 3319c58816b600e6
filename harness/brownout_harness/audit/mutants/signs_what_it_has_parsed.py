"""A signature over the body as a framework parsed it and wrote it again: not the bytes that were signed."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from brownout_harness.audit.around import Verify, verified
from brownout_harness.audit.mutant import Mutant, Part


def _written_again(verify: Verify) -> Verify:
    def read(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: float) -> Mapping[str, Any]:
        return verify(orjson.dumps(orjson.loads(body)), headers, secrets, now)

    return read


MUTANT = Mutant(
    name="signs-what-it-has-parsed",
    part=Part.WEBHOOKS,
    about="a webhook is verified by its body parsed and written again: no genuine one is taken that has a space in it",
    scenario="stripe-notices",
    expectation="notices_taken",
    replacements=lambda: verified(_written_again),
)
