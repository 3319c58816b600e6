"""What somebody would have at Cloudflare, or against him: a plan, an older API, an edge that lets things lie."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.spelling import shown
from brownout_simulators.vendor import Setup
from brownout_simulators.vendors.cloudflare.names import host

PLANS: Final = ("free", "pro", "business", "enterprise")
ZONES: Final = ("site.test",)
NAMESPACES: Final = ("site",)


@dataclass(frozen=True, slots=True)
class Settings:
    """How it is set up."""

    plan: str = "free"
    error_chain: bool = False
    repeat_last_page: bool = False
    zones_stuck: bool = False
    purge_by_plan: bool = False
    kv_failing_share: float = 0.0
    zones: tuple[str, ...] = ZONES
    namespaces: tuple[str, ...] = NAMESPACES


_SWITCHES: Final = ("error_chain", "repeat_last_page", "zones_stuck", "purge_by_plan")


MOST: Final = 100
"""Zones, or namespaces, that are there from the beginning."""


def settings(account: Account[Any]) -> Settings:
    """As they are now."""
    found: Settings = account.setup
    return found


def _read(given: Mapping[str, Any]) -> Settings:
    unknown = [name for name in given if name not in SETUP.about]
    if unknown:
        raise ValueError(f"{unknown[0]}: no such key; there are {', '.join(SETUP.about)}")
    plan = given.get("plan", "free")
    if plan not in PLANS:
        raise ValueError(f"plan: one of {', '.join(PLANS)} is needed, got {shown(plan)}")
    wrong = next((name for name in _SWITCHES if not isinstance(given.get(name, False), bool)), "")
    if wrong:
        raise ValueError(f"{wrong}: true or false is needed, got {shown(given[wrong])}")
    share = given.get("kv_failing_share", 0.0)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise ValueError(f"kv_failing_share: a number from 0 to 1 is needed, got {shown(share)}")
    return Settings(
        plan=plan,
        kv_failing_share=float(share),
        zones=_names(given, "zones", ZONES, lambda each: host(each) == each and "." in each and "*" not in each),
        namespaces=_names(given, "namespaces", NAMESPACES, lambda each: len(each) <= 512),
        **{name: given.get(name, False) for name in _SWITCHES},
    )


def _names(given: Mapping[str, Any], key: str, usual: tuple[str, ...], fits: Callable[[str], bool]) -> tuple[str, ...]:
    names = given.get(key, list(usual))
    if not isinstance(names, list) or len(names) > MOST:
        raise ValueError(f"{key}: a list of {MOST} at most is needed, got {shown(names)}")
    for number, each in enumerate(names):
        if not isinstance(each, str) or not each or not fits(each):
            raise ValueError(f"{key}[{number}]: cannot be one's name, got {shown(each)}")
    return tuple(names)


SETUP: Final = Setup(
    read=_read,
    about={
        "plan": "of new zones: free, pro, business or enterprise; free without it",
        "zones": "names of zones that are there from the beginning, active; site.test without it",
        "namespaces": "titles of namespaces of Workers KV that are there from the beginning; site without it",
        "error_chain": "what is wrong with a record is told as until October 2024: 1004, and the cause in error_chain",
        "repeat_last_page": "a page beyond the end is the last one again, and not empty",
        "zones_stuck": "no zone becomes active",
        "purge_by_plan": "only enterprise zones purge by tag, host or prefix, 30 in a call, as until 2024",
        "kv_failing_share": "share of the keys of a bulk write that are not written, and told as such",
    },
)
