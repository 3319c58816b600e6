"""`sys/leases/`: what was lent, looked up, renewed, revoked; each also by its old path."""

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.vault import fields, lives
from brownout_simulators.vendors.vault.durations import instant
from brownout_simulators.vendors.vault.errors import not_found, refuse
from brownout_simulators.vendors.vault.replies import done, secret
from brownout_simulators.vendors.vault.resources import Lease, State
from brownout_simulators.vendors.vault.tokens import capped

LIST_LIMIT = 10_000


def _id(call: Call) -> str:
    lease_id = fields.text(call, "lease_id") or call.params.get("path", "")
    if not lease_id:
        raise refuse("invalid", "lease_id must be specified")
    return lease_id


def _live(call: Call, account: Account[State]) -> Lease | None:
    lease = account.state.leases.get(_id(call))
    return None if lease is None or lease.ends_s <= account.clock() else lease


def look_up(call: Call, account: Account[State]) -> Reply:
    """POST, PUT sys/leases/lookup."""
    lease = account.state.leases.get(_id(call))
    if lease is None or (lease.ends_s <= account.clock() and not lease.drop_fails):
        raise refuse("lease_invalid")
    epoch_s = account.epoch_s
    renewed_s = lease.last_renewal_s
    data = {
        "id": lease.id,
        "issue_time": instant(epoch_s + lease.issued_s),
        "expire_time": instant(epoch_s + lease.expires_s),
        "last_renewal": None if renewed_s is None else instant(epoch_s + renewed_s),
        "renewable": True,
        "ttl": max(0, int(lease.expires_s - account.clock())),
    }
    return secret(call, data, mount_type="system")


def listed(call: Call, account: Account[State]) -> Reply:
    """LIST sys/leases/lookup/:prefix: one level below it."""
    prefix = call.params.get("path", "").strip("/")
    prefix = f"{prefix}/" if prefix else ""
    names = set()
    for lease in _below(account, prefix):
        name, slash, _ = lease.id.removeprefix(prefix).partition("/")
        names.add(name + slash)
    return secret(call, {"keys": sorted(names)}, mount_type="system") if names else not_found()


def _below(account: Account[State], prefix: str) -> list[Lease]:
    # An operator's request, not one of an application's: looked through, and bounded by the store.
    return [lease for lease in account.state.leases.oldest_first() if lease.id.startswith(prefix)]


def renew(call: Call, account: Account[State]) -> Reply:
    """POST, PUT sys/leases/renew: from now on, not from its end; it may come to be shorter."""
    lease_id = _id(call)
    if lease_id.startswith("auth/"):
        raise refuse("lease_of_a_token")
    wish_s = fields.duration(call, "increment")
    lease = _live(call, account)
    if lease is None:
        raise refuse("lease_not_found")
    now_s = account.clock()
    given_s, warnings = capped(wish_s or lease.ttl_s, max(0.0, lease.max_s - now_s))
    lease.last_renewal_s = now_s
    lives.lengthen_lease(account, lease, given_s)
    told = {"lease_id": lease.id, "asked_s": int(wish_s), "given_s": int(given_s)}
    return secret(
        call,
        lease_id=lease.id,
        renewable=True,
        lease_duration=int(given_s),
        warnings=warnings,
        mount_type="system",
        effects=(Effect("vault.lease_renewed", lease.id, fields=told),),
    )


def revoke(call: Call, account: Account[State]) -> Reply:
    """POST, PUT sys/leases/revoke: at once, unless `sync` is false. One that is not there is revoked, too."""
    lease = account.state.leases.get(_id(call))
    waits = fields.flag(call, "sync", default=True)
    if lease is None:
        return done()
    if not waits:
        return Reply(202, effects=lives.end_lease(account, lease))
    return done(*_revoked(account, lease))


def _revoked(account: Account[State], lease: Lease) -> list[Effect]:
    if lease.drop_fails:
        raise refuse("revoke_failed", lease.id)
    return lives.end_lease(account, lease)


def revoke_prefix(call: Call, account: Account[State]) -> Reply:
    """POST, PUT sys/leases/revoke-prefix/:prefix: it stops at the first that fails; those before are gone."""
    effects: list[Effect] = []
    for lease in _below(account, call.params["path"]):
        if lease.drop_fails:
            reply = refuse("revoke_failed", lease.id).reply
            reply.effects = effects
            return reply
        effects += lives.end_lease(account, lease)
    return done(*effects)


def revoke_force(call: Call, account: Account[State]) -> Reply:
    """POST, PUT sys/leases/revoke-force/:prefix: the leases go, and users whom the database keeps live on."""
    return done(
        *lives.all_of(
            lives.forget_lease(account, lease, dropped=not lease.drop_fails)
            for lease in _below(account, call.params["path"])
        )
    )
