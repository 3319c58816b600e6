"""Which API versions are spoken: the shapes of one, and of the releases before it that differ in nothing.

A release of the same name only adds to the one before (Stripe's page "Versioning"). An older name has other shapes;
those are not emulated, and an answer in a newer shape would be a lie: such a version is refused.
"""

import re
from typing import Final

from brownout_simulators.call import Call
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.stripe.errors import error

API_VERSION: Final = "2026-10-28.endive"
SPOKEN: Final = frozenset({"2026-09-30.endive", API_VERSION})
_VERSION: Final = re.compile(r"20\d\d-\d\d-\d\d(\.[a-z]+)?(; ?\w+=\w+)*", re.ASCII)


def check_version(call: Call, version: str) -> None:
    """Refuse what is no version, and a version whose shapes are not emulated."""
    if version in SPOKEN:
        return
    if _VERSION.fullmatch(version) is None:
        text = version if version.isascii() else ascii(version)
        raise Refused(error(call, 400, f"Invalid Stripe API version: {text}"))
    message = (
        f"The API version {version} is not supported by this simulator, which answers in the shapes of {API_VERSION}. "
        f"Pin your SDK to it, or leave the header out."
    )
    raise Refused(error(call, 400, message))
