"""Parameters: what a body may hold, what a query says. Each endpoint has a table; what is not in it is refused."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from brownout_simulators.call import Call
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.clerk.errors import answer, form_error, invalid, refuse

ITEMS: Final = "[]"
"""Where the items of a body that is a list are."""
LONGEST: Final = 256
"""Characters of a text, where its table says nothing else."""
METADATA_LIMIT: Final = 8_192
"""Bytes of each kind of metadata (clerk.com/docs, "User metadata")."""
MOST_VALUES: Final = 100
"""Of one filter."""
_MOST: Final = 500
_FAR: Final = 10**12
"""No offset and no instant is meant to be beyond."""
_EMAIL: Final = re.compile(r"[^@\s,;<>()\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,180}[A-Za-z0-9])?\.[A-Za-z]{2,63}")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")

Check = Callable[[Any], tuple[str, str] | None]
"""What is wrong with a value: a code of `FORM_ERRORS` and its why."""


def text(longest: int = LONGEST) -> Check:
    """A text of so many characters at most."""

    def check(value: Any) -> tuple[str, str] | None:
        if not isinstance(value, str):
            return "form_param_type_invalid", "string"
        return ("form_param_max_length_exceeded", str(longest)) if len(value) > longest else None

    return check


def boolean(value: Any) -> tuple[str, str] | None:
    """true or false."""
    return None if isinstance(value, bool) else ("form_param_type_invalid", "boolean")


def whole(least: int = 0, most: int = 2**53) -> Check:
    """A whole number."""

    def check(value: Any) -> tuple[str, str] | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return "form_param_type_invalid", "integer"
        return None if least <= value <= most else ("form_param_value_invalid", str(value))

    return check


def number(value: Any) -> tuple[str, str] | None:
    """A number of seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "form_param_type_invalid", "number"
    return None if 0 <= value <= 315_360_000 else ("form_param_value_invalid", str(value))


def metadata(value: Any) -> tuple[str, str] | None:
    """An object, not too large."""
    if not isinstance(value, dict):
        return "form_param_type_invalid", "object"
    if len(orjson.dumps(value)) > METADATA_LIMIT:
        return "form_param_exceeds_allowed_size", f"{METADATA_LIMIT} bytes"
    return None


def claims(value: Any) -> tuple[str, str] | None:
    """An object."""
    return None if isinstance(value, dict) else ("form_param_type_invalid", "object")


def texts(value: Any) -> tuple[str, str] | None:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return "form_param_type_invalid", "array of strings"
    if len(value) > MOST_VALUES:
        return "form_param_array_size_exceeded", str(MOST_VALUES)
    return None if all(len(each) <= LONGEST for each in value) else ("form_param_max_length_exceeded", str(LONGEST))


def one_of(*values: str) -> Check:
    """One of a few words."""

    def check(value: Any) -> tuple[str, str] | None:
        if not isinstance(value, str):
            return "form_param_type_invalid", "string"
        return None if value in values else ("form_param_value_invalid", value[:LONGEST])

    return check


def email(value: Any) -> tuple[str, str] | None:
    """An address."""
    if not isinstance(value, str):
        return "form_param_type_invalid", "string"
    return None if _EMAIL.fullmatch(value) else ("form_param_format_invalid", "email address")


def phone(value: Any) -> tuple[str, str] | None:
    """A number in E.164."""
    if not isinstance(value, str):
        return "form_param_type_invalid", "string"
    why = "phone number according to E.164 international standard"
    return None if _PHONE.fullmatch(value) else ("form_param_format_invalid", why)


def each(check: Check) -> Check:
    """A list whose items all pass."""

    def check_all(value: Any) -> tuple[str, str] | None:
        return texts(value) or next(filter(None, map(check, value)), None)

    return check_all


def instant(value: Any) -> tuple[str, str] | None:
    """RFC 3339."""
    if not isinstance(value, str):
        return "form_param_type_invalid", "string"
    return None if moment_of(value) else ("form_param_invalid_time", "")


def moment_of(value: str) -> datetime | None:
    """An instant in RFC 3339, if it is one."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and 1970 <= moment.year <= 9998 else None


def checked(
    call: Call, fields: Mapping[str, Check], *required: str, not_null: frozenset[str] = frozenset(), of: Any = None
) -> dict[str, Any]:
    """The parameters of a body (or of `of`, one item of it), null left as it is. 422 with everything that is wrong."""
    data = call.data if of is None else of
    if not isinstance(data, Mapping) or ITEMS in data:
        raise refuse(call, "request_body_invalid")
    wrong = [form_error("form_param_missing", name) for name in required if data.get(name) in (None, "")]
    for name, value in data.items():
        check = fields.get(name)
        if check is None:
            wrong.append(form_error("form_param_unknown", name[:LONGEST]))
        elif value is not None or name in not_null:
            trouble = check(value)
            if trouble is not None:
                wrong.append(form_error(trouble[0], name, trouble[1]))
    if wrong:
        raise Refused(answer(call, 422, *wrong))
    return dict(data)


def items(call: Call, most: int) -> Sequence[Any]:
    """The items of a body that is a list."""
    found = call.data.get(ITEMS)
    if not isinstance(found, list):
        raise refuse(call, "request_body_invalid")
    if not found or len(found) > most:
        raise refuse(call, "bulk_size_exceeded", str(most))
    return found


# -- queries: every value is a list of texts ---------------------------------------------------------------------------


def values_of(call: Call, name: str) -> Sequence[str]:
    """All values of a filter."""
    found: Sequence[str] = call.data.get(name, ())
    if len(found) > MOST_VALUES:
        raise invalid(call, "form_param_array_size_exceeded", name, str(MOST_VALUES))
    return found


def value_of(call: Call, name: str) -> str | None:
    """The first value."""
    found = call.data.get(name)
    return found[0] if found else None


def flag_of(call: Call, name: str) -> bool | None:
    """true, false, or not said."""
    value = value_of(call, name)
    if value is None or value == "":
        return None
    if value.lower() not in {"true", "false", "1", "0"}:
        raise invalid(call, "form_param_value_invalid", name, value[:LONGEST])
    return value.lower() in {"true", "1"}


def number_of(call: Call, name: str, default: int | None, least: int = 0, most: int = _FAR) -> int | None:
    """A whole number within its bounds."""
    value = value_of(call, name)
    if value is None or value == "":
        return default
    whole = value.removesuffix(".0")  # as Python's SDK writes those that are described as numbers
    if not whole.isascii() or not whole.isdecimal() or len(whole) > 15 or not least <= int(whole) <= most:
        raise invalid(call, "form_param_value_invalid", name, value[:LONGEST])
    return int(whole)


def choice_of(call: Call, name: str, choices: frozenset[str]) -> str | None:
    """One of a few words, or not said."""
    value = value_of(call, name)
    if value is None or value == "":
        return None
    if value not in choices:
        raise invalid(call, "form_param_value_invalid", name, value[:LONGEST])
    return value


def page_of(call: Call, most: int = _MOST) -> tuple[int, int]:
    """Limit and offset."""
    limit, offset = number_of(call, "limit", 10, 1, most), number_of(call, "offset", 0)
    return limit or 0, offset or 0
