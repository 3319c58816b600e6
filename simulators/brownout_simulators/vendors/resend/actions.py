"""The table of all routes."""

from typing import Final

from brownout_simulators.vendor import Route
from brownout_simulators.vendors.resend import (
    contacts,
    domains,
    emails,
    endpoints,
    sending,
    suppressions,
    templates,
)
from brownout_simulators.vendors.resend.resources import State

ROUTES: Final[tuple[Route[State], ...]] = (
    *sending.ROUTES,
    *emails.ROUTES,
    *endpoints.ROUTES,
    *suppressions.ROUTES,
    *domains.ROUTES,
    *contacts.ROUTES,
    *templates.ROUTES,
)
