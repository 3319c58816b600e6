"""Domains, shallow: added, verified a little after it is asked for, changed, removed. Nobody looks at any DNS."""

import re
from typing import Any, Final

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Call, Notice, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.resend.dialect import instant_of, moment, new_id, reply
from brownout_simulators.vendors.resend.errors import invalid, missing, refuse, unknown
from brownout_simulators.vendors.resend.paging import page
from brownout_simulators.vendors.resend.resources import Object, ResendAccount, State
from brownout_simulators.vendors.resend.webhooks import told

VERIFIED_AFTER_S: Final = 2.0
FAILS: Final = "fails."
REGIONS: Final = ("us-east-1", "eu-west-1", "sa-east-1", "ap-northeast-1")
_NAME: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_HIDDEN: Final = frozenset({"object", "records"})


def create(call: Call, account: Account[State]) -> Reply:
    """POST /domains."""
    name, region = call.data.get("name"), call.data.get("region") or REGIONS[0]
    if not name:
        raise missing("name")
    if not isinstance(name, str) or len(name) > 253 or not _NAME.fullmatch(name.lower()):
        raise invalid("Invalid `name` field: a domain is needed.")
    if region not in REGIONS:
        raise refuse("invalid_region")
    name, state = name.lower(), account.state
    if name in state.domain_ids:
        raise refuse("validation_error", f"The {name} domain has been registered already.", status=403)
    row = {
        "object": "domain",
        "id": new_id(account),
        "name": name,
        "status": "not_started",
        "created_at": moment(account.wall_s()),
        "region": region,
        "open_tracking": False,
        "click_tracking": False,
        "capabilities": {"sending": "enabled", "receiving": "disabled"},
        "records": _records(region, "not_started"),
        **_changes(call),
    }
    state.domains.add(row["id"], row, account.clock())
    state.domain_ids[name] = row["id"]
    body = {key: value for key, value in row.items() if key != "object"}
    return reply(body, status=201, notices=_told(account, "created", row))


def list_domains(call: Call, account: Account[State]) -> Reply:
    """GET /domains."""

    def view(row: Object) -> Object:
        return {name: value for name, value in row.items() if name not in _HIDDEN}

    return page(call, account, account.state.domains, lambda row: row["id"], view)


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /domains/{id}."""
    return reply(_of_call(call, account))


def change(call: Call, account: Account[State]) -> Reply:
    """PATCH /domains/{id}."""
    row = _of_call(call, account)
    return reply({"object": "domain", "id": row["id"]}, notices=_put(account, row, **_changes(call)))


def verify(call: Call, account: Account[State]) -> Reply:
    """POST /domains/{id}/verify: it is pending, and soon verified or failed."""
    row = _of_call(call, account)
    outcome = "failed" if row["name"].startswith(FAILS) else "verified"

    def done() -> Aftermath | None:
        kept = account.state.domains.get(row["id"])
        if kept is None or kept["status"] != "pending":
            return None
        return Aftermath(notices=_put(account, kept, status=outcome))

    notices = _put(account, row, status="pending")
    account.later(VERIFIED_AFTER_S, done)
    return reply({"object": "domain", "id": row["id"]}, notices=notices)


def remove(call: Call, account: Account[State]) -> Reply:
    """DELETE /domains/{id}."""
    row, state = _of_call(call, account), account.state
    state.domains.remove(row["id"])
    state.domain_ids.pop(row["name"], None)
    body = {"object": "domain", "id": row["id"], "deleted": True}
    return reply(body, notices=_told(account, "deleted", row))


def _put(account: ResendAccount, row: Object, **changes: Any) -> list[Notice]:
    changed = {**row, **changes}
    if "status" in changes:
        changed["records"] = _records(row["region"], changes["status"])
    account.state.domains.put(row["id"], changed)
    return _told(account, "updated", changed)


def _told(account: ResendAccount, verb: str, row: Object) -> list[Notice]:
    data = {name: row[name] for name in ("id", "name", "status", "region", "records")}
    return [*told(account, f"domain.{verb}", {**data, "created_at": instant_of(row["created_at"])})]


def _changes(call: Call) -> Object:
    changes: Object = {}
    for name in ("open_tracking", "click_tracking"):
        value = call.data.get(name)
        if value is not None and not isinstance(value, bool):
            raise invalid(f"The `{name}` field must be a `boolean`.")
        if value is not None:
            changes[name] = value
    return changes


def _records(region: str, status: str) -> list[Object]:
    """What would have to be in its DNS."""
    mail = {"record": "SPF", "name": "send", "ttl": "Auto", "status": status}
    return [
        {**mail, "type": "MX", "value": f"feedback-smtp.{region}.amazonses.com", "priority": 10},
        {**mail, "type": "TXT", "value": "v=spf1 include:amazonses.com ~all"},
        {"record": "DKIM", "name": "resend._domainkey", "type": "TXT", "ttl": "Auto", "status": status,
         "value": "p=brownout"},
    ]  # fmt: skip


def _of_call(call: Call, account: ResendAccount) -> Object:
    row = account.state.domains.get(call.params["id"])
    if row is None:
        raise unknown("Domain")
    return row


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/domains", create),
    Route("GET", "/domains", list_domains),
    Route("GET", "/domains/{id}", fetch),
    Route("PATCH", "/domains/{id}", change),
    Route("DELETE", "/domains/{id}", remove),
    Route("POST", "/domains/{id}/verify", verify),
)
