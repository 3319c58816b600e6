"""Whose it is: the one other operation that asked for what an effect holds, or that has what an answer names.

Only one that is alone in it: that two customers pay the same amount says nothing.
"""

import json
from itertools import islice
from typing import Any

import polars as pl

from brownout_harness.judging.differing import Difference, Said, is_as_asked, value_of
from brownout_harness.judging.evidence import NAMELESS, Evidence
from brownout_harness.judging.patterns import same
from brownout_reports.rows import LedgerRow


def owner_of(evidence: Evidence, found: Difference) -> str:
    """In words; empty where nobody's, or where it may be several ones'."""
    if found.held is not None and (asker := _asker(evidence, found, found.held)):
        return f"that is what {asker} asked for"
    for said in found.said:
        if said.value is not None and (owner := _owner(evidence, found, said)):
            return f"{said.path} is that of {owner}"
    return ""


def _asker(evidence: Evidence, found: Difference, effect: LedgerRow) -> str:
    """The other operation of the same name that asked for just what the effect holds."""
    others = evidence.operations_of[found.name].where(pl.col("operation_id") != found.operation_id)
    fields = evidence.terms[found.name].holds.get(effect.kind, ())
    if "amount" in fields:  # most of them are told apart by it, without a look at each
        wanted = pl.col("as_asked").str.json_path_match(f"$['{effect.kind}']['amount']")
        others = others.where(wanted == str(effect.amount))
    asked = (each for each in others if each.as_asked and is_as_asked(effect, json.loads(each.as_asked)))
    return _alone(islice((each.operation_id for each in asked), 2))


def _owner(evidence: Evidence, found: Difference, said: Said) -> str:
    """The other operation with an effect that holds what the answer says."""
    owners: dict[str, None] = {}
    for kind, field in said.places:
        effects = evidence.effects.where(
            ~NAMELESS,
            pl.col("route") == kind,
            pl.col("operation_id") != found.operation_id,
            _may_hold(field, said.value),
        )
        owners |= dict.fromkeys(each.operation_id for each in effects if same(said.value, value_of(each, field), field))
    return _alone(iter(owners))


def _may_hold(field: str, value: Any) -> pl.Expr:
    text = value if isinstance(value, str) else json.dumps(value)
    if field in {"id", "amount"}:
        return pl.col(field).cast(pl.String) == text
    return pl.col("fields").str.json_path_match(f"$['{field}']") == text


def _alone(ids: Any) -> str:
    found = list(ids)
    return str(found[0]) if len(found) == 1 else ""
