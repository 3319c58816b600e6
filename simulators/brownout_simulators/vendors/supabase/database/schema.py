"""What a database is made of: tables, columns, keys, policies, functions. Immutable; `setup.py` reads it from JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

from brownout_simulators.vendors.supabase.database.types import PgType

PUBLIC: Final = "public"

Command = Literal["select", "insert", "update", "delete"]
COMMANDS: Final[tuple[Command, ...]] = ("select", "insert", "update", "delete")

Rule = Literal["all", "own", "none", "no_grant"]
"""Whom a policy lets: to all rows; to those whose owner column is the user; row level security is on and no policy
lets to any; the role has no grant on the table at all."""

Fill = Literal["now", "uuid", "user", "serial"]
"""A default that is computed: `now()`, `gen_random_uuid()`, `auth.uid()`, the next of a sequence."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check constraint of one column: all that it says must hold of a value that is not null."""

    name: str
    least: Any = None
    """As it is stored, as `most`."""
    most: Any = None
    one_of: Sequence[Any] = ()
    matches: str = ""
    """A regular expression, found anywhere in the value."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    type: PgType
    nullable: bool = True
    default: Any = None
    """As it is stored."""
    fill: Fill | None = None
    always: bool = False
    """Generated always as identity: nobody else may give it a value."""
    check: Check | None = None


@dataclass(frozen=True, slots=True)
class Unique:
    """A unique constraint; the primary key is one."""

    name: str
    columns: Sequence[str]


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """References from one table's columns to another's."""

    name: str
    table: str
    columns: Sequence[str]
    target: str
    target_columns: Sequence[str]
    on_delete: Literal["no action", "cascade", "set null"] = "no action"


@dataclass(frozen=True)
class Table:
    """One table."""

    name: str
    columns: Mapping[str, Column]
    primary_key: Sequence[str] = ()
    uniques: Sequence[Unique] = ()
    """The primary key first, where there is one."""
    foreign_keys: Sequence[ForeignKey] = ()
    owner: str = ""
    """The column that holds the id of the user to whom a row belongs."""
    policies: Mapping[str, Mapping[str, Rule]] = field(default_factory=dict)
    """By role and command. A role that is not there is under no policy: it sees and does everything."""
    references: Sequence[str] = ()
    """Columns that the ledger keeps with a row as the caller's own ids."""
    rows: Sequence[Mapping[str, Any]] = ()
    """Those that are there from the beginning, as JSON."""
    is_outbox: bool = False
    """Its rows say what others are to be told; the ledger keeps them apart."""

    @cached_property
    def needed(self) -> Sequence[Column]:
        """Columns that are never null."""
        return [column for column in self.columns.values() if not column.nullable]

    @cached_property
    def checked(self) -> Sequence[Column]:
        """Columns with a check."""
        return [column for column in self.columns.values() if column.check is not None]

    def rule(self, role: str, command: Command) -> Rule:
        """What the role may do."""
        by_command = self.policies.get(role)
        return "all" if by_command is None else by_command.get(command, "none")


@dataclass(frozen=True, slots=True)
class Function:
    """A function for rpc. What it does is one of a few things that can be said in a line of SQL."""

    name: str
    arguments: Mapping[str, tuple[PgType, bool]]
    """By name: type, and whether it may be left out."""
    does: Literal["select", "insert", "value", "raise", "void"]
    table: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    """Of `select`: column to the argument that it must equal."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Of `insert`: column to an argument (`$name`) or a constant."""
    also: Sequence[tuple[str, Mapping[str, Any]]] = ()
    """Of `insert`: rows of further tables, in the same transaction; a table and its values."""
    value: Any = None
    """Of `value`: what it returns; a text `$name` is that argument."""
    single: bool = False
    """Returns one row, not a set."""
    code: str = "P0001"
    message: str = ""
    details: str | None = None
    hint: str | None = None
    volatile: bool = True
    """Called by POST only."""


@dataclass(frozen=True)
class Schema:
    """A database as it is declared."""

    tables: Mapping[str, Table]
    functions: Mapping[str, Function] = field(default_factory=dict)

    @cached_property
    def referrers(self) -> Mapping[str, Sequence[ForeignKey]]:
        """By table: the foreign keys of all tables that point at it."""
        found: dict[str, list[ForeignKey]] = {name: [] for name in self.tables}
        for table in self.tables.values():
            for key in table.foreign_keys:
                found[key.target].append(key)
        return found
