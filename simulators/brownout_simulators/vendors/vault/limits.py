"""Vault's quotas. It has none until an operator configures one: all are off unless a scenario or a fault asks.

A bucket of the quota's size that fills evenly stands for its interval. `sys/health` and the other paths without a token
are outside (vault/quotas). The figures are this project's own, of a small cluster: Vault comes with none.
"""

from typing import Final

from brownout_simulators.call import Call
from brownout_simulators.vendor import Limit

_FREE: Final = ("/v1/sys/health", "/v1/sys/seal-status", "/v1/sys/unseal", "/v1/sys/leader", "/v1/sys/init")


def _key(call: Call, account: str) -> str:
    return "" if call.path in _FREE else account


def _leases(call: Call, account: str) -> str:
    return account if "/creds/" in call.path else ""


LIMITS: Final = (
    Limit("rate", rate_per_s=100.0, burst=100.0, key_of=_key),
    Limit("lease-count", rate_per_s=10.0, burst=100.0, key_of=_leases),
)
