"""How long each service waits for itself before it gives a request up."""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call
from brownout_simulators.vendor import Patience
from brownout_simulators.vendors.supabase.errors import service_of
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.rest.patience import patience as of_the_database

_SERVICES: Final[Mapping[str, Callable[[Call, Account[State]], Patience]]] = {"rest": of_the_database}


def patience(call: Call, account: Account[State]) -> Patience | None:
    """The service's that is asked; None where it has none."""
    of_service = _SERVICES.get(service_of(call.path))
    return None if of_service is None else of_service(call, account)
