"""`join_team`: somebody new, and the team that he belongs to."""

import random
from typing import Any

from brownout_core.flows.join_team import JoinTeam
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import person

TEAMS = 12
"""So few that most are there already, and some are made by two at once."""


def draw(rng: random.Random, operation_id: str) -> dict[str, Any]:
    """Each has an account, and an address, of his own."""
    somebody = person(rng)
    first_name, _, last_name = somebody.name.partition(" ")
    _, _, domain = somebody.email.partition("@")
    return {
        "account": operation_id,
        "email": f"{operation_id.lower()}@{domain}",
        "first_name": first_name,
        "last_name": last_name,
        "team": f"team-{rng.randrange(TEAMS)}",
        "role": rng.choice(("org:member", "org:admin")),
    }


OPERATION = GatewayOperation(
    flow=JoinTeam,
    draw=draw,
    leaves=("clerk.user", "clerk.membership"),
    as_asked={
        "clerk.user": {
            "external_id": "{{account}}",
            "email_address": "{{email}}",
            "first_name": "{{first_name}}",
            "last_name": "{{last_name}}",
        },
        "clerk.membership": {
            "external_id": "{{account}}",
            "organization_slug": "{{team}}",
            "role": "{{role}}",
        },
    },
    answers={
        "user": ("clerk.membership.user_id",),
        "email": ("clerk.user.email_address",),
        "first_name": ("clerk.user.first_name",),
        "last_name": ("clerk.user.last_name",),
        "team": ("clerk.membership.organization_id",),
        "membership": ("clerk.membership.id",),
        "role": ("clerk.membership.role",),
    },
)
