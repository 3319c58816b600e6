"""Clerk's limiters (clerk.com/docs, "System limits"). All are off unless a scenario, a profile or a fault asks.

A bucket of the limit's size that fills evenly stands for each of Clerk's windows. On breach: 429 with Retry-After in
whole seconds. The key set has no limit.
"""

from collections.abc import Callable
from typing import Final

from brownout_simulators.call import Call
from brownout_simulators.vendor import Limit
from brownout_simulators.vendors.clerk.keys import is_production

_HOUR_S: Final = 3_600.0


def _route(call: Call) -> tuple[str, str]:
    """Method and template, whichever prefix the call came under."""
    method, _, path = call.route.partition(" ")
    return method, path.removeprefix("/v1")


def _instance(*, production: bool) -> Callable[[Call, str], str]:
    def key_of(call: Call, account: str) -> str:
        is_free = _route(call)[1] == "/jwks"
        return account if is_production(account) is production and not is_free else ""

    return key_of


def _endpoint(method: str, path: str) -> Callable[[Call, str], str]:
    return lambda call, account: account if _route(call) == (method, path) else ""


def _changes(path: str, *names: str) -> Callable[[Call, str], str]:
    """Changes of one object: of itself, and of its metadata."""

    def key_of(call: Call, account: str) -> str:
        method, template = _route(call)
        is_change = method == "PATCH" if template == path else method in {"PATCH", "PUT"}
        if not is_change or template not in {path, f"{path}/metadata"}:
            return ""
        return " ".join((account, *(call.params[name] for name in names)))

    return key_of


LIMITS: Final = (
    Limit("instance-development", rate_per_s=10.0, burst=100.0, key_of=_instance(production=False)),
    Limit("instance-production", rate_per_s=100.0, burst=1_000.0, key_of=_instance(production=True)),
    Limit("invitations", rate_per_s=100 / _HOUR_S, burst=100.0, key_of=_endpoint("POST", "/invitations")),
    Limit("invitations-bulk", rate_per_s=25 / _HOUR_S, burst=25.0, key_of=_endpoint("POST", "/invitations/bulk")),
    Limit(
        "organization-invitations",
        rate_per_s=250 / _HOUR_S,
        burst=250.0,
        key_of=_endpoint("POST", "/organizations/{organization_id}/invitations"),
    ),
    Limit(
        "organization-invitations-bulk",
        rate_per_s=50 / _HOUR_S,
        burst=50.0,
        key_of=_endpoint("POST", "/organizations/{organization_id}/invitations/bulk"),
    ),
    Limit("user-changes", rate_per_s=1.0, burst=10.0, key_of=_changes("/users/{user_id}", "user_id")),
    Limit(
        "organization-changes",
        rate_per_s=1.0,
        burst=10.0,
        key_of=_changes("/organizations/{organization_id}", "organization_id"),
    ),
    Limit(
        "membership-changes",
        rate_per_s=1.0,
        burst=10.0,
        key_of=_changes("/organizations/{organization_id}/memberships/{user_id}", "organization_id", "user_id"),
    ),
)
