"""How Vault says no: a list of texts, and never a code. The texts are those of a server 1.21.4.

A rejected token is 403 with one of three texts, and there is no 401; a check-and-set that fails is 400; 429 is a
standby's health, or a quota.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.vault.replies import JSON

DENIED: Final = "1 error occurred:\n\t* permission denied\n\n"
INVALID: Final = "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"

SITUATIONS: Final[Mapping[str, tuple[int, str]]] = {
    # name: (HTTP status, text)
    "cas_mismatch": (400, "check-and-set parameter did not match the current version"),
    "cas_required": (400, "check-and-set parameter required for this call"),
    "no_data": (400, "no data provided"),
    "data_not_an_object": (400, "error converting input for field \"data\": expected type 'map[string]interface {}'"),
    "missing_fields": (400, "missing data fields"),
    "trailing_slash": (400, "path cannot end with a '/'"),
    "no_versions": (400, "No version number provided"),
    "field": (400, "Field validation failed: {why}"),
    "invalid": (400, "{why}"),
    "too_much_metadata": (400, "custom_metadata validation failed: {why}"),
    "bad_secret_id": (400, "invalid role or secret ID"),
    "missing_secret_id": (400, "missing secret_id"),
    "missing_role_id": (500, "failed to determine alias name from login request"),
    "bad_password": (400, "invalid username or password"),
    "missing_password": (400, "missing password"),
    "no_such_role": (404, 'role "{why}" does not exist'),
    "accessor_unknown": (500, 'failed to find accessor entry for secret_id_accessor: "{why}"'),
    "unknown_database_role": (400, "unknown role: {why}"),
    "role_not_allowed": (500, '1 error occurred:\n\t* "{why}" is not an allowed role\n\n'),
    "database_down": (500, "1 error occurred:\n\t* connection refused\n\n"),
    "revoke_failed": (400, 'failed to revoke "{why}": failed to revoke entry: db down'),
    "lease_invalid": (400, "invalid lease"),
    "lease_not_found": (400, "lease not found"),
    "lease_not_renewable": (400, "lease is not renewable"),
    "lease_id_invalid": (400, "invalid lease ID"),
    "lease_of_a_token": (400, "tokens cannot be renewed through this endpoint"),
    "token_not_found": (400, "token not found"),
    "missing_token": (400, "missing token ID"),
    "bad_token": (403, "bad token"),
    "batch_renewal": (400, "batch tokens cannot be renewed"),
    "batch_revocation": (400, "batch tokens cannot be revoked"),
    "policies_not_a_subset": (400, "child policies must be subset of parent"),
    "root_needed": (400, "root or sudo privileges required to {why}"),
    "wrapping_token": (400, "wrapping token is not valid or does not exist"),
    "wrapping_needed": (400, "endpoint requires response wrapping to be used"),
    "path_in_use": (400, "path is already in use at {why}"),
    "plugin_unknown": (400, 'plugin not found in the catalog: {why}'),
    "no_mount": (404, 'no handler for route "{why}". route entry not found.'),
    "unsupported_path": (404, "1 error occurred:\n\t* unsupported path\n\n"),
    "unsupported_operation": (405, "1 error occurred:\n\t* unsupported operation\n\n"),
    "patch_type": (415, "PATCH requires Content-Type of application/merge-patch+json, provided {why}"),
    "patch_no_type": (400, "mime: no media type"),
    "permission_denied": (403, "permission denied"),
    "policy_denied": (403, DENIED),
    "invalid_token": (403, INVALID),
    "quota_exceeded": (429, 'request path "{why}": rate limit quota exceeded'),
    "lease_count_exceeded": (429, '1 error occurred:\n\t* request path "{why}": lease count quota exceeded\n\n'),
    "string_too_long": (500, "JSON string value exceeds allowed length"),
    "internal_error": (500, "internal error"),
    "no_active_node": (500, "local node not active but active cluster node not found"),
    "seal_on_standby": (500, "vault cannot seal when in standby mode; please restart instead"),
    "uninitialized": (501, "Vault is not initialized"),
    "bad_gateway": (502, "bad gateway"),
    "sealed": (503, "Vault is sealed"),
    "node_is_not_active": (503, "node is not active"),
    "no_active_instance": (503, "no active Vault instance found"),
    "deadline": (504, "context deadline exceeded"),
    "state_not_present": (412, "required index state not present"),
}  # fmt: skip


def answer(status: int, *texts: str) -> Reply:
    """`{"errors": [...]}`; an empty list is common."""
    return Reply(status, orjson.dumps({"errors": texts}), {"Content-Type": JSON}, executed=False)


def said(situation: str, why: Any = "") -> Reply:
    """The answer to a situation of the table."""
    status, text = SITUATIONS[situation]
    return answer(status, text.replace("{why}", str(why)))


def refuse(situation: str, why: Any = "") -> Refused:
    """To be raised."""
    return Refused(said(situation, why))


def not_found() -> Reply:
    """There is no such thing."""
    return answer(404)


def under_v1(call: Call) -> str:
    """The path as errors name it: without the version."""
    return call.path.removeprefix("/v1/")


def is_login(call: Call) -> bool:
    """Whether the call is a login: it brings no token, and gets one."""
    path = call.path
    return path.startswith("/v1/auth/") and (path.endswith("/login") or "/login/" in path)


_SERVER: Final = {500: "internal_error", 502: "bad_gateway", 503: "sealed", 504: "deadline"}


class VaultErrors:
    """What the engine asks for."""

    def unknown_route(self, call: Call) -> Reply:
        """Outside of `/v1/` nobody of Vault's own answers; a verb that nobody knows has an empty list."""
        if not call.path.startswith("/v1/"):
            return Reply(404, b"404 page not found\n", {"Content-Type": "text/plain; charset=utf-8"})
        return answer(405)

    def malformed(self, call: Call, why: str) -> Reply:
        """A body that is no JSON is a 500 in 1.21.4."""
        del call
        return answer(500, f"error parsing JSON: {why[:200]}")

    def unauthenticated(self, call: Call) -> Reply:
        return said("bad_secret_id" if is_login(call) else "invalid_token")

    def token_expired(self, call: Call) -> Reply:
        del call
        return said("invalid_token")

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        """The headers that tell when are there only where an operator has switched them on (`decorate`)."""
        del retry_after_s
        return said("lease_count_exceeded" if reason == "lease-count" else "quota_exceeded", under_v1(call))

    def quota_exhausted(self, call: Call) -> Reply:
        return said("lease_count_exceeded", under_v1(call))

    def server_error(self, call: Call, status: int) -> Reply:
        del call
        return said(_SERVER.get(status, "internal_error"))
