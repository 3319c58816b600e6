"""The zone that a call is about."""

from brownout_simulators.account import Account
from brownout_simulators.call import Call
from brownout_simulators.vendors.cloudflare.dialect import object_id
from brownout_simulators.vendors.cloudflare.errors import refuse
from brownout_simulators.vendors.cloudflare.resources import State, Zone


def zone_of(call: Call, account: Account[State]) -> Zone:
    """404 for one that is not there, or that a reader who is behind does not see."""
    zone = account.state.zones.get(object_id(call, "zone"))
    if zone is None or zone.kept.seen(account) is None:
        raise refuse("zone_unknown")
    return zone
