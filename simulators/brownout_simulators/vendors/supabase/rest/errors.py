"""How PostgREST says no."""

from brownout_simulators.vendors.supabase.replies import GatewayErrors


class RestErrors(GatewayErrors):
    """The gateway's words, for want of others."""
