"""Zones: made, found, changed one thing at a time, checked, deleted."""

from math import inf
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.cloudflare import zone_states
from brownout_simulators.vendors.cloudflare.access import account_id, only_zone
from brownout_simulators.vendors.cloudflare.dialect import id_from, moment, new_id, reply
from brownout_simulators.vendors.cloudflare.errors import refuse
from brownout_simulators.vendors.cloudflare.filters import OPERATORS
from brownout_simulators.vendors.cloudflare.magic import BANNED
from brownout_simulators.vendors.cloudflare.names import host
from brownout_simulators.vendors.cloudflare.paging import page
from brownout_simulators.vendors.cloudflare.resources import Kept, Object, State, Zone
from brownout_simulators.vendors.cloudflare.setup import PLANS, settings
from brownout_simulators.vendors.cloudflare.zone_lookup import zone_of

PER_PAGE: Final = (20, 5, 50)
TYPES: Final = ("full", "partial", "secondary", "internal")
CHANGEABLE: Final = ("paused", "type", "vanity_name_servers", "plan")
CHECK_GAP_S: Final = {"free": 3_600.0}
CHECK_GAP_PAID_S: Final = 300.0
_SERVERS: Final = ("ada", "bob", "cleo", "dan", "eva", "finn", "gina", "hugo")
_PLAN_NAMES: Final = {"free": "Free Website", "pro": "Pro Website", "business": "Business Website",
                      "enterprise": "Enterprise Website"}  # fmt: skip


def create(call: Call, account: Account[State]) -> Reply:
    """POST /zones: pending until its name servers are seen."""
    given, state = call.data.get("name"), account.state
    name = host(given) if isinstance(given, str) else ""
    if "." not in name or name.startswith("*"):
        raise refuse("zone_name")
    owner = call.data.get("account") or {}
    if not isinstance(owner, dict) or owner.get("id") not in (None, account_id(account.name)):
        raise refuse("not_yours")
    kind = call.data.get("type", "full")
    if kind not in TYPES:
        raise refuse("bad_request", f"type must be one of {', '.join(TYPES)}")
    if name.endswith(BANNED):
        raise refuse("zone_banned")
    if name in state.zone_ids:
        raise refuse("zone_exists", f"{name} already exists")
    zone = new_zone(account, new_id(account), name, kind)
    zone_states.begin(account, zone)
    return reply(view(account, zone.row), effects=[Effect("cloudflare.zone_create", zone.id, fields={"name": name})])


def new_zone(account: Account[State], zone_id: str, name: str, kind: str, *, always_there: bool = False) -> Zone:
    """A zone of that name, where there is none yet. One that was always there is active, and no reader is too far
    behind to see it."""
    state, now = account.state, moment(account.wall_s())
    first = state.zones_made * 2 % len(_SERVERS)
    state.zones_made += 1
    row: Object = {
        "id": zone_id,
        "name": name,
        "status": "active" if always_there else "pending",
        "paused": False,
        "type": kind,
        "name_servers": [f"{each}.ns.cloudflare.test" for each in _SERVERS[first : first + 2]],
        "vanity_name_servers": [],
        "plan": settings(account).plan,
        "created_on": now,
        "modified_on": now,
        "activated_on": now if always_there else None,
    }
    zone = Zone(row["id"], Kept(-inf if always_there else account.clock(), row))
    state.zones.add(zone.id, zone, account.clock())
    state.zone_ids[name] = zone.id
    return zone


def list_zones(call: Call, account: Account[State]) -> Reply:
    """GET /zones."""
    only = only_zone(call)
    rows = [
        row
        for zone in account.state.zones.oldest_first()
        if (row := zone.kept.seen(account)) is not None and only in ("", zone.id) and _matches(call, account, row)
    ]
    return page(account, call.data, rows, lambda row: view(account, row), PER_PAGE)


def _matches(call: Call, account: Account[State], row: Object) -> bool:
    held = {
        "name": row["name"], "status": row["status"], "type": row["type"],
        "account.id": account_id(account.name), "account.name": account.name,
    }  # fmt: skip
    return all(_fits(each, asked) for name, each in held.items() if isinstance(asked := call.data.get(name), str))


