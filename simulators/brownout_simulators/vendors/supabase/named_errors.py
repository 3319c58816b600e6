"""Supabase's errors by name, for faults that ask for one: those of every service."""

from collections.abc import Mapping
from typing import Final

from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.supabase.auth.named_errors import NAMED_ERRORS as AUTH
from brownout_simulators.vendors.supabase.functions.named_errors import NAMED_ERRORS as FUNCTIONS
from brownout_simulators.vendors.supabase.platform import NAMED_ERRORS as PLATFORM
from brownout_simulators.vendors.supabase.realtime.named_errors import NAMED_ERRORS as REALTIME
from brownout_simulators.vendors.supabase.rest.named_errors import NAMED_ERRORS as REST
from brownout_simulators.vendors.supabase.storage.named_errors import NAMED_ERRORS as STORAGE

NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    **REST,
    **AUTH,
    **STORAGE,
    **REALTIME,
    **FUNCTIONS,
    **PLATFORM,
}
