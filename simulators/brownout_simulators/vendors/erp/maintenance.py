"""Maintenance windows: announced, then closed to everybody, then cold.

    ──a minute before──▶ announced ──T──▶ 503 with Retry-After ──▶ cold: what posts is four times slower, for 30 s

What was accepted before stays accepted; jobs stand still and go on afterwards. All seconds but the window's own are an
ERP's, divided by `time_scale`.
"""

from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.erp.errors import unavailable
from brownout_simulators.vendors.erp.instants import instant
from brownout_simulators.vendors.erp.resources import state_of
from brownout_simulators.vendors.erp.setup import setup_of

ANNOUNCED_S: Final = 60.0
COLD_S: Final = 30.0
COLD_FACTOR: Final = 4.0


def closed_for_s(account: Account[Any]) -> float:
    """How long the environment is still closed; 0 while it is open."""
    now_s = account.clock()
    left_s = 0.0
    for window in setup_of(account).maintenance:
        start_s, end_s = window.around(now_s)
        if start_s <= now_s < end_s:
            left_s = max(left_s, end_s - now_s)
    return left_s


def turn_away(call: Call, account: Account[Any]) -> None:
    """503 for whoever comes while it is closed; Retry-After alternately in seconds and as a date."""
    if not setup_of(account).maintenance:
        return
    left_s = closed_for_s(account)
    if left_s:
        state = state_of(account)
        state.refusals += 1
        raise Refused(unavailable(call, account.wall_s() + left_s, left_s, as_date=state.refusals % 2 == 0))


def announce(account: Account[Any], reply: Reply) -> None:
    """The header that tells of the next window."""
    setup = setup_of(account)
    now_s = account.clock()
    for window in setup.maintenance:
        start_s, end_s = window.around(now_s)
        if 0 < start_s - now_s <= setup.scaled(ANNOUNCED_S):
            at = f"{instant(account.epoch_s + start_s)}/{instant(account.epoch_s + end_s)}"
            reply.headers["Fsm-Maintenance"] = at


def slowness(account: Account[Any]) -> float:
    """By how much slow work is slower now: caches are empty after a window."""
    setup = setup_of(account)
    now_s = account.clock()
    for window in setup.maintenance:
        ago_s = now_s - (window.start_s + window.for_s)
        if window.every_s and ago_s > 0:
            ago_s %= window.every_s
        if 0 <= ago_s < setup.scaled(COLD_S):
            return COLD_FACTOR
    return 1.0