def _fits(held: str, asked: str) -> bool:
    """`name=contains:shop`; a name alone must be the same."""
    operator, colon, rest = asked.partition(":")
    operator = {"equal": "exact", "starts_with": "startswith", "ends_with": "endswith"}.get(operator, operator)
    return OPERATORS[operator](held, rest) if colon and operator in OPERATORS else held == asked


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /zones/{zone}."""
    return reply(view(account, zone_of(call, account).kept.seen(account)))


def change(call: Call, account: Account[State]) -> Reply:
    """PATCH /zones/{zone}: one of four things in each call."""
    zone = zone_of(call, account)
    asked = [name for name in CHANGEABLE if name in call.data]
    if len(asked) != 1:
        raise refuse("bad_request", "exactly one of paused, type, vanity_name_servers and plan is needed")
    (name,) = asked
    row = {**zone.row, name: _changed(name, call.data[name]), "modified_on": moment(account.wall_s())}
    zone.kept.change(account.clock(), row)
    fields = {"name": row["name"], "changed": name}
    return reply(view(account, row), effects=[Effect("cloudflare.zone_edit", zone.id, fields=fields)])


def _changed(name: str, value: Any) -> Any:
    fits = True
    if name == "paused":
        fits = isinstance(value, bool)
    elif name == "type":
        fits = value in TYPES
    elif name == "plan":
        asked = value.get("id") if isinstance(value, dict) else None
        value = next((plan for plan in PLANS if asked in (plan, id_from("plan", plan))), None)
        fits = value is not None
    else:
        fits = (
            isinstance(value, list) and len(value) <= 10 and all(isinstance(each, str) and host(each) for each in value)
        )
    if not fits:
        raise refuse("bad_request", f"{name} is invalid")
    return value


def remove(call: Call, account: Account[State]) -> Reply:
    """DELETE /zones/{zone}: it and all that is in it."""
    zone = zone_of(call, account)
    return reply({"id": zone.id}, effects=[zone_states.forget(account, zone, "cloudflare.zone_delete")])


def trigger_check(call: Call, account: Account[State]) -> Reply:
    """PUT …/activation_check: of a pending zone, now and then."""
    zone = zone_of(call, account)
    if zone.row["status"] != "pending":
        raise refuse("zone_state")
    gap_s = CHECK_GAP_S.get(zone.row["plan"], CHECK_GAP_PAID_S)
    if zone.asked_check_s is not None and account.clock() < zone.asked_check_s + gap_s:
        raise refuse("checked_too_soon", f"You may only perform this action once every {gap_s:g} seconds.")
    zone.asked_check_s = account.clock()
    zone_states.check_soon(account, zone)
    return reply({"id": zone.id})


def view(account: Account[State], row: Object) -> Object:
    """A zone as it is shown."""
    plan = row["plan"]
    return {
        **row,
        "development_mode": 0,
        "original_name_servers": None,
        "original_registrar": None,
        "original_dnshost": None,
        "account": {"id": account_id(account.name), "name": account.name},
        "owner": {"id": account_id(account.name), "type": "user", "name": account.name},
        "plan": {
            "id": id_from("plan", plan), "name": _PLAN_NAMES[plan], "price": 0, "currency": "USD", "frequency": "",
            "is_subscribed": plan != "free", "can_subscribe": False, "legacy_id": plan, "legacy_discount": False,
            "externally_managed": False,
        },
        "meta": {
            "step": 2, "custom_certificate_quota": 0, "page_rule_quota": 3, "phishing_detected": False,
            "cdn_only": False, "dns_only": False, "foundation_dns": False,
        },
    }  # fmt: skip


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/zones", create),
    Route("GET", "/zones", list_zones),
    Route("GET", "/zones/{zone}", fetch),
    Route("PATCH", "/zones/{zone}", change),
    Route("DELETE", "/zones/{zone}", remove),
    Route("PUT", "/zones/{zone}/activation_check", trigger_check),
)
