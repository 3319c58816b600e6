"""Rulesets of a zone, shallow: rules are kept and given back, none is ever applied. Each change is a version more."""

from collections.abc import Callable
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.cloudflare.dialect import moment, new_id, object_id, reply, storable
from brownout_simulators.vendors.cloudflare.errors import refuse
from brownout_simulators.vendors.cloudflare.resources import Kept, Object, State, Zone
from brownout_simulators.vendors.cloudflare.zone_lookup import zone_of

MOST_RULES: Final = 1_000
_KEPT: Final = ("action", "expression", "description", "enabled", "action_parameters", "logging", "ref", "ratelimit")


def create(call: Call, account: Account[State]) -> Reply:
    """POST …/rulesets."""
    zone = zone_of(call, account)
    phase, kind = _text(call, "phase"), call.data.get("kind", "zone")
    if kind not in ("custom", "root", "zone"):
        raise refuse("ruleset_request", "kind must be custom, root or zone")
    if kind == "zone" and phase in zone.phases:
        raise refuse("ruleset_request", f"a ruleset for the phase {phase} exists already")
    return _made(account, zone, call, phase, kind)


def _made(account: Account[State], zone: Zone, call: Call, phase: str, kind: str) -> Reply:
    row: Object = {
        "id": new_id(account),
        "name": _text(call, "name", "default"),
        "description": _text(call, "description", ""),
        "kind": kind,
        "phase": phase,
        "version": "0",
        "rules": _rules(account, call.data.get("rules", [])),
    }
    row = {**row, "version": "1", "last_updated": moment(account.wall_s())}
    zone.rulesets.add(row["id"], Kept(account.clock(), row), account.clock())
    if kind == "zone":
        zone.phases[phase] = row["id"]
    return reply(row, effects=[_told(zone, row)])


