"""Connected accounts, shallow: they can be made, changed, rejected and paid to. `/v1/account` is the account itself."""

from typing import Any, Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud
from brownout_simulators.vendors.stripe.actions.crud import Given
from brownout_simulators.vendors.stripe.declared.money import ACCOUNT
from brownout_simulators.vendors.stripe.expand import list_of
from brownout_simulators.vendors.stripe.parameters import PARAMETERS, RETRIEVE
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, required

RESOURCE: Final = RESOURCES["account"]
REASONS: Final = ("fraud", "other", "terms_of_service")
OWN: Final = "acct_brownout"


def _new(work: Work, given: Given, account: Object) -> None:
    account["external_accounts"] = list_of(f"/v1/accounts/{account['id']}/external_accounts", [])
    wanted: dict[str, Any] = given.get("capabilities") or {}
    requested = {name for name, asked in wanted.items() if isinstance(asked, dict) and asked.get("requested") == "true"}
    account["capabilities"] = dict.fromkeys(sorted(requested), "active")
    account["charges_enabled"] = "card_payments" in requested
    account["payouts_enabled"] = "transfers" in requested
    account["details_submitted"] = bool(given.get("tos_acceptance"))
    del work


def _leave(work: Work, account: Object) -> None:
    # The event of an account that is gone is about the application that was connected with it.
    work.emit("account.application.deauthorized", {"id": "ca_" + account["id"][5:], "object": "application"})


def reject(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/accounts/{id}/reject."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/accounts/{id}/reject"])
    reason = required(call, given, "reason")
    if reason not in REASONS:
        raise errors.invalid(call, "reason", f"Invalid reason: must be one of {', '.join(REASONS)}")
    kept = crud.alive(work, RESOURCE)
    requirements = {**kept["requirements"], "disabled_reason": f"rejected.{reason}"}
    changes = {"charges_enabled": False, "payouts_enabled": False, "requirements": requirements}
    work.emit("account.updated", kept, work.change(kept, changes))
    return work.reply(kept)


def own(call: Call, account: StripeAccount) -> Reply:
    """GET /v1/account: the account that the key belongs to."""
    work = Work(call, account)
    work.read(RETRIEVE)
    shown = {
        **ACCOUNT,
        "id": OWN,
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "created": int(account.epoch_s),
        "details_submitted": True,
        "external_accounts": list_of(f"/v1/accounts/{OWN}/external_accounts", []),
        "payouts_enabled": True,
    }
    return work.reply(shown)


ROUTES: Final = (
    *crud.routes("account", prepare=_new, leave=_leave),
    crud.route("POST", "/v1/accounts/{id}/reject", reject),
    crud.route("GET", "/v1/account", own),
)
