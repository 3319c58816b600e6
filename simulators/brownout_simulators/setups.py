"""What a simulator is set up with: at its start, by a schedule, or at any time while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from brownout_simulators.spelling import nearest, shown
from brownout_simulators.vendor import Vendor


@dataclass(frozen=True, slots=True)
class SetUp:
    """As it was given, and what the vendor made of it."""

    given: Mapping[str, Any]
    read: Any


def set_up(vendor: Vendor[Any], given: Mapping[str, Any]) -> SetUp:
    """The vendor, set up so. Raises `ValueError` in one line that begins with the place."""
    if vendor.setup is None:
        if given:
            raise ValueError(f"{vendor.name} has nothing to set up")
        return SetUp({}, None)
    for key in given:
        if key not in vendor.setup.about:
            near = nearest(key, vendor.setup.about)
            hint = f"did you mean {near}?" if near else f"there are {', '.join(vendor.setup.about)}"
            raise ValueError(f"{shown(key)}: {vendor.name} has no such thing to set up; {hint}")
    return SetUp(dict(given), vendor.setup.read(given))