def list_rulesets(call: Call, account: Account[State]) -> Reply:
    """GET …/rulesets: without their rules, all on one page."""
    rows = [kept.seen(account) for kept in zone_of(call, account).rulesets.oldest_first()]
    return reply([{name: row[name] for name in row if name != "rules"} for row in rows if row is not None])


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET …/rulesets/{ruleset}."""
    zone = zone_of(call, account)
    return reply(_seen(account, zone, object_id(call, "ruleset")))


def replace(call: Call, account: Account[State]) -> Reply:
    """PUT …/rulesets/{ruleset}: all its rules, also those that somebody else has just written."""
    zone = zone_of(call, account)
    return _replaced(account, zone, object_id(call, "ruleset"), call)


def remove(call: Call, account: Account[State]) -> Reply:
    """DELETE …/rulesets/{ruleset}: 204, with no body."""
    zone = zone_of(call, account)
    kept = zone.rulesets.remove(object_id(call, "ruleset"))
    if kept is None:
        raise refuse("ruleset_unknown")
    if zone.phases.get(kept.now["phase"]) == kept.now["id"]:
        del zone.phases[kept.now["phase"]]
    return Reply(204, effects=[_told(zone, kept.now, op="delete")])


def fetch_entrypoint(call: Call, account: Account[State]) -> Reply:
    """GET …/phases/{phase}/entrypoint."""
    zone = zone_of(call, account)
    return reply(_seen(account, zone, zone.phases.get(call.params["phase"], "")))


def replace_entrypoint(call: Call, account: Account[State]) -> Reply:
    """PUT …/phases/{phase}/entrypoint: made where there is none."""
    zone, phase = zone_of(call, account), call.params["phase"]
    ruleset_id = zone.phases.get(phase)
    if ruleset_id is None or ruleset_id not in zone.rulesets:
        return _made(account, zone, call, phase, "zone")
    return _replaced(account, zone, ruleset_id, call)


def add_rule(call: Call, account: Account[State]) -> Reply:
    """POST …/rules: another rule, also where there is one just like it; the whole ruleset is answered."""
    return _changed(call, account, lambda rules: [*rules, _rule(account, call.data)])


def change_rule(call: Call, account: Account[State]) -> Reply:
    """PATCH …/rules/{rule}."""
    rule_id = object_id(call, "rule")

    def changed(rules: list[Object]) -> list[Object]:
        _known(rules, rule_id)
        return [_rule(account, {**rule, **call.data}, rule) if rule["id"] == rule_id else rule for rule in rules]

    return _changed(call, account, changed)


def remove_rule(call: Call, account: Account[State]) -> Reply:
    """DELETE …/rules/{rule}."""
    rule_id = object_id(call, "rule")

    def changed(rules: list[Object]) -> list[Object]:
        _known(rules, rule_id)
        return [rule for rule in rules if rule["id"] != rule_id]

    return _changed(call, account, changed)


def _known(rules: list[Object], rule_id: str) -> None:
    if all(rule["id"] != rule_id for rule in rules):
        raise refuse("ruleset_unknown", "could not find rule")


def _changed(call: Call, account: Account[State], change: Callable[[list[Object]], list[Object]]) -> Reply:
    zone = zone_of(call, account)
    kept = zone.rulesets.get(object_id(call, "ruleset"))
    if kept is None:
        raise refuse("ruleset_unknown")
    return _version(account, zone, kept, rules=change(kept.now["rules"]))


def _replaced(account: Account[State], zone: Zone, ruleset_id: str, call: Call) -> Reply:
    kept = zone.rulesets.get(ruleset_id)
    if kept is None:
        raise refuse("ruleset_unknown")
    rules = _rules(account, call.data.get("rules", []))
    said = {name: _text(call, name) for name in ("name", "description") if name in call.data}
    return _version(account, zone, kept, rules=rules, **said)


def _version(account: Account[State], zone: Zone, kept: Kept, **changes: Any) -> Reply:
    if len(changes["rules"]) > MOST_RULES:
        raise refuse("ruleset_request", f"more than {MOST_RULES} rules")
    before = kept.now
    row = {**before, **changes, "version": str(int(before["version"]) + 1), "last_updated": moment(account.wall_s())}
    kept.change(account.clock(), row)
    return reply(row, effects=[_told(zone, row)])


def _seen(account: Account[State], zone: Zone, ruleset_id: str) -> Object:
    kept = zone.rulesets.get(ruleset_id)
    row: Object | None = None if kept is None else kept.seen(account)
    if row is None:
        raise refuse("ruleset_unknown")
    return row


def _rules(account: Account[State], given: Any) -> list[Object]:
    if not isinstance(given, list) or len(given) > MOST_RULES or not all(isinstance(rule, dict) for rule in given):
        raise refuse("ruleset_request", "rules: a list of objects is needed")
    return [_rule(account, rule) for rule in given]


def _rule(account: Account[State], said: Any, before: Object | None = None) -> Object:
    bad = refuse("ruleset_request", "a rule has an action and an expression, both texts")
    if not all(isinstance(said.get(name), str) and said[name] for name in ("action", "expression")):
        raise bad
    kept = storable({name: said[name] for name in _KEPT if name in said}, bad)
    rule_id = new_id(account) if before is None else before["id"]
    version = "1" if before is None else str(int(before["version"]) + 1)
    return {
        "ref": rule_id, "enabled": True, **kept,
        "id": rule_id, "version": version, "last_updated": moment(account.wall_s()),
    }  # fmt: skip


def _text(call: Call, name: str, usual: str | None = None) -> str:
    given = call.data.get(name, usual)
    if not isinstance(given, str) or len(given) > 500:
        raise refuse("ruleset_request", f"{name} must be a text")
    return given


def _told(zone: Zone, row: Object, op: str = "change") -> Effect:
    fields = {
        "op": op, "zone": zone.row["name"], "phase": row["phase"], "version": row["version"],
        "rules": len(row["rules"]),
    }  # fmt: skip
    return Effect("cloudflare.ruleset_version", row["id"], fields=fields)


_ALL: Final = "/zones/{zone}/rulesets"
_ONE: Final = f"{_ALL}/{{ruleset}}"
_PHASE: Final = f"{_ALL}/phases/{{phase}}/entrypoint"
ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", _ALL, create),
    Route("GET", _ALL, list_rulesets),
    Route("GET", _ONE, fetch),
    Route("PUT", _ONE, replace),
    Route("DELETE", _ONE, remove),
    Route("GET", _PHASE, fetch_entrypoint),
    Route("PUT", _PHASE, replace_entrypoint),
    Route("POST", f"{_ONE}/rules", add_rule),
    Route("PATCH", f"{_ONE}/rules/{{rule}}", change_rule),
    Route("DELETE", f"{_ONE}/rules/{{rule}}", remove_rule),
)
