"""How Supabase says no: in the words of the service that is asked, as its path tells."""

from collections.abc import Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Errors
from brownout_simulators.vendors.supabase.auth.errors import AuthErrors
from brownout_simulators.vendors.supabase.functions.errors import FunctionErrors
from brownout_simulators.vendors.supabase.realtime.errors import RealtimeErrors
from brownout_simulators.vendors.supabase.replies import GatewayErrors
from brownout_simulators.vendors.supabase.rest.errors import RestErrors
from brownout_simulators.vendors.supabase.storage.errors import StorageErrors

GATEWAY: Final[Errors] = GatewayErrors()
SERVICES: Final[Mapping[str, Errors]] = {
    "rest": RestErrors(),
    "auth": AuthErrors(),
    "storage": StorageErrors(),
    "realtime": RealtimeErrors(),
    "functions": FunctionErrors(),
}


def service_of(path: str) -> str:
    """`rest` of `/rest/v1/jobs`."""
    return path[1 : path.find("/", 1)] if path.find("/", 1) > 0 else path[1:]


def errors_of(call: Call) -> Errors:
    """Whose words they are."""
    return SERVICES.get(service_of(call.path), GATEWAY)


class SupabaseErrors:
    """What the engine says in Supabase's words."""

    def unknown_route(self, call: Call) -> Reply:
        """No such path."""
        return errors_of(call).unknown_route(call)

    def malformed(self, call: Call, why: str) -> Reply:
        """A body that cannot be read."""
        return errors_of(call).malformed(call, why)

    def unauthenticated(self, call: Call) -> Reply:
        """A key or token that is not good any more."""
        return errors_of(call).unauthenticated(call)

    def token_expired(self, call: Call) -> Reply:
        """A user's access token whose hour is over."""
        return errors_of(call).token_expired(call)

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """429."""
        return errors_of(call).throttled(call, retry_after_s, reason)

    def quota_exhausted(self, call: Call) -> Reply:
        """402: before any service."""
        return GATEWAY.quota_exhausted(call)

    def server_error(self, call: Call, status: int) -> Reply:
        """5xx."""
        return errors_of(call).server_error(call, status)
