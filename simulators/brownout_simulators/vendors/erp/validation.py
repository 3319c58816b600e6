"""What a caller wants an entity to be: each property of the kind's own, of its type, and one that he may write."""

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.erp.errors import refuse
from brownout_simulators.vendors.erp.instants import normal_instant
from brownout_simulators.vendors.erp.resources import State
from brownout_simulators.vendors.erp.schema import Field, Kind

MOST: Final = 1e12
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def new_values(call: Call, account: Account[State], kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """What an insert is to hold, all properties of it; the lines are not among them."""
    values = {**kind.defaults, **_written(call, kind, given)}
    _link(call, account, kind, values, required=True)
    for field in kind.strict:
        name = field.name
        if values[name] is None and field.default is not None:
            values[name] = field.default  # clients that insert all that they know insert nulls, too
        if field.required and values[name] in (None, ""):
            raise refuse(call, "BadRequest_RequiredParamNotProvided", f"{name} is required.", target=name)
    return values


def changed_values(call: Call, kind: Kind, given: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What a change brings. What is there already is no change."""
    if kind.lines_as and kind.lines_as in given:
        # Microsoft Learn, "OData known limitations": deep insert is there, deep patch is not.
        raise refuse(call, "BadRequest_InvalidOperation", f"{kind.lines_as} cannot be changed with the document.")
    changes = {name: value for name, value in _written(call, kind, given).items() if before.get(name) != value}
    for name, value in changes.items():
        field = kind.fields[name]
        if field.fixed:
            raise refuse(call, "Application_FieldValidationException", f"{name} cannot be changed.", target=name)
        if field.required and value in (None, ""):
            raise refuse(call, "BadRequest_RequiredParamNotProvided", f"{name} is required.", target=name)
        if value is None and field.default is not None:
            changes[name] = field.default
    return changes


def _written(call: Call, kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in given.items():
        if "@odata.bind" in name:
            raise refuse(call, "BadRequest_InvalidOperation", "Entities are bound by their id properties.", target=name)
        if "@" in name or name == kind.lines_as:
            continue
        field = kind.fields.get(name)
        if field is None:
            message = f"The property '{name[:80]}' does not exist on type '{kind.type}'."
            raise refuse(call, "BadRequest", message)
        if field.computed:
            if value is not None:
                raise refuse(call, "Application_FieldValidationException", f"{name} is read-only.", target=name)
            continue
        found[name] = None if value is None else _typed(call, field, value)
    return found


def _typed(call: Call, field: Field, value: Any) -> Any:
    """The value as it is kept."""
    match field.type:
        case "Edm.String":
            return _text(call, field, value)
        case "Edm.Decimal" | "Edm.Int32":
            return _number(call, field, value)
        case "Edm.Guid":
            if isinstance(value, str) and _GUID.fullmatch(value):
                return value.lower()
        case "Edm.Date":
            return _date(call, field, value)
        case "Edm.DateTimeOffset":
            if isinstance(value, str):
                try:
                    return normal_instant(value)
                except ValueError:
                    pass
    raise _no_such(call, field, value)


def _text(call: Call, field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _no_such(call, field, value)
    if len(value) > field.longest:
        message = f"{field.name} has {len(value)} characters; there is room for {field.longest}."
        raise refuse(call, "Application_StringExceededLength", message, target=field.name)
    if field.choices and value not in field.choices:
        raise refuse(
            call, "Application_FieldValidationException", f"{field.name} has no such value.", target=field.name
        )
    return " " if value == "_x0020_" else value


def _number(call: Call, field: Field, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _no_such(call, field, value)
    if not math.isfinite(value) or abs(value) > MOST:
        raise _no_such(call, field, value)
    if field.positive and value <= 0:
        raise refuse(
            call, "Application_FieldValidationException", f"{field.name} must be more than 0.", target=field.name
        )
    # Business Central keeps five decimals.
    return value if isinstance(value, int) else _plain(round(value, 5))


def _plain(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _date(call: Call, field: Field, value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (ValueError, TypeError):
        raise _no_such(call, field, value) from None


def _no_such(call: Call, field: Field, value: Any) -> Refused:
    shown = f"{value!r}"[:60]
    return refuse(call, "BadRequest", f"Cannot convert {shown} to {field.type}.", target=field.name)


def _link(call: Call, account: Account[State], kind: Kind, values: dict[str, Any], *, required: bool) -> None:
    """Whoever is named by number is named by id as well, and the other way round. Both must be there."""
    for link in kind.links:
        id, number = values.get(link.id), values.get(link.number)  # noqa: A001
        table = account.state[link.set]
        if id:
            record = table.get(id)
        elif number:
            record = table.first("number", number)
        elif link.required and required:
            raise refuse(call, "BadRequest_RequiredParamNotProvided", f"{link.id} is required.", target=link.id)
        else:
            continue
        if record is None or (number and record.values["number"] != number):
            raise refuse(call, "Internal_RecordNotFound", f"No {link.set} has this key.", target=link.id)
        values[link.id], values[link.number] = record.id, record.values["number"]
