"""`send_code`: a one-time code for a phone."""

from brownout_core.flows.send_code import SendCode
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import phone_of

OPERATION = GatewayOperation(
    flow=SendCode,
    # The phone of the same number is the one whose code the operation `check_code` checks.
    draw=lambda _rng, operation_id: {"to": phone_of(operation_id), "channel": "sms"},
    leaves=("twilio.verification",),
    as_asked={"twilio.verification": {"to": "{{to}}", "channel": "{{channel}}"}},
    answers={
        "verification": ("twilio.verification.verification",),
        "to": ("twilio.verification.to",),
        "channel": ("twilio.verification.channel",),
    },
)
