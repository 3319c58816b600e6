"""Row level security as far as it is told by declaration: an owner column, a rule for each command and role."""

from typing import Any, Final, Protocol

from brownout_simulators.vendors.supabase.database.conditions import Part, quoted
from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.schema import Command, Table

BYPASSES: Final = "service_role"


class Who(Protocol):
    """The caller, as policies see it."""

    @property
    def role(self) -> str: ...

    @property
    def user(self) -> str: ...


def is_secured(table: Table, who: Who) -> bool:
    """Whether the caller is under a policy of the table."""
    return who.role != BYPASSES and who.role in table.policies


def visible(table: Table, alias: str, who: Who, *commands: Command) -> Part:
    """The rows that every one of these commands may touch. Raises 42501 where there is no grant."""
    if not is_secured(table, who):
        return Part("1")
    parts = []
    for command in commands:
        rule = table.rule(who.role, command)
        if rule == "no_grant":
            raise denied(table)
        if rule == "none":
            return Part("0")
        if rule == "own":
            parts.append(Part(f"{alias}.{quoted(table.owner)} = ?", (_owner(table, who),)))
    return parts[0] if parts else Part("1")


def admits(table: Table, who: Who, command: Command, row: dict[str, Any] | None) -> bool:
    """Whether this row, as it is stored, may be so. Raises 42501 where there is no grant."""
    if not is_secured(table, who):
        return True
    rule = table.rule(who.role, command)
    if rule == "no_grant":
        raise denied(table)
    if row is None or rule != "own":
        return rule != "none"
    owner = row.get(table.owner)
    return owner is not None and owner == _owner(table, who)


def _owner(table: Table, who: Who) -> Any:
    if not who.user:
        return None
    try:
        return table.columns[table.owner].type.read(who.user)
    except DbError:
        return None  # an id that the column cannot hold owns nothing


def denied(table: Table) -> DbError:
    """No grant."""
    return DbError("42501", f"permission denied for table {table.name}")


def violated(table: Table, *, using: bool = False) -> DbError:
    """A row that may not be so; `using`: an upsert met one that may not be touched."""
    what = " (USING expression)" if using else ""
    return DbError("42501", f'new row violates row-level security policy{what} for table "{table.name}"')
