"""The table of all routes. Each is served with `/v1` before it and without: SDKs leave it out for some resources."""

from typing import Final

from brownout_simulators.vendor import Route
from brownout_simulators.vendors.clerk import (
    api_keys,
    bans,
    endpoints,
    identifications,
    invitations,
    listing,
    m2m,
    machines,
    memberships,
    organizations,
    sessions,
    templates,
    tickets,
    users,
)
from brownout_simulators.vendors.clerk.resources import State

_MODULES: Final = (
    users,
    bans,
    listing,
    identifications,
    sessions,
    templates,
    tickets,
    organizations,
    memberships,
    invitations,
    machines,
    m2m,
    api_keys,
    endpoints,
)

ROUTES: Final[tuple[Route[State], ...]] = (
    *(
        Route(route.method, f"{prefix}{route.path}", route.action)
        for module in _MODULES
        for route in module.ROUTES
        for prefix in ("/v1", "")
    ),
    *(Route(route.method, f"/api/v1{route.path}", route.action) for route in endpoints.SVIX_ROUTES),
)
