"""The seal and the node: health with its codes, seal-status, seal, unseal, the leader."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.vault import fields
from brownout_simulators.vendors.vault.errors import answer, refuse
from brownout_simulators.vendors.vault.replies import bare, done
from brownout_simulators.vendors.vault.resources import State

VERSION: Final = "1.21.4"
SHARES: Final = 5
THRESHOLD: Final = 3
KEYS: Final = frozenset(f"sim-key-{number}".encode().hex() for number in range(1, SHARES + 1))

CODES: Final[Mapping[str, tuple[int, str]]] = {
    # node: (status of its health, the switch that says another one)
    "uninitialized": (501, "uninitcode"),
    "removed": (530, "removedcode"),
    "sealed": (503, "sealedcode"),
    "unhealthy": (474, "haunhealthycode"),
    "dr_secondary": (472, "drsecondarycode"),
    "performance_standby": (473, "performancestandbycode"),
    "standby": (429, "standbycode"),
    "active": (200, "activecode"),
}
"""The first that is true counts, in this order (http/sys_health.go)."""


def node_of(call: Call, account: Account[State]) -> str:
    """What the node is that the call has reached."""
    node = str(account.setup.node)
    if node in ("uninitialized", "removed"):
        return node
    if account.state.sealed:
        return "sealed"
    host = call.headers.get("host", "").rpartition(":")[0].lower()
    return "standby" if node == "active" and host and host == account.setup.standby_host else node


def health(call: Call, account: Account[State]) -> Reply:
    """GET, HEAD sys/health."""
    return health_of(call, node_of(call, account), account.wall_s(), account.name)


def not_so(call: Call, account: Account[State]) -> Reply:
    """POST, PUT sys/health: 405, without words."""
    del call, account
    return answer(405)


def health_of(call: Call, node: str, wall_s: float, cluster: str) -> Reply:
    """The answer of a node that is this."""
    switches = fields.query_of(call)
    code, switch = CODES[node]
    codes = {name: _code(switches[name]) for _, name in CODES.values() if name in switches}
    if _is_on(switches, {"standby": "standbyok", "performance_standby": "perfstandbyok"}.get(node, "")):
        code = codes.get("activecode", 200)
    else:
        code = codes.get(switch, code)
    is_down = node in ("sealed", "uninitialized")
    body: dict[str, Any] = {
        "initialized": node != "uninitialized",
        "sealed": is_down,
        "standby": node != "active",
        "performance_standby": node == "performance_standby",
        "replication_performance_mode": "unknown" if is_down else "disabled",
        "replication_dr_mode": "unknown" if is_down else "secondary" if node == "dr_secondary" else "disabled",
        "server_time_utc": int(wall_s),
        "version": VERSION,
        "enterprise": False,
        "echo_duration_ms": 0,
        "clock_skew_ms": 0,
        "replication_primary_canary_age_ms": 0,
    }
    if not is_down:
        body |= {"cluster_name": f"vault-cluster-{cluster}", "cluster_id": cluster}
    return bare(body, status=code)


def _code(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 100 <= int(text[:6]) <= 599 or len(text) > 3:
        raise Refused(answer(400))
    return int(text)


def _is_on(switches: Mapping[str, str], name: str) -> bool:
    """A switch without a value, or with a true one: `standbyok`, `standbyok=True`."""
    return name in switches and switches[name] not in fields.FALSE


def seal_status(_call: Call, account: Account[State]) -> Reply:
    """GET sys/seal-status: also of a sealed one."""
    return bare(_status(account))


def _status(account: Account[State]) -> dict[str, Any]:
    state = account.state
    is_initialized = account.setup.node != "uninitialized"
    status: dict[str, Any] = {
        "type": "shamir",
        "initialized": is_initialized,
        "sealed": state.sealed or not is_initialized,
        "t": THRESHOLD,
        "n": SHARES,
        "progress": len(state.unseal_keys),
        "nonce": "",
        "version": VERSION,
        "build_date": "2026-01-01T00:00:00Z",
        "migration": False,
        "recovery_seal": False,
        "storage_type": "inmem",
    }
    if not status["sealed"]:
        status |= {"cluster_name": f"vault-cluster-{account.name}", "cluster_id": account.name}
    return status


def unseal(call: Call, account: Account[State]) -> Reply:
    """PUT, POST sys/unseal: a key at a time; the third opens it."""
    state = account.state
    if fields.flag(call, "reset"):
        state.unseal_keys.clear()
        return bare(_status(account))
    key = fields.text(call, "key")
    if not key:
        raise refuse("invalid", "'key' must be specified in request body as JSON, or 'reset' set to true")
    if not state.sealed:
        return bare(_status(account))
    if key.lower() not in KEYS:
        is_hex = all(letter in "0123456789abcdefABCDEF" for letter in key)
        raise refuse(
            "invalid", "Unseal failed, invalid key" if is_hex else "'key' must be a valid hex or base64 string"
        )
    state.unseal_keys.add(key.lower())
    if len(state.unseal_keys) < THRESHOLD:
        return bare(_status(account))
    state.unseal_keys.clear()
    state.sealed = False
    return bare(_status(account), effects=(Effect("vault.unsealed", call.request_id),))


def seal(call: Call, account: Account[State]) -> Reply:
    """PUT, POST sys/seal: at once, whatever is under way."""
    if node_of(call, account) != "active":
        raise refuse("seal_on_standby")
    account.state.sealed = True
    account.state.unseal_keys.clear()
    return done(Effect("vault.sealed", call.request_id))


def leader(call: Call, account: Account[State]) -> Reply:
    """GET sys/leader: also of a sealed one."""
    node = node_of(call, account)
    is_up = node not in ("sealed", "uninitialized")
    data = {
        "ha_enabled": True,
        "is_self": node == "active",
        "active_time": "0001-01-01T00:00:00Z",
        "leader_address": account.base_url if is_up else "",
        "leader_cluster_address": "",
        "performance_standby": node == "performance_standby",
        "performance_standby_last_remote_wal": 0,
    }
    return bare(data)


def initialised(_call: Call, account: Account[State]) -> Reply:
    """GET sys/init."""
    return bare({"initialized": account.setup.node != "uninitialized"})
