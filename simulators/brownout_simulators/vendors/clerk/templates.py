"""JWT templates: claims of one's own, with places that the user's data fills in."""

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused, Route
from brownout_simulators.vendors.clerk import parameters as take
from brownout_simulators.vendors.clerk import shapes
from brownout_simulators.vendors.clerk.claims import LIFETIME_S, RESERVED
from brownout_simulators.vendors.clerk.dialect import page, reply
from brownout_simulators.vendors.clerk.errors import answer, form_error, refuse
from brownout_simulators.vendors.clerk.ids import new_id
from brownout_simulators.vendors.clerk.resources import ClerkAccount, Object, State, now_ms

_FIELDS: Final[Mapping[str, take.Check]] = {
    "name": take.text(),
    "claims": take.metadata,
    "lifetime": take.whole(30, 315_360_000),
    "allowed_clock_skew": take.whole(0, 300),
    "custom_signing_key": take.boolean,
    "signing_algorithm": take.text(20),
    "signing_key": take.text(8_192),
}
_PLACE: Final = re.compile(r"\{\{\s*([a-z0-9_.]{1,200})\s*\}\}")


def filled(claims: Any, user: Mapping[str, Any]) -> Any:
    """Claims with their places filled: `{{user.id}}`. A place that is a whole text takes the value as it is."""
    if isinstance(claims, Mapping):
        return {name: filled(value, user) for name, value in claims.items()}
    if isinstance(claims, list):
        return [filled(value, user) for value in claims]
    if not isinstance(claims, str):
        return claims
    whole = _PLACE.fullmatch(claims)
    if whole is not None:
        return _value(whole[1], user)
    return _PLACE.sub(lambda place: str(_value(place[1], user) or ""), claims)


def _value(path: str, user: Mapping[str, Any]) -> Any:
    root, *names = path.split(".")
    value: Any = (
        {**user, "primary_email_address": shapes.identifier_of(dict(user))} if root == "user" and user else None
    )
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def create(call: Call, account: Account[State]) -> Reply:
    """POST /jwt_templates."""
    given = take.checked(call, _FIELDS, "name", "claims")
    _check(call, account, given, None)
    now = now_ms(account)
    row = {
        "object": "jwt_template",
        "id": new_id(account, "jtmp"),
        "name": given["name"],
        "claims": given["claims"],
        "lifetime": given.get("lifetime") or LIFETIME_S,
        "allowed_clock_skew": given.get("allowed_clock_skew") or 5,
        "custom_signing_key": False,
        "signing_algorithm": "RS256",
        "created_at": now,
        "updated_at": now,
    }
    return reply(account.state.jwt_templates.keep(row, account.clock()))


def _check(call: Call, account: ClerkAccount, given: Mapping[str, Any], id: str | None) -> None:  # noqa: A002
    reserved = sorted(RESERVED & set(given.get("claims") or ()))
    if reserved:
        raise refuse(call, "jwt_template_reserved_claim", reserved[0], param_name="claims")
    if given.get("custom_signing_key") or given.get("signing_algorithm", "RS256") != "RS256":
        # Not simulated, so not taken: a token signed with another key than was asked for would be a lie.
        raise refuse(call, "unsupported_subscription_plan_features", unsupported_features=["custom_signing_key"])
    taken = any(
        row["name"] == given.get("name") and row["id"] != id for row in account.state.jwt_templates.newest_first()
    )
    if taken:
        raise Refused(answer(call, 422, form_error("form_identifier_exists", "name", "name")))


def list_templates(call: Call, account: Account[State]) -> Reply:
    """GET /jwt_templates."""
    limit, offset = take.page_of(call)
    templates = account.state.jwt_templates
    rows = list(islice(templates.all_seen(account), offset, offset + limit))
    return page(rows, len(templates)) if take.flag_of(call, "paginated") else reply(rows)


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /jwt_templates/{template_id}."""
    return reply(_of_call(call, account))


def change(call: Call, account: Account[State]) -> Reply:
    """PATCH /jwt_templates/{template_id}."""
    row = _of_call(call, account)
    given = take.checked(call, _FIELDS)
    _check(call, account, given, row["id"])
    kept = ("name", "claims", "lifetime", "allowed_clock_skew")
    changes = {name: given[name] for name in kept if given.get(name) is not None}
    return reply(account.state.jwt_templates.change(row, account.clock(), **changes, updated_at=now_ms(account)))


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /jwt_templates/{template_id}."""
    row = _of_call(call, account)
    account.state.jwt_templates.drop(row["id"])
    return reply(shapes.deleted("jwt_template", row))


def _of_call(call: Call, account: ClerkAccount) -> Object:
    row = account.state.jwt_templates.get(call.params["template_id"])
    if row is None:
        raise refuse(call, "resource_not_found", f"No JWT template exists with id: {call.params['template_id'][:100]}")
    return row


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", "/jwt_templates", list_templates),
    Route("POST", "/jwt_templates", create),
    Route("GET", "/jwt_templates/{template_id}", fetch),
    Route("PATCH", "/jwt_templates/{template_id}", change),
    Route("DELETE", "/jwt_templates/{template_id}", delete),
)
