"""How this service says no."""

from brownout_simulators.vendors.supabase.replies import GatewayErrors


class AuthErrors(GatewayErrors):
    """The gateway's words, for want of others."""
