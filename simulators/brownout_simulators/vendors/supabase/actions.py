"""All routes: the services', one after the other."""

from typing import Final

from brownout_simulators.vendor import Route
from brownout_simulators.vendors.supabase.auth.routes import ROUTES as AUTH
from brownout_simulators.vendors.supabase.functions.routes import ROUTES as FUNCTIONS
from brownout_simulators.vendors.supabase.realtime.routes import ROUTES as REALTIME
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.rest.routes import ROUTES as REST
from brownout_simulators.vendors.supabase.storage.routes import ROUTES as STORAGE

ROUTES: Final[tuple[Route[State], ...]] = (*REST, *AUTH, *STORAGE, *REALTIME, *FUNCTIONS)
