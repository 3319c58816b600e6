"""The list of addresses that nothing is sent to, as its owner reads and changes it."""

from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Notice, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.resend.addresses import bare
from brownout_simulators.vendors.resend.dialect import reply
from brownout_simulators.vendors.resend.errors import invalid, missing, unknown
from brownout_simulators.vendors.resend.paging import page
from brownout_simulators.vendors.resend.resources import Object, ResendAccount, State
from brownout_simulators.vendors.resend.suppressing import release, suppress

MOST: Final = 100
_ORIGINS: Final = ("bounce", "complaint", "manual")


def add(call: Call, account: Account[State]) -> Reply:
    """POST /suppressions."""
    row_id, notices = suppress(account, _address(call.data.get("email")), "manual")
    return reply({"object": "suppression", "id": row_id}, status=201, notices=notices)


def add_several(call: Call, account: Account[State]) -> Reply:
    """POST /suppressions/batch/add."""
    addresses = [_address(each) for each in _several(call, "emails")]
    notices: list[Notice] = []
    rows = []
    for address in addresses:
        row_id, told = suppress(account, address, "manual")
        rows.append({"object": "suppression", "id": row_id})
        notices += told
    return reply({"data": rows}, status=201, notices=notices)


def remove_several(call: Call, account: Account[State]) -> Reply:
    """POST /suppressions/batch/remove, by address or by id. What is not there is left out."""
    if ("emails" in call.data) == ("ids" in call.data):
        raise invalid("Either `emails` or `ids` must be provided, but not both.")
    asked = _several(call, "emails" if "emails" in call.data else "ids")
    notices: list[Notice] = []
    rows = []
    for each in dict.fromkeys(each for each in asked if isinstance(each, str)):
        row = _find(account, each)
        if row is not None:
            notices += release(account, row)
            rows.append(_removed(row))
    return reply({"data": rows}, notices=notices)


def list_suppressions(call: Call, account: Account[State]) -> Reply:
    """GET /suppressions, of one origin where it is asked for."""
    origin = call.data.get("origin")
    if origin is not None and origin not in _ORIGINS:
        raise invalid('The `origin` parameter must be "bounce" | "complaint" | "manual".')

    def view(row: Object) -> Object | None:
        if origin is not None and row["origin"] != origin:
            return None
        return {name: value for name, value in row.items() if name != "object"}

    return page(call, account, account.state.suppressions, lambda row: row["id"], view)


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /suppressions/{suppression}, by id or address."""
    return reply(_of_call(call, account))


def remove(call: Call, account: Account[State]) -> Reply:
    """DELETE /suppressions/{suppression}."""
    row = _of_call(call, account)
    return reply(_removed(row), notices=release(account, row))


def _removed(row: Object) -> Object:
    return {"object": "suppression", "id": row["id"], "deleted": True}


def _of_call(call: Call, account: ResendAccount) -> Object:
    row = _find(account, call.params["suppression"])
    if row is None:
        raise unknown("Suppression")
    return row


def _find(account: ResendAccount, id_or_address: str) -> Object | None:
    state = account.state
    return state.suppressions.get(id_or_address) or state.suppressions.get(
        state.suppressed.get(id_or_address.lower(), "")
    )


def _address(given: Any) -> str:
    if given is None or given == "":
        raise missing("email")
    address = bare(given) if isinstance(given, str) else ""
    if not address:
        raise invalid("Invalid `email` field.")
    return address


def _several(call: Call, name: str) -> list[Any]:
    given = call.data.get(name)
    if not isinstance(given, list) or not 1 <= len(given) <= MOST:
        raise invalid(f"The `{name}` field must be an array of 1 to {MOST} items.")
    return given


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/suppressions", add),
    Route("GET", "/suppressions", list_suppressions),
    Route("POST", "/suppressions/batch/add", add_several),
    Route("POST", "/suppressions/batch/remove", remove_several),
    Route("GET", "/suppressions/{suppression}", fetch),
    Route("DELETE", "/suppressions/{suppression}", remove),
)
