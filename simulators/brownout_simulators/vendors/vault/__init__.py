"""Vault: KV secrets, tokens, logins, leases of dynamic database credentials, wrapping, transit, the seal and the nodes.

Not simulated: PKI and other engines, identity, namespaces, quotas that are configured by its API, audit
devices, token roles, Enterprise's replication.

- `resources.py`   what a cluster holds; `kv_store.py` keys and versions, `entries.py` what is configured below mounts,
  `beginning.py` what is there before the first call, `names.py` the shapes of its ids
- `actions.py`     the table of all routes, and how a mount is found
- `serving.py`     tokens, policies and wrapping around each of them
- `kv2.py`, `kv1.py` with what both share in `kv.py`; `tokens.py`, `approle.py`, `userpass.py`, `database.py`,
  `leases.py`, `wrapping.py`, `policies.py`, `mounting.py`, `tools.py`, `transit.py` with its keys in
  `transit_keys.py`: the endpoints
- `lives.py`       how tokens and leases come to be, are lengthened and end
- `sealing.py`     health and its codes, the seal, the leader
- `access.py`      whose a call is, and whether its token is any good
- `dialect.py`     bodies and headers; `fields.py` what may stand in a body, `durations.py`, `replies.py` the envelope
- `errors.py`      how Vault says no; `named_errors.py` the same for faults that ask for one
- `limits.py`      its quotas, off unless asked for
- `setup.py`       what an operator has set up; `magic.py` inputs with a fixed outcome
"""

from typing import Final

from brownout_simulators.vendor import Vendor
from brownout_simulators.vendors.vault.access import (
    account_of,
    admit,
    authenticate,
    environment,
    lasts,
    test_key,
    token_text,
    whose,
)
from brownout_simulators.vendors.vault.actions import ROUTES
from brownout_simulators.vendors.vault.dialect import BODY_LIMIT, decorate, parse
from brownout_simulators.vendors.vault.errors import VaultErrors
from brownout_simulators.vendors.vault.limits import LIMITS
from brownout_simulators.vendors.vault.magic import DOCUMENTED
from brownout_simulators.vendors.vault.named_errors import NAMED_ERRORS
from brownout_simulators.vendors.vault.resources import State, stores
from brownout_simulators.vendors.vault.setup import SETUP

_LEASE: Final = ("lease_id", "role", "username")
_SECRET: Final = ("path", "version")

VENDOR: Final[Vendor[State]] = Vendor(
    name="vault",
    port=12120,
    hosts=("*.hashicorp.cloud",),
    routes=ROUTES,
    new_state=State,
    authenticate=authenticate,
    parse=parse,
    errors=VaultErrors(),
    decorate=decorate,
    environment=environment,
    test_key=test_key,
    account_of=account_of,
    credential_of=token_text,
    whose=whose,
    never_expires=lasts,
    stores=stores,
    admit=admit,
    limits=LIMITS,
    named_errors=NAMED_ERRORS,
    setup=SETUP,
    body_limit=BODY_LIMIT,
    effects={
        "vault.secret_written": (*_SECRET, "cas", "digest"),
        "vault.secret_read": _SECRET,
        "vault.secret_deleted": _SECRET,
        "vault.secret_undeleted": _SECRET,
        "vault.secret_destroyed": _SECRET,
        "vault.secret_pruned": _SECRET,
        "vault.token_issued": ("accessor", "path", "policies", "ttl_s", "display_name"),
        "vault.token_renewed": ("accessor", "asked_s", "given_s"),
        "vault.token_revoked": ("accessor", "path"),
        "vault.token_expired": ("accessor", "path"),
        "vault.login_failed": ("path",),
        "vault.user_locked": ("path",),
        "vault.secret_id_issued": ("role", "accessor", "uses"),
        "vault.secret_id_used": ("role", "accessor", "left"),
        "vault.db_user_created": (*_LEASE, "ttl_s"),
        "vault.db_user_dropped": _LEASE,
        "vault.lease_granted": (*_LEASE, "ttl_s"),
        "vault.lease_renewed": ("lease_id", "asked_s", "given_s"),
        "vault.lease_revoked": _LEASE,
        "vault.lease_irrevocable": _LEASE,
        "vault.key_rotated": ("key", "version"),
        "vault.wrapped": ("path", "ttl_s"),
        "vault.unwrapped": ("path",),
        "vault.sealed": (),
        "vault.unsealed": (),
    },
    clients={
        "hvac (Python)": "hvac.Client(url=VAULT_ADDR, token=VAULT_TOKEN)",
        "node-vault (Node)": "nodeVault({endpoint: VAULT_ADDR, token: VAULT_TOKEN})",
    },
    magic=DOCUMENTED,
)

__all__ = ["VENDOR"]
