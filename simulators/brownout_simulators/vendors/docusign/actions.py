"""The table of all routes."""

from typing import Final

from brownout_simulators.vendor import Route
from brownout_simulators.vendors.docusign import (
    access,
    ceremony,
    connect,
    documents,
    envelopes,
    listing,
    locks,
    recipients,
    templates,
)
from brownout_simulators.vendors.docusign.resources import State

ROUTES: Final[tuple[Route[State], ...]] = (
    *access.ROUTES,
    *envelopes.ROUTES,
    *listing.ROUTES,
    *recipients.ROUTES,
    *documents.ROUTES,
    *locks.ROUTES,
    *ceremony.ROUTES,
    *templates.ROUTES,
    *connect.ROUTES,
)
