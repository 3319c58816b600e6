"""Which form an answer is to have, as `Accept` asks, and how rows look in it."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any, Final, NamedTuple

import orjson

from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.supabase.rest.errors import failure

JSON: Final = "application/json"
OBJECT: Final = "application/vnd.pgrst.object+json"
ARRAY: Final = "application/vnd.pgrst.array+json"
CSV: Final = "text/csv"

_FORMS: Final = {
    "*/*": JSON, "application/*": JSON, JSON: JSON, OBJECT: OBJECT, "application/vnd.pgrst.object": OBJECT,
    ARRAY: ARRAY, "application/vnd.pgrst.array": ARRAY, CSV: CSV, "text/*": CSV,
}  # fmt: skip


class Form(NamedTuple):
    """How rows are to be written."""

    media: str
    strips_nulls: bool = False

    @property
    def is_single(self) -> bool:
        """One row, and not a list of them."""
        return self.media == OBJECT

    @property
    def content_type(self) -> str:
        """As the answer tells it."""
        stripped = ";nulls=stripped" if self.strips_nulls and self.media != JSON else ""
        return f"{self.media}{stripped}; charset=utf-8"


PLAIN: Final = Form(JSON)


def negotiate(accept: str) -> Form:
    """The first form that there is, of those that are accepted, best first. Raises `Refused` with 406."""
    if accept in ("", "*/*", JSON):
        return PLAIN
    wanted: list[tuple[float, int, str, str]] = []
    for number, each in enumerate(accept.split(",")):
        media, *parameters = [part.strip() for part in each.split(";")]
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            weight = 1.0
        wanted.append((-weight, number, media.lower(), ";".join(parameters)))
    for _, _, media, parameters_ in sorted(wanted):
        if media in _FORMS:
            return Form(_FORMS[media], "nulls=stripped" in parameters_)
    names = ", ".join(each.strip() for each in accept.split(","))
    raise Refused(failure(406, "PGRST107", f"None of these media types are available: {names}"))


def written(form: Form, rows: Sequence[dict[str, Any]], names: Sequence[str]) -> bytes:
    """The body. A single form is given one row exactly."""
    if form.media == CSV:
        return _csv(rows, names)
    if form.strips_nulls:
        rows = [_stripped(row) for row in rows]
    return orjson.dumps(rows[0] if form.is_single else rows)


def _stripped(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _stripped(member) for key, member in value.items() if member is not None}
    return [_stripped(member) for member in value] if isinstance(value, list) else value


def _csv(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> bytes:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    keys = list(rows[0]) if rows else list(names)
    writer.writerow(keys)
    for row in rows:
        writer.writerow([_cell(row.get(key)) for key in keys])
    return out.getvalue().rstrip("\n").encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "t" if value else "f"
    return value if isinstance(value, str) else orjson.dumps(value).decode()
