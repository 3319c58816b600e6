"""The line that puts each of the toys in, and the words of a scenario that knows them."""

from dataclasses import replace

from brownout_core.adapters import ADAPTERS as REAL_ADAPTERS
from brownout_core.adapters.declaration import by_name as adapters_by_name
from brownout_core.compose import Replacements, adapters_of, chosen
from brownout_core.flows import FLOWS as REAL_FLOWS
from brownout_core.flows.flow import by_name as flows_by_name
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.words.vocabulary import vocabulary_of
from brownout_simulators.vendors import VENDORS as REAL_VENDORS
from brownout_simulators.vendors import load_vendor
from tests.toys import acme_adapter, acme_vendor, collect_flow, collect_operation

VENDORS = {**{name: load_vendor(name) for name in REAL_VENDORS}, "acme": acme_vendor.VENDOR}
ADAPTERS = adapters_by_name(*REAL_ADAPTERS.values(), acme_adapter.ADAPTER)
FLOWS = flows_by_name(*REAL_FLOWS.values(), collect_flow.Collect)
OPERATIONS = {**GATEWAY_OPERATIONS, "collect": collect_operation.OPERATION}

SERVED = ("pay", "collect")
"""All that the toys' application is asked for."""
NEEDED = adapters_of(chosen(FLOWS, SERVED), ADAPTERS)
"""Acme's adapter, and Stripe's."""

WORDS = vocabulary_of(VENDORS, ADAPTERS, OPERATIONS)


def with_the_toys(replacements: Replacements | None = None) -> Replacements:
    """What is replaced besides, or nothing, in an application that knows Acme and `collect`."""
    return replace(replacements or Replacements(), adapters=ADAPTERS, flows=FLOWS)
