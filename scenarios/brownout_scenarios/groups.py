"""Several groups of users as one workload: what is said once of an operation holds for every group that asks for it."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Tag

from brownout_scenarios.grammar import Grammar
from brownout_scenarios.workload import TARGET, Group, Operation, Workload


def workload_of(groups: Sequence[Group]) -> Workload:
    """Of a list of groups, or of one that was written without a list. Raises `ValueError` for none."""
    if not groups:
        raise ValueError("is empty: name at least one group of users")
    asked_of: dict[str, dict[str, Operation]] = {TARGET: {}}
    whole = []
    for group in groups:
        described = asked_of.setdefault(group.asks, {})
        operations = tuple(_described(each, described) for each in group.operations)
        whole.append(replace(group, operations=operations))
    first = {each.name: getattr(whole[0], each.name) for each in fields(Group)}
    if len(whole) == 1:
        return Workload(**first)
    return Workload(
        **{**first, "name": "", "asks": TARGET, "operations": tuple(asked_of[TARGET].values())}, several=tuple(whole)
    )


def annotation(made: Grammar) -> Any:
    """One group, or a list of them: which of the two decides what errors are about."""
    group: Any = made.result_of(Group)
    one: Any = Annotated[group, AfterValidator(lambda only: workload_of([only])), Tag("one")]
    several: Any = Annotated[list.__class_getitem__(group), AfterValidator(workload_of), Tag("several")]
    which = Discriminator(lambda value: "several" if isinstance(value, list) else "one")
    return Annotated[one | several, which]


def differs(operation: Operation, first: Operation) -> str:
    """The first field, but for weight and parameters, in which the same operation is said to be another one; empty
    where there is none."""
    own = (each.name for each in fields(Operation) if each.name not in {"weight", "params"})
    return next((name for name in own if getattr(operation, name) != getattr(first, name)), "")


def _described(operation: Operation, described: dict[str, Operation]) -> Operation:
    """What an earlier group says of an operation holds for one of that name of which nothing else is said."""
    first = described.setdefault(operation.name, operation)
    if operation == Operation(name=operation.name, weight=operation.weight, params=operation.params):
        return replace(first, weight=operation.weight, params=operation.params)
    return operation
