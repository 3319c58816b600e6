"""What a request asks of the tables: a tree of picks, filters, orders and embeds, before anything is looked up."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Field:
    """A column, or what lies at the end of a path into its document."""

    name: str
    path: tuple[str | int, ...] = ()
    as_text: bool = False
    """The last arrow is `->>`."""


@dataclass(frozen=True, slots=True)
class Filter:
    """`col=not.op(any).value`."""

    field: Field
    op: str
    value: str = ""
    values: Sequence[str] = ()
    """Of `in`, and of an operator with a quantifier."""
    negated: bool = False
    quantifier: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Logic:
    """`and(…)` or `or(…)`."""

    is_or: bool
    children: "Sequence[Filter | Logic]"
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """One term of an order."""

    field: Field
    descending: bool = False
    nulls_first: bool | None = None
    relation: str = ""
    """Order by a column of this embed."""


@dataclass(frozen=True, slots=True)
class Pick:
    """One column of what is asked for; `*` is all."""

    field: Field
    alias: str = ""
    cast: str = ""
    aggregate: str = ""


@dataclass(slots=True)
class Embed:
    """Rows of a related table, within each row."""

    name: str
    query: "Query"
    alias: str = ""
    hint: str = ""
    is_inner: bool = False
    is_spread: bool = False

    @property
    def shown(self) -> str:
        """Under which name it stands in a row."""
        return self.alias or self.name


@dataclass(slots=True)
class Query:
    """What is asked of one table."""

    picks: list[Pick | Embed] = field(default_factory=list)
    where: list[Filter | Logic] = field(default_factory=list)
    order: Sequence[Order] = ()
    limit: int | None = None
    offset: int = 0

    def embeds(self) -> list[Embed]:
        """Of its own level."""
        return [pick for pick in self.picks if isinstance(pick, Embed)]
