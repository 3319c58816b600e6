"""The limiters of all services, off unless asked for."""

from typing import Final

from brownout_simulators.vendor import Limit
from brownout_simulators.vendors.supabase.auth.limits import LIMITS as AUTH
from brownout_simulators.vendors.supabase.realtime.limits import LIMITS as REALTIME

LIMITS: Final[tuple[Limit, ...]] = (*AUTH, *REALTIME)
