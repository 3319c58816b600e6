"""What an operation agrees on: what its effects must hold, filled in for each arrival, and what its answer names.

as_asked  {"stripe.charge": {"amount": "{{amount}}", "currency": "usd"}}
answers   {"payment.id": ["stripe.charge.id"]}
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from brownout_harness.asked.arrivals import Arrival
from brownout_harness.asked.described import fill, values_of
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.operations import TargetOperation
from brownout_harness.judging.patterns import escaped
from brownout_harness.judging.terms import Terms
from brownout_scenarios.schema import Expected
from brownout_simulators.vendor import Vendor

NO_VENDORS: Final[Mapping[str, Vendor[Any]]] = MappingProxyType({})


def asked_text(operation: TargetOperation, arrival: Arrival) -> str:
    """What each effect of an arrival's operation must hold, as JSON; empty where the operation does not say it.

    A star of the template stands for any text, one of a parameter for itself.
    """
    if not operation.as_asked:
        return ""
    values = values_of(arrival)
    if isinstance(operation, GatewayOperation):
        values = {**values, **operation.derived(values)}
    values = escaped(values)
    return json.dumps(fill(operation.as_asked, values), sort_keys=True)


def terms_of(operations: Iterable[TargetOperation]) -> dict[str, Terms]:
    """By the operation's name; one that says nothing is left out."""
    terms = {
        each.name: Terms(
            {kind: _fields(asked) for kind, asked in each.as_asked.items()},
            {path: tuple(map(_place, places)) for path, places in each.answers.items()},
            each.names_none if isinstance(each, GatewayOperation) else {},
            _several(each) if isinstance(each, GatewayOperation) else frozenset(),
        )
        for each in operations
    }
    return {name: each for name, each in terms.items() if each.holds or each.names}


def fields_to_keep(
    terms: Mapping[str, Terms], expected: Iterable[Expected] = (), vendors: Mapping[str, Vendor[Any]] = NO_VENDORS
) -> dict[str, dict[str, list[str]]]:
    """By the vendor, and by the kind of effect, what its ledger is to keep so that they can be compared, and what
    `expected` adds up."""
    kept: dict[str, dict[str, set[str]]] = {}
    for item in expected:
        field, vendor = getattr(item.check, "field", ""), getattr(item.check, "vendor", "")
        for kind, fields in vendors[vendor].effects.items() if vendor in vendors else ():
            if field in fields and kind == getattr(item.check, "caused", ""):
                kept.setdefault(vendor, {}).setdefault(kind, set()).add(field)
    for each in terms.values():
        declared = [(kind, field) for kind, fields in each.holds.items() for field in fields]
        for kind, field in [*declared, *(place for places in each.names.values() for place in places)]:
            kept.setdefault(kind.partition(".")[0], {}).setdefault(kind, set()).add(field.partition(".")[0])
    return {vendor: {kind: sorted(fields) for kind, fields in kinds.items()} for vendor, kinds in kept.items()}


def _fields(asked: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The paths of all that is said, and not of what is around it: values are compared by columns there."""
    every = [asked] if isinstance(asked, Mapping) else asked
    return tuple(dict.fromkeys(path for each in every for path in _paths(each)))


def _paths(asked: Mapping[str, Any]) -> Iterator[str]:
    for name, value in asked.items():
        inner = [f"{name}.{path}" for path in _paths(value)] if isinstance(value, Mapping) else []
        yield from inner or [name]


def _several(operation: GatewayOperation) -> frozenset[str]:
    return frozenset(kind for kind in operation.as_asked if operation.leaves.count(kind) > 1)


def _place(written: str) -> tuple[str, str]:
    """Of `supabase.row.row.status` the kind of the effect, and the path of what it holds."""
    vendor, kind, field = written.split(".", 2)
    return f"{vendor}.{kind}", field
