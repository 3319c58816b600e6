"""`sign_in`: a session, and the profile of its user."""

from brownout_core.flows.sign_in import SignIn
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.tokens import GOOD

OPERATION = GatewayOperation(
    flow=SignIn,
    # Each operation is another user's. The kind of his token; it is made when it is sent.
    draw=lambda _rng, _operation_id: {"token": GOOD},
    leaves=("supabase.row",),
    as_asked={"supabase.row": {"table": "profiles"}},
    answers={"profile": ("supabase.row.key",)},
    token="token",  # noqa: S106 - the name of a parameter
)
