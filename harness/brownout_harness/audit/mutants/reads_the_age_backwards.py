"""A tolerance turned round: what is dated in the future is refused, and what is old never."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from brownout_harness.audit.around import Verify, verified
from brownout_harness.audit.mutant import Mutant, Part


def _ageless(verify: Verify) -> Verify:
    """Stamps minus now, where it should be both ways: an old one is far below the tolerance."""

    def read(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: float) -> Mapping[str, Any]:
        said = " ".join(value for name, value in headers.items() if name.endswith(("signature", "timestamp")))
        stamps = [float(each) for each in re.findall(r"(?:^|[ ,]|t=)(\d{9,12})(?=[ ,]|$)", said)]
        return verify(body, headers, secrets, min([now, *stamps]))

    return read


MUTANT = Mutant(
    name="reads-the-age-backwards",
    part=Part.WEBHOOKS,
    about="a webhook's age is subtracted the wrong way round: what somebody caught and kept is taken for ever after",
    scenario="stripe-notices-forged",
    expectation="notices_kept",
    replacements=lambda: verified(_ageless),
)
