"""GET and HEAD of a table: rows, a page of them, how many there are."""

from typing import Any

from brownout_simulators.call import Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.supabase.database.engine import Engine
from brownout_simulators.vendors.supabase.database.selecting import Plan
from brownout_simulators.vendors.supabase.rest.asking import Asking
from brownout_simulators.vendors.supabase.rest.errors import failure
from brownout_simulators.vendors.supabase.rest.media import Form, written
from brownout_simulators.vendors.supabase.rest.request import (
    bad_range,
    canonical,
    narrow,
    picks_all,
    read,
    refuse_aggregates,
)


def read_rows(asking: Asking) -> Reply:
    """GET /rest/v1/{table}."""
    call = asking.call
    table = asking.table(call.params["table"])
    asked = read(call)
    refuse_aggregates(asked.query)
    narrow(call, asked.query)
    plan = asking.planner().plan(table.name, asked.query)
    found, total = _looked_up(asking, plan)
    rows = [plan.row(each) for each in found]
    where = f"?{canonical(call)}" if call.query else ""
    headers = {"Content-Location": f"/{table.name}{where}"}
    names = list(table.columns) if picks_all(asked.query) else []
    return page(asking, rows, total, asked.query.offset, headers, names)


def _looked_up(asking: Asking, plan: Plan) -> tuple[list[Any], int | None]:
    """The rows, and their number if it is asked for; as they were, where a fault wants it."""
    account, engine, counts = asking.account, asking.engine, asking.preferences.counts
    now = _rows(engine, plan, counts=counts)
    if account.as_of_s is None:
        return now
    with account.state.database.as_of(account) as differs:
        if not differs:
            return now
        earlier = _rows(engine, plan, counts=counts)
    account.was_stale = account.was_stale or earlier != now
    return earlier


def _rows(engine: Engine, plan: Plan, *, counts: bool) -> tuple[list[Any], int | None]:
    return engine.rows(plan.select), engine.rows(plan.total)[0][0] if counts else None


def page(  # noqa: PLR0917 - what an answer consists of
    asking: Asking,
    rows: list[Any],
    total: int | None,
    offset: int,
    headers: dict[str, str],
    names: list[str],
) -> Reply:
    """Rows that are shown already, as an answer: 206 where they are known not to be all, 416 beyond the end."""
    headers["Content-Range"] = content_range(offset, offset + len(rows) - 1, total)
    if total is not None and offset > total:
        details = f"An offset of {offset} was requested, but there are only {total} rows."
        raise bad_range(details, {"Content-Range": headers["Content-Range"]})
    if asking.form.is_single and len(rows) != 1:
        raise not_single(len(rows))
    if applied := asking.preferences.applied(("count", "handling", "timezone")):
        headers["Preference-Applied"] = applied
    is_part = total is not None and len(rows) < total
    return answered(asking, 206 if is_part else 200, rows, headers, names)


def answered(asking: Asking, status: int, rows: list[Any], headers: dict[str, str], names: list[str]) -> Reply:
    """Rows in the form that is asked for."""
    form: Form = asking.form
    headers["Content-Type"] = form.content_type
    if "accept-profile" in asking.call.headers or "content-profile" in asking.call.headers:
        headers["Content-Profile"] = "public"
    body = b"" if asking.call.method == "HEAD" else written(form, rows, names)
    return Reply(status, body, headers)


def not_single(count: int) -> Refused:
    """PGRST116."""
    details = f"The result contains {count} rows"
    return Refused(failure(406, "PGRST116", "Cannot coerce the result to a single JSON object", details))


def content_range(lower: int, upper: int, total: int | None) -> str:
    """`0-14/3573`, `*/0`, `0-14/*`."""
    span = f"{lower}-{upper}" if total != 0 and lower <= upper else "*"
    return f"{span}/{'*' if total is None else total}"
