"""What becomes of a zone: somebody looks at its name servers again and again ("Zone status")."""

from typing import Final

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Effect
from brownout_simulators.vendors.cloudflare.dialect import moment
from brownout_simulators.vendors.cloudflare.magic import MOVED, STUCK
from brownout_simulators.vendors.cloudflare.resources import State, Zone
from brownout_simulators.vendors.cloudflare.setup import settings

FIRST_CHECK_S: Final = 60.0
NEEDED_CHECKS: Final = 2
MOVED_AFTER_S: Final = 3_600.0
DAY_S: Final = 86_400.0
PENDING_S: Final = 28 * DAY_S
MOVED_S: Final = 7 * DAY_S
LONGEST_GAP_S: Final = DAY_S
ASKED_CHECK_S: Final = 5.0
"""Within so long a check that was asked for is made; an estimate."""


def begin(account: Account[State], zone: Zone) -> None:
    """From its creation on."""
    _look_later(account, zone, FIRST_CHECK_S)
    account.later(PENDING_S, lambda: _give_up(account, zone, "pending"))


def _look_later(account: Account[State], zone: Zone, gap_s: float) -> None:
    def look() -> Aftermath | None:
        if not _is_there(account, zone) or zone.row["status"] != "pending":
            return None
        effects = check(account, zone)
        _look_later(account, zone, min(LONGEST_GAP_S, gap_s * 2))
        return Aftermath(effects=effects)

    account.later(gap_s, look)


def check_soon(account: Account[State], zone: Zone) -> None:
    """A check that was asked for."""
    account.later(ASKED_CHECK_S, lambda: Aftermath(effects=check(account, zone)))


def check(account: Account[State], zone: Zone) -> list[Effect]:
    """Its name servers are looked at; the second time they are the right ones."""
    if not _is_there(account, zone) or zone.row["status"] != "pending":
        return []
    zone.checks += 1
    name = zone.row["name"]
    if zone.checks < NEEDED_CHECKS or name.endswith(STUCK) or settings(account).zones_stuck:
        return []
    if name.endswith(MOVED):
        account.later(MOVED_AFTER_S, lambda: _move(account, zone))
    return [_set(account, zone, "active")]


def _move(account: Account[State], zone: Zone) -> Aftermath | None:
    if not _is_there(account, zone) or zone.row["status"] != "active":
        return None
    account.later(MOVED_S, lambda: _give_up(account, zone, "moved"))
    return Aftermath(effects=[_set(account, zone, "moved")])


def _give_up(account: Account[State], zone: Zone, status: str) -> Aftermath | None:
    """A free zone that is still so is deleted."""
    if not _is_there(account, zone) or zone.row["status"] != status or zone.row["plan"] != "free":
        return None
    return Aftermath(effects=[forget(account, zone, "cloudflare.zone_state", status="deleted")])


def forget(account: Account[State], zone: Zone, kind: str, **fields: str) -> Effect:
    """It is in no list any more."""
    account.state.zones.remove(zone.id)
    account.state.zone_ids.pop(zone.row["name"], None)
    return Effect(kind, zone.id, fields={"name": zone.row["name"], **fields})


def _set(account: Account[State], zone: Zone, status: str) -> Effect:
    now = moment(account.wall_s())
    row = {**zone.row, "status": status, "modified_on": now}
    if status == "active" and row["activated_on"] is None:
        row["activated_on"] = now
    zone.kept.change(account.clock(), row)
    return Effect("cloudflare.zone_state", zone.id, fields={"name": row["name"], "status": status})


def _is_there(account: Account[State], zone: Zone) -> bool:
    return account.state.zones.get(zone.id) is zone
