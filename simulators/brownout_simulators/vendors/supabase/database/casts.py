"""`col::type` in a select: from one type's stored value to another's."""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from brownout_simulators.vendors.supabase.database.problems import DbError
from brownout_simulators.vendors.supabase.database.scalars import Stored
from brownout_simulators.vendors.supabase.database.types import BOOLEAN, PgType, type_named


def caster(source: PgType, name: str) -> tuple[PgType, Callable[[Stored], Stored]]:
    """The type of that name, and how a value comes to it. Raises 42704 for a type that is not there."""
    try:
        target = type_named(name)
    except ValueError:
        raise DbError("42704", f'type "{name}" does not exist') from None

    def cast(value: Stored) -> Stored:
        return _between(source, target, value)

    return target, cast


def _between(source: PgType, target: PgType, value: Stored) -> Stored:
    if source.family == "number" and target.family == "number" and target.affinity == "INT":
        try:
            return target.read(_rounded(source, value))
        except DbError:
            raise DbError("22003", f"{target.name} out of range") from None
    if source.family == "number" and target is BOOLEAN:
        return int(value != 0)
    if source is BOOLEAN and target.family == "number":
        return int(value)
    if source is BOOLEAN and target.family == "text":
        return target.read("true" if value else "false")
    if source.name == "timestamp with time zone" and target.name == "timestamp without time zone":
        return value
    return target.read(source.text(value))


def _rounded(source: PgType, value: Any) -> str:
    if source.affinity == "INT":
        return str(value)
    number = Decimal(str(value)) if source.affinity == "TEXT" else Decimal(repr(float(value)))
    if not number.is_finite():
        return "infinite"
    # A float is rounded to even, a `numeric` away from zero.
    return str(number.to_integral_value(ROUND_HALF_EVEN if source.affinity == "REAL" else ROUND_HALF_UP))
