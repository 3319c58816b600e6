"""The words of a scenario, collected from the packages that own them.

A new vendor, fault, policy or expectation is known to every scenario file as soon as it stands in its own table.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from brownout_core.presets import DEFAULT_PRESET, PRESETS, VendorPolicies, policies_for
from brownout_harness.expectations import EXPECTATIONS
from brownout_harness.operations import GATEWAY_OPERATIONS
from brownout_scenarios.vocabulary import Vocabulary
from brownout_simulators.faults import FAULTS
from brownout_simulators.faults.rule import Rule
from brownout_simulators.vendors import VENDORS, load_vendor


@cache
def vocabulary() -> Vocabulary:
    """The real one. Made once: it loads every vendor's package."""
    return Vocabulary(
        vendors=tuple(VENDORS),
        faults=FAULTS,
        rule=Rule,
        policies=VendorPolicies,
        expectations=EXPECTATIONS,
        operations=tuple(GATEWAY_OPERATIONS),
        effects=tuple(effect for name in VENDORS for effect in load_vendor(name).effects),
        presets=tuple(PRESETS),
        check_policies=check_policies,
    )


def check_policies(preset: str, vendor: str, overrides: Mapping[str, Any]) -> None:
    """Raise `ValueError` where these overrides make policies that cannot be."""
    try:
        policies_for(vendor, preset or DEFAULT_PRESET).overridden(overrides)
    except ValueError as wrong:
        raise ValueError(str(wrong).removeprefix("policies.")) from wrong
