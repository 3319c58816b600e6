"""The words of a scenario, collected from the packages that own them.

A new vendor, fault, policy or expectation is known to every scenario file as soon as it stands in its own table.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from brownout_core.adapters import ADAPTERS
from brownout_core.adapters.declaration import Adapter
from brownout_core.compose import Shared, check_document
from brownout_core.flows.flow import Flow
from brownout_core.policies.settings import VendorPolicies
from brownout_core.presets import DEFAULT_PRESET, PRESETS, policies_for
from brownout_harness.asked.gateway import GATEWAY_OPERATIONS
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.faults import KINDS
from brownout_harness.faults.links import LINKS
from brownout_harness.judging.expectations import EXPECTATIONS
from brownout_harness.judging.selection import cut_in_two
from brownout_harness.words.fault import prepare_fault
from brownout_harness.words.striking import check_rule
from brownout_scenarios.schema import Policies
from brownout_scenarios.vocabulary import Vocabulary, json_schema
from brownout_simulators.correlation import objection_to_place
from brownout_simulators.faults.aim import nearest_miss
from brownout_simulators.faults.rule import Match, Rule
from brownout_simulators.router import Router
from brownout_simulators.setups import set_up
from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors import VENDORS, load_vendor


@cache
def vocabulary() -> Vocabulary:
    """The real one. Made once: it loads every vendor's package."""
    return vocabulary_of({name: load_vendor(name) for name in VENDORS})


def vocabulary_of(
    vendors: Mapping[str, Vendor[Any]],
    adapters: Mapping[str, Adapter[Any, Any]] = ADAPTERS,
    operations: Mapping[str, GatewayOperation] = GATEWAY_OPERATIONS,
) -> Vocabulary:
    """The words of these tables; those of all others are as they are."""
    return Vocabulary(
        vendors=tuple(vendors),
        faults=KINDS,
        links=LINKS,
        rule=Rule,
        policies=VendorPolicies,
        shared_policies=Shared,
        expectations=EXPECTATIONS,
        operations=tuple(operations),
        effects=tuple(effect for vendor in vendors.values() for effect in vendor.effects),
        effect_fields={kind: tuple(fields) for vendor in vendors.values() for kind, fields in vendor.effects.items()},
        limits={name: tuple(limit.name for limit in vendor.limits) for name, vendor in vendors.items()},
        presets=tuple(PRESETS),
        prepare_fault=prepare_fault,
        check_rule=lambda vendor, rule: check_rule(vendors[vendor], rule),
        check_requests=lambda vendor, match: check_requests(vendors[vendor], match),
        open_to_outsiders=tuple(name for name, vendor in vendors.items() if vendor.key_holder is not None),
        receivers=tuple(name for name, vendor in vendors.items() if vendor.listen is not None),
        heard=tuple(name for name, adapter in adapters.items() if adapter.webhooks is not None),
        check_setup=lambda vendor, given: check_setup(vendors[vendor], given),
        check_place=lambda vendor, place: objection_to_place(place, vendors[vendor]),
        check_params=lambda operation, params: operations[operation].problems(params),
        check_policies=lambda preset, vendor, overrides: check_policies(preset, vendor, overrides, adapters),
        check_shared=lambda policies, asked: check_shared(
            policies, {name: operations[name].flow for name in asked}, adapters
        ),
    )


def schema_text() -> str:
    """The JSON Schema of scenario files, indented."""
    return json.dumps(json_schema(vocabulary()), indent=2)


def check_requests(vendor: Vendor[Any], written: str) -> str:
    """Why the vendor's ledger cannot tell which requests are meant; empty where it can."""
    if why := check_rule(vendor, {"match": written}):
        return why
    match = Match.parse(written)
    # A path that is spelt out goes to one route, though another one's tail would take it, too.
    found = Router(vendor.routes).find(match.method, match.path)
    touched = [f"{each.method} {each.path}" for each in vendor.routes if not nearest_miss(Router([each]), match)]
    halved = cut_in_two(match, touched if found is None or found.params else [found.name])
    return (
        f"means some requests of {halved} and not others; a ledger holds routes: write the whole one" if halved else ""
    )


def check_setup(vendor: Vendor[Any], given: Mapping[str, Any]) -> str:
    """Why the vendor cannot be set up so; empty where it can."""
    try:
        set_up(vendor, given)
    except ValueError as wrong:
        return str(wrong)
    return ""


def check_policies(
    preset: str, vendor: str, overrides: Mapping[str, Any], adapters: Mapping[str, Adapter[Any, Any]] = ADAPTERS
) -> None:
    """Raise `ValueError` where these overrides make policies that cannot be."""
    try:
        policies_for(vendor, preset or DEFAULT_PRESET, adapters).overridden(overrides)
    except ValueError as wrong:
        raise ValueError(str(wrong).removeprefix("policies.")) from wrong


def check_shared(
    policies: Policies, flows: Mapping[str, type[Flow[Any]]], adapters: Mapping[str, Adapter[Any, Any]] = ADAPTERS
) -> None:
    """Raise `ValueError` where no application that serves these flows can be built by these policies."""
    document = policies.to_json()
    # A vendor without an adapter has no application to build; what is said of it is checked by itself.
    document["vendors"] = {name: parts for name, parts in policies.vendors.items() if name in adapters}
    try:
        check_document(document, adapters, flows)
    except ValueError as wrong:
        raise ValueError(str(wrong).removeprefix("policies.")) from wrong
