"""Vault's errors by name, for faults that ask for one. Nothing is done.

A cluster that is sealed, or not led, says so to whoever asks for its health as well: there the answer is its health.
"""

from collections.abc import Callable, Mapping
from typing import Final

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import NamedError
from brownout_simulators.vendors.vault.errors import SITUATIONS, said, under_v1
from brownout_simulators.vendors.vault.sealing import CODES, health_of

HEALTH: Final = "/v1/sys/health"
_NODES: Final = {
    "sealed": "sealed",
    "uninitialized": "uninitialized",
    "node_is_not_active": "standby",
    "no_active_node": "standby",
    "no_active_instance": "standby",
}
"""What a node's health tells where this is what it says to everything else."""
_NAMES_A_PATH: Final = frozenset({"quota_exceeded", "lease_count_exceeded", "no_mount"})


def _said(name: str) -> Callable[[Call], Reply]:
    def reply(call: Call) -> Reply:
        if call.path == HEALTH and name in _NODES:
            return health_of(call, _NODES[name], call.wall_s, "sim")
        return said(name, under_v1(call) if name in _NAMES_A_PATH else "the one asked for")

    return reply


def _of_a_standby(call: Call) -> Reply:
    """What any node but the active one says of its health; other calls it forwards, or cannot."""
    return health_of(call, "standby", call.wall_s, "sim") if call.path == HEALTH else said("node_is_not_active")


NAMED_ERRORS: Final[Mapping[str, NamedError]] = {
    **{name: NamedError(status, text, _said(name)) for name, (status, text) in SITUATIONS.items()},
    "standby": NamedError(CODES["standby"][0], "health of a standby; elsewhere 503 node is not active", _of_a_standby),
}
