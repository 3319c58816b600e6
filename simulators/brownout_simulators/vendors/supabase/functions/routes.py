"""The table of the functions' routes: every method, with and without a path below."""

from typing import Final

from brownout_simulators.vendor import Route
from brownout_simulators.vendors.supabase.functions.invoking import invoke
from brownout_simulators.vendors.supabase.resources import State

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")

ROUTES: Final[tuple[Route[State], ...]] = tuple(
    Route(method, path, invoke)
    for method in METHODS
    for path in ("/functions/v1/{name}", "/functions/v1/{name}/{path...}")
)
