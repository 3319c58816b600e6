"""What an operator would have set up: which node answers, how long things live, whether limits are told of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from brownout_simulators.spelling import shown
from brownout_simulators.vendor import Setup

NODES: Final = (
    "active",
    "standby",
    "performance_standby",
    "dr_secondary",
    "uninitialized",
    "removed",
    "unhealthy",
)
LONGEST_S: Final = 2_764_800.0
"""768 hours: the longest that Vault lets anything live by default."""


@dataclass(frozen=True, slots=True)
class Server:
    """A cluster's settings."""

    node: str = "active"
    """What the node that is asked is, as its health tells. Any but the active one forwards what it is asked."""
    standby_host: str = ""
    """Who addresses the cluster by this host name reaches a standby that cannot forward: 307 to the active node."""
    token_ttl_s: float = 3_600.0
    token_max_ttl_s: float = 14_400.0
    """These two: of the tokens of role `app`."""
    lease_ttl_s: float = 6.0
    lease_max_ttl_s: float = 10.0
    """These two: of credentials of database role `ro`."""
    ends_at: float = 1.0
    """The share of its promised life after which a token, or a lease, really ends."""
    rate_limit_headers: bool = False
    """`enable_rate_limit_response_headers`, off unless an operator has switched it on."""


_NUMBERS: Final = {
    "token_ttl_s": (0.001, LONGEST_S),
    "token_max_ttl_s": (0.001, LONGEST_S),
    "lease_ttl_s": (0.001, LONGEST_S),
    "lease_max_ttl_s": (0.001, LONGEST_S),
    "ends_at": (0.01, 1.0),
}


def _read(given: Mapping[str, Any]) -> Server:
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name in _NUMBERS:
            low, high = _NUMBERS[name]
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise ValueError(f"{name}: a number from {low} to {high:g}, got {shown(value)}")
            found[name] = float(value)
        elif name == "node":
            if value not in NODES:
                raise ValueError(f"node: one of {', '.join(NODES)}, got {shown(value)}")
            found[name] = value
        elif name == "standby_host":
            if not isinstance(value, str) or not value or "/" in value or ":" in value:
                raise ValueError(f"standby_host: a host name such as localhost, got {shown(value)}")
            found[name] = value.lower()
        else:
            if not isinstance(value, bool):
                raise ValueError(f"{name}: true or false, got {shown(value)}")
            found[name] = value
    return Server(**found)


SETUP: Final = Setup(
    read=_read,
    about={
        "node": f"what the node is, as its health tells: {', '.join(NODES)} (active)",
        "standby_host": "who asks by this host name gets 307 to the active node: localhost, where others say 127.0.0.1",
        "token_ttl_s": "how long a token of AppRole's role app lives, unless it is renewed (3600)",
        "token_max_ttl_s": "how long it lives at most, however often it is renewed (14400)",
        "lease_ttl_s": "how long credentials of database role ro live, unless they are renewed (6)",
        "lease_max_ttl_s": "how long they live at most (10)",
        "ends_at": "the share of its promised life after which a token or a lease really ends (1)",
        "rate_limit_headers": "whether answers tell of limits (X-Ratelimit-*, Retry-After) (false)",
    },
)
