"""The cache of the edge: what is asked to be purged is taken in, and nobody tells when it is gone."""

from typing import Any, Final
from urllib.parse import urlsplit

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.cloudflare.dialect import new_id, reply
from brownout_simulators.vendors.cloudflare.errors import refuse
from brownout_simulators.vendors.cloudflare.names import within
from brownout_simulators.vendors.cloudflare.resources import State, Zone
from brownout_simulators.vendors.cloudflare.setup import settings
from brownout_simulators.vendors.cloudflare.zone_lookup import zone_of

LISTS: Final = ("files", "tags", "hosts", "prefixes")
MOST: Final = 100
MOST_URLS_ENTERPRISE: Final = 500
MOST_THEN: Final = 30


def purge(call: Call, account: Account[State]) -> Reply:
    """POST /zones/{zone}/purge_cache with exactly one of what can be purged."""
    zone = zone_of(call, account)
    name, plan = zone.row["name"], zone.row["plan"]
    asked = [each for each in ("purge_everything", *LISTS) if each in call.data]
    if len(asked) != 1:
        raise refuse("purge_request")
    (selector,) = asked
    given = call.data[selector]
    items: list[str] = []
    if selector == "purge_everything":
        if given is not True:
            raise refuse("purge_request")
    else:
        by_plan = settings(account).purge_by_plan
        if by_plan and selector != "files" and plan != "enterprise":
            raise refuse("purge_plan")
        enterprise_most = MOST_URLS_ENTERPRISE if selector == "files" and plan == "enterprise" else MOST
        items = _items(selector, given, MOST_THEN if by_plan else enterprise_most)
        if selector in {"files", "hosts", "prefixes"} and not all(_is_of(selector, each, name) for each in items):
            raise refuse("purge_request", f"{selector}: not within the zone {name}")
    purge_id = new_id(account)
    led_to = _led_to(zone, items) if selector == "hosts" else []
    fields = {"zone": name, "selector": selector, "items": items, "led_to": led_to}
    return reply({"id": purge_id}, effects=[Effect("cloudflare.purge", purge_id, fields=fields)])


def _led_to(zone: Zone, hosts: list[str]) -> list[str]:
    """Where each host's next page comes from: what is purged before its record is changed is copied once more."""
    ids = (zone.names.get(host.lower(), {}) for host in hosts)
    return [" ".join(sorted(zone.records[id].now["content"] for id in of_host)) for of_host in ids]  # noqa: A001


def _items(selector: str, given: Any, most: int) -> list[str]:
    if not isinstance(given, list) or not 0 < len(given) <= most:
        raise refuse("purge_request", f"{selector}: a list of 1 to {most} is needed")
    items = [each.get("url") if isinstance(each, dict) and selector == "files" else each for each in given]
    texts = [each for each in items if isinstance(each, str) and 0 < len(each) <= 4_096]
    if len(texts) != len(items):
        raise refuse("purge_request", f"{selector}: texts are needed")
    return texts


def _is_of(selector: str, item: str, zone: str) -> bool:
    try:
        host = urlsplit(item).hostname if selector == "files" else item.partition("/")[0]
    except ValueError:
        return False
    return within((host or "").lower(), zone)


ROUTES: Final[tuple[Route[State], ...]] = (Route("POST", "/zones/{zone}/purge_cache", purge),)
