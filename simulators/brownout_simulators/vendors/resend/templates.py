"""Templates of mails: a draft that is changed, and what of it was published last, which is what is sent."""

from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.resend.addresses import recipients, sender
from brownout_simulators.vendors.resend.dialect import moment, new_id, reply
from brownout_simulators.vendors.resend.errors import invalid, missing, unknown
from brownout_simulators.vendors.resend.paging import page
from brownout_simulators.vendors.resend.rendering import template_of
from brownout_simulators.vendors.resend.resources import Object, ResendAccount, State

_TEXTS: Final = ("name", "alias", "subject", "html", "text")
_DRAFT: Final = ("from", "subject", "reply_to", "html", "text", "variables")
_TYPES: Final = ("string", "number", "boolean", "object", "list")
_MOST: Final = 50
_LISTED: Final = ("id", "name", "status", "published_at", "created_at", "updated_at", "alias")


def create(call: Call, account: Account[State]) -> Reply:
    """POST /templates: a draft."""
    for name in ("name", "html"):
        if not call.data.get(name):
            raise missing(name)
    draft = _checked(call, account, "")
    return reply({"object": "template", "id": _add(account, draft)}, status=201)


def list_templates(call: Call, account: Account[State]) -> Reply:
    """GET /templates."""
    return page(
        call, account, account.state.templates, lambda row: row["id"], lambda row: {name: row[name] for name in _LISTED}
    )


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /templates/{id}, by id or alias: the draft, and whether it was published."""
    row = _of_call(call, account)
    return reply({name: value for name, value in row.items() if name != "published"})


def change(call: Call, account: Account[State]) -> Reply:
    """PATCH /templates/{id}: the draft; what was published stays as it is."""
    row = _of_call(call, account)
    changes, state = _checked(call, account, row["id"]), account.state
    if "alias" in changes:
        state.template_ids.pop(row["alias"], None)
        state.template_ids[changes["alias"]] = row["id"]
    _put(account, row, **changes, has_unpublished_versions=True)
    return reply({"object": "template", "id": row["id"]})


def publish(call: Call, account: Account[State]) -> Reply:
    """POST /templates/{id}/publish."""
    row = _of_call(call, account)
    _put(
        account,
        row,
        status="published",
        published={name: row[name] for name in _DRAFT},
        published_at=moment(account.wall_s()),
        current_version_id=new_id(account),
        has_unpublished_versions=False,
    )
    return reply({"object": "template", "id": row["id"]})


def duplicate(call: Call, account: Account[State]) -> Reply:
    """POST /templates/{id}/duplicate: a draft of its own, without the alias."""
    row = _of_call(call, account)
    draft = {**{name: row[name] for name in _DRAFT}, "name": f"{row['name']} (Copy)"}
    return reply({"object": "template", "id": _add(account, draft)})


def remove(call: Call, account: Account[State]) -> Reply:
    """DELETE /templates/{id}."""
    row, state = _of_call(call, account), account.state
    state.templates.remove(row["id"])
    state.template_ids.pop(row["alias"], None)
    return reply({"object": "template", "id": row["id"], "deleted": True})


def _add(account: ResendAccount, draft: Object) -> str:
    now, state = moment(account.wall_s()), account.state
    template_id = new_id(account)
    row = {
        "object": "template",
        "id": template_id,
        "current_version_id": new_id(account),
        "alias": None,
        "from": None,
        "subject": None,
        "reply_to": None,
        "text": None,
        "variables": [],
        **draft,
        "created_at": now,
        "updated_at": now,
        "status": "draft",
        "published_at": None,
        "has_unpublished_versions": True,
        "published": None,
    }
    state.templates.add(template_id, row, account.clock())
    if row["alias"] is not None:
        state.template_ids[row["alias"]] = template_id
    return template_id


def _put(account: ResendAccount, row: Object, **changes: Any) -> None:
    account.state.templates.put(row["id"], {**row, **changes, "updated_at": moment(account.wall_s())})


def _checked(call: Call, account: ResendAccount, template_id: str) -> Object:
    """What is said of a draft. Raises `Refused`."""
    found: Object = {}
    for name in _TEXTS:
        value = call.data.get(name)
        if value is not None and (not isinstance(value, str) or not value):
            raise invalid(f"The `{name}` field must be a non-empty `string`.")
        if value is not None:
            found[name] = value
    if account.state.template_ids.get(found.get("alias", ""), template_id) != template_id:
        raise invalid("The `alias` is taken by another template.")
    if call.data.get("from") is not None:
        found["from"] = sender(call.data["from"])
    if call.data.get("reply_to") is not None:
        found["reply_to"] = list(recipients(call.data["reply_to"], "reply_to")[0])
    if call.data.get("variables") is not None:
        found["variables"] = _variables(call.data["variables"])
    return found


def _variables(given: Any) -> list[Object]:
    if not isinstance(given, list) or len(given) > _MOST:
        raise invalid(f"The `variables` field must be an array of at most {_MOST} items.")
    return [_variable(each) for each in given]


def _variable(given: Any) -> Object:
    key, kind = (given.get("key"), given.get("type")) if isinstance(given, dict) else (None, None)
    if not isinstance(key, str) or not key or kind not in _TYPES:
        raise invalid("Each of `variables` must have a `key` and a `type`.")
    fallback = given.get("fallback_value", given.get("fallbackValue"))
    if fallback is not None and not isinstance(fallback, str | int | float):
        raise invalid("A `fallback_value` must be a `string` or a `number`.")
    return {"key": key, "type": kind, "fallback_value": fallback}


def _of_call(call: Call, account: ResendAccount) -> Object:
    row = template_of(account, call.params["id"])
    if row is None:
        raise unknown("Template")
    return row


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/templates", create),
    Route("GET", "/templates", list_templates),
    Route("GET", "/templates/{id}", fetch),
    Route("PATCH", "/templates/{id}", change),
    Route("DELETE", "/templates/{id}", remove),
    Route("POST", "/templates/{id}/publish", publish),
    Route("POST", "/templates/{id}/duplicate", duplicate),
)
