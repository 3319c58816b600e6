"""Why a rule can never strike anything, or does nothing where it strikes: known before a run, so told before it."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from brownout_scenarios import spelling, units
from brownout_simulators.faults import FAULTS, FaultError, route_problem, rule_from_json
from brownout_simulators.faults.codec import decode
from brownout_simulators.faults.rule import objection_to_selecting
from brownout_simulators.vendor import Vendor

_OF_WHICH_WEBHOOKS: Final = {"event", "copies_apart_s"}
"""Fields that say which of them, or how, but nothing that happens to them."""


def check_rule(vendor: Vendor[Any], rule: Mapping[str, Any]) -> str:
    """Why no call of the vendor can be one that this rule strikes; empty where some can. The line begins with the key
    that it is about: `throttle.reason: ...`."""
    # Which calls is all that matters here, so any fault will do: what is written of the rule's own may need a file.
    selecting = {name: value for name, value in rule.items() if name not in FAULTS}
    for kind in rule.keys() & FAULTS.keys():
        if objection := objection_to_selecting(FAULTS[kind], selecting):
            return objection
    try:
        made = rule_from_json({**selecting, "id": "rule", "vendor": vendor.name, "hang": {}})
    except FaultError as wrong:
        return str(wrong).removeprefix("rule rule: ")
    return route_problem(vendor, made) or _objection(vendor, rule) or _reason(vendor, rule) or _nothing(rule)


def _objection(vendor: Vendor[Any], rule: Mapping[str, Any]) -> str:
    """`respond.error: …`: what is wrong, and where."""
    for kind in rule.keys() & FAULTS.keys():
        try:
            return decode(FAULTS[kind], rule[kind], kind).objection(vendor)
        except FaultError as wrong:
            return str(wrong)
    return ""


def _reason(vendor: Vendor[Any], rule: Mapping[str, Any]) -> str:
    """A vendor that does not know the reason would answer as for any other: not what was asked for."""
    for kind in FAULTS.keys() & rule.keys():
        if (reason := rule[kind].get("reason")) is None:
            continue
        fault: Any = FAULTS[kind]
        usual = next(each.default for each in dataclasses.fields(fault) if each.name == "reason")
        known = [str(usual), *(limit.name for limit in vendor.limits)]
        if reason not in known:
            return f"{kind}.reason: {vendor.name} has no limit {units.shown(reason)}{spelling.hint(reason, known)}"
    return ""


def _nothing(rule: Mapping[str, Any]) -> str:
    if "sequence" in rule and rule["sequence"] and "F" not in rule["sequence"]:
        return "sequence: strikes nothing without an F: write F for a call that is struck"
    written = rule.get("webhooks")
    if written is not None and set(written) <= _OF_WHICH_WEBHOOKS:
        return (
            "webhooks: nothing happens to them: write late, twice, out_of_order, lost, bad_signature or signature_age"
        )
    if "wrong_type" in rule and not all(rule["wrong_type"].get("fields", ["x"])):
        return "wrong_type.fields: has an empty name: write error.code, or leave fields out for all at the top"
    return ""
