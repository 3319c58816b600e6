"""How two tables are related: by the foreign keys that are declared, and by tables in between.

The rules are PostgREST's (docs/references/api/resource_embedding, `findRel` of Plan.hs): a target is named by its
table, by a foreign key's name or by the column that holds it; a hint is one of these, or the table in between.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple

from brownout_simulators.vendors.supabase.database.schema import PUBLIC, ForeignKey, Schema, Table


class Relationship(NamedTuple):
    """From one table to another."""

    kind: Literal["many-to-one", "one-to-many", "one-to-one", "many-to-many"]
    table: str
    target: str
    pairs: Sequence[tuple[str, str]]
    """Columns of the table and of the target that are equal; of many-to-many, of the table and the one in between."""
    name: str
    """The foreign key's, or the name of the table in between."""
    far_pairs: Sequence[tuple[str, str]] = ()
    """Of many-to-many: columns of the target and of the table in between."""
    far_name: str = ""
    near_name: str = ""

    @property
    def is_to_one(self) -> bool:
        """Whether a row has one at most."""
        return self.kind in ("many-to-one", "one-to-one")

    @property
    def is_to_self(self) -> bool:
        """Whether both are the same table."""
        return self.table == self.target


class NoRelationship(Exception):
    """PGRST200."""

    def __init__(self, table: str, target: str, hint: str, advice: str | None) -> None:
        super().__init__(target)
        using = f" using the hint '{hint}'" if hint else ""
        self.message = f"Could not find a relationship between '{table}' and '{target}' in the schema cache"
        self.details = (
            f"Searched for a foreign key relationship between '{table}' and '{target}'{using} in the schema "
            f"'{PUBLIC}', but no matches were found."
        )
        self.hint = advice


class AmbiguousRelationship(Exception):
    """PGRST201."""

    def __init__(self, table: str, target: str, found: Sequence[Relationship]) -> None:
        super().__init__(target)
        named = ", ".join(f"'{each.target}!{each.name}'" for each in found)
        self.message = f"Could not embed because more than one relationship was found for '{table}' and '{target}'"
        self.details = [_described(each) for each in found]
        self.hint = (
            f"Try changing '{target}' to one of the following: {named}. Find the desired relationship in the "
            "'details' key."
        )


def _described(each: Relationship) -> dict[str, str]:
    near, far = [pair[0] for pair in each.pairs], [pair[1] for pair in each.pairs]
    if each.kind == "many-to-many":
        between = ", ".join(pair[1] for pair in each.pairs), ", ".join(pair[1] for pair in each.far_pairs)
        using = f"{each.name} using {each.near_name}({between[0]}) and {each.far_name}({between[1]})"
    else:
        using = f"{each.name} using {each.table}({', '.join(near)}) and {each.target}({', '.join(far)})"
    return {"cardinality": each.kind, "embedding": f"{each.table} with {each.target}", "relationship": using}


def find(schema: Schema, table: str, target: str, hint: str = "") -> Relationship:
    """The one relationship that is meant. Raises `NoRelationship` and `AmbiguousRelationship`."""
    every = relationships(schema, table)
    found = [each for each in every if _is_meant(each, target, hint)]
    if not found:
        raise NoRelationship(table, target, hint, _advice(schema, every, target))
    if len(found) > 1:
        raise AmbiguousRelationship(table, target, found)
    return found[0]


def _advice(schema: Schema, every: Sequence[Relationship], target: str) -> str | None:
    targets = {each.target for each in every}
    if target in targets or target in schema.tables:
        return None
    near = get_close_matches(target, sorted(targets), 1, 0.5)
    return f"Perhaps you meant '{near[0]}' instead of '{target}'." if near else None


def _is_meant(each: Relationship, target: str, hint: str) -> bool:
    is_by_key = each.kind != "many-to-many"
    column = each.pairs[0][0] if is_by_key and len(each.pairs) == 1 else ""
    of_target = each.pairs[0][1] if is_by_key and len(each.pairs) == 1 else ""
    if each.is_to_self:
        if hint:
            return target == each.target and each.kind == "one-to-many" and hint in (of_target, each.name)
        return (target == each.target and each.kind == "one-to-many") or (
            target == column and each.kind == "many-to-one"
        )
    if not hint:
        return target == each.target or (is_by_key and target in (each.name, column))
    return target == each.target and hint in (each.name, *((column, of_target) if is_by_key else ()))


def relationships(schema: Schema, table: str) -> Sequence[Relationship]:
    """All relationships of a table: those of its own keys, of others' keys, and across tables in between."""
    own = schema.tables.get(table)
    if own is None:
        return ()
    found: list[Relationship] = [_of_own_key(own, key) for key in own.foreign_keys]
    for key in schema.referrers[table]:
        source = schema.tables[key.table]
        is_one = _is_unique(source, key.columns)
        pairs = list(zip(key.target_columns, key.columns, strict=True))
        found.append(Relationship("one-to-one" if is_one else "one-to-many", table, source.name, pairs, key.name))
        found += _across(table, key, source)
    return found


def _of_own_key(own: Table, key: ForeignKey) -> Relationship:
    pairs = list(zip(key.columns, key.target_columns, strict=True))
    return Relationship(
        "one-to-one" if _is_unique(own, key.columns) else "many-to-one", own.name, key.target, pairs, key.name
    )


def _across(table: str, near: ForeignKey, between: Table) -> list[Relationship]:
    """The table in between has both foreign keys within its primary key."""
    primary = set(between.primary_key)
    return [
        Relationship(
            "many-to-many",
            table,
            far.target,
            list(zip(near.target_columns, near.columns, strict=True)),
            between.name,
            list(zip(far.target_columns, far.columns, strict=True)),
            far.name,
            near.name,
        )
        for far in between.foreign_keys
        if far.name != near.name and primary >= {*near.columns, *far.columns}
    ]


def _is_unique(table: Table, columns: Sequence[str]) -> bool:
    return any(set(unique.columns) == set(columns) for unique in table.uniques)
