"""Whether a token is good, and whose account it is."""

from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.cloudflare.access import account_id, token_of
from brownout_simulators.vendors.cloudflare.dialect import id_from, reply
from brownout_simulators.vendors.cloudflare.paging import page
from brownout_simulators.vendors.cloudflare.resources import State

# A code that is an error elsewhere: here it says that all is well.
VALID: Final = {"code": 10000, "message": "This API Token is valid and active", "type": None}


def verify(call: Call, account: Account[State]) -> Reply:
    """GET …/tokens/verify: also of a token that is good no more."""
    token = token_of(call)
    kind = token.split("_")[1] if token.count("_") > 1 else ""
    status = kind if kind in {"expired", "disabled"} else "active"
    result = {"id": id_from("token", token or account.name), "status": status}
    return reply(result, messages=[VALID] if status == "active" else [])


def list_accounts(call: Call, account: Account[State]) -> Reply:
    """GET /accounts: each user has one."""
    rows = [{"id": account_id(account.name), "name": account.name, "type": "standard"}]
    return page(account, call.data, rows, lambda row: row, (20, 5, 50))


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", "/user/tokens/verify", verify),
    Route("GET", "/accounts/{account}/tokens/verify", verify),
    Route("GET", "/accounts", list_accounts),
)
