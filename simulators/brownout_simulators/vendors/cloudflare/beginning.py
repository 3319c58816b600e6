"""What a user has before he first calls: zones that are active, and namespaces of Workers KV."""

from brownout_simulators.account import Account
from brownout_simulators.call import Call
from brownout_simulators.vendors.cloudflare import access
from brownout_simulators.vendors.cloudflare.namespaces import new_space
from brownout_simulators.vendors.cloudflare.resources import State
from brownout_simulators.vendors.cloudflare.setup import settings
from brownout_simulators.vendors.cloudflare.zones import new_zone


def admit(call: Call, account: Account[State]) -> None:
    """Nobody sees another's account, and everybody finds in his own what is set up there."""
    access.admit(call, account)
    if account.state.began_with is not account.setup:
        _begin(account)


def _begin(account: Account[State]) -> None:
    state, now, before = account.state, settings(account), account.state.began_with
    state.began_with = now
    # Set up once more as it was (each phase of a run does that): what the user has deleted stays away.
    for name in now.zones if before is None or before.zones != now.zones else ():
        if name not in state.zone_ids:
            new_zone(account, access.zone_id(account.name, name), name, "full", always_there=True)
    for title in now.namespaces if before is None or before.namespaces != now.namespaces else ():
        if title not in state.namespace_ids:
            new_space(account, access.namespace_id(account.name, title), title, always_there=True)
