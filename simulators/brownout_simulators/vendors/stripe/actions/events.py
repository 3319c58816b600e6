"""Events: a record of what happened, which never changes afterwards."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud
from brownout_simulators.vendors.stripe.paging import page
from brownout_simulators.vendors.stripe.parameters import PARAMETERS, RETRIEVE
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, printed_event


def listing(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/events, by `type` (a `*` stands for anything) or `types[]`."""
    work = Work(call, account)
    given = work.read(PARAMETERS["GET /v1/events"])
    if given.get("type") and given.get("types"):
        raise errors.invalid(call, "type", "You may only specify one of `type` and `types`.")
    if not all(isinstance(name, str) for name in given.get("types") or ()):
        raise errors.invalid(call, "types", "Invalid array: names of events are strings.")
    wanted = _test(given)
    found = page(call, account.state.events, given, url="/v1/events", noun="event", wanted=wanted)
    found["data"] = [orjson.loads(printed_event(row)) for row in found["data"]]
    return work.reply(found)


def _test(given: Mapping[str, Any]) -> Any:
    types = given.get("types")
    if types:
        names = frozenset(types)
        return lambda row: row["type"] in names
    type = given.get("type")  # noqa: A001 - the wire's own name
    if not type:
        return lambda _row: True
    if type.endswith("*"):
        prefix = type[:-1]
        return lambda row: row["type"].startswith(prefix)
    return lambda row: row["type"] == type


def retrieve(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/events/{id}."""
    work = Work(call, account)
    work.read(RETRIEVE)
    id = call.params["id"]  # noqa: A001
    found: Object | None = account.state.events.get(id)
    if found is None:
        raise errors.no_such(call, "event", id, "id", in_path=True)
    return Reply(200, printed_event(found), {"Content-Type": errors.JSON})


ROUTES: Final = (
    crud.route("GET", "/v1/events", listing),
    crud.route("GET", "/v1/events/{id}", retrieve),
)
