"""How tokens and leases come to be and end: by their time, by being revoked, or with what they hang from."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from math import inf
from typing import Any

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Effect
from brownout_simulators.vendors.vault.names import new_token
from brownout_simulators.vendors.vault.resources import ROOT, SYSTEM_TTL_S, Lease, State, Token

TRIES = 6
"""Attempts to revoke a lease whose database does not answer, before it is given up (vault/expiration.go)."""
RETRY_S = 10.0
_SAME_INSTANT_S = 1e-6


def issue(
    account: Account[State],
    *,
    policies: Sequence[str],
    path: str,
    display_name: str,
    ttl_s: float,
    max_ttl_s: float = SYSTEM_TTL_S,
    period_s: float = 0.0,
    explicit_max_s: float = 0.0,
    num_uses: int = 0,
    renewable: bool = True,
    kind: str = "service",
    parent: Token | None = None,
    meta: Mapping[str, str] | None = None,
) -> tuple[Token, Effect]:
    """A new token, and what the books say of it. `ttl_s` 0: one that does not end, for root alone."""
    state, now_s = account.state, account.clock()
    lasts = ttl_s <= 0
    max_s = now_s + min(limit for limit in (max_ttl_s, explicit_max_s or inf, SYSTEM_TTL_S))
    if period_s:
        max_s = now_s + explicit_max_s if explicit_max_s else inf
    token = Token(
        id=new_token(account, "hvb" if kind == "batch" else "hvs"),
        accessor=account.ids.base62(24) if kind == "service" else "",
        kind=kind,
        policies=tuple(policies),
        path=path,
        display_name=display_name,
        issued_s=now_s,
        ttl_s=ttl_s,
        expires_s=inf,
        ends_s=inf,
        max_s=max_s,
        period_s=period_s,
        explicit_max_s=explicit_max_s,
        num_uses=num_uses,
        renewable=renewable and not lasts and kind == "service",
        orphan=parent is None,
        parent=parent.id if parent is not None else "",
        meta=meta,
    )
    state.tokens.add(token.id, token, now_s)
    if token.accessor:
        state.accessors[token.accessor] = token.id
    if parent is not None:
        parent.children[token.id] = None
    if not lasts:
        lengthen_token(account, token, min(ttl_s, max_s - now_s))
    fields = {
        "accessor": token.accessor,
        "path": path,
        "policies": list(policies),
        "ttl_s": int(ttl_s),
        "display_name": display_name,
    }
    return token, Effect("vault.token_issued", token.accessor or "batch", fields=fields)


def lengthen_token(account: Account[State], token: Token, ttl_s: float) -> None:
    """From now on it lives so long."""
    now_s = account.clock()
    token.expires_s = now_s + ttl_s
    token.ends_s = now_s + ttl_s * account.setup.ends_at
    account.later(token.ends_s - now_s, partial(_token_ends, account, token))


def _token_ends(account: Account[State], token: Token) -> Aftermath | None:
    if token.ends_s > account.clock() + _SAME_INSTANT_S or account.state.tokens.get(token.id) is not token:
        return None  # it was renewed, or has ended before
    return Aftermath(effects=end_token(account, token, "vault.token_expired"))


def end_token(account: Account[State], token: Token, how: str, *, children: bool = True) -> list[Effect]:
    """It and what hangs from it ends: its leases, and its children unless they are to live on as orphans."""
    state, effects = account.state, []
    waiting = [token]
    while waiting:
        one = waiting.pop()
        if state.tokens.remove(one.id) is None:
            continue
        state.accessors.pop(one.accessor, None)
        effects.append(Effect(how, one.accessor or "batch", fields={"accessor": one.accessor, "path": one.path}))
        parent = state.tokens.get(one.parent)
        if parent is not None:
            parent.children.pop(one.id, None)
        for lease_id in list(one.leases):
            lease = state.leases.get(lease_id)
            if lease is not None:
                effects += end_lease(account, lease)
        below = [child for each in one.children if (child := state.tokens.get(each)) is not None]
        if children:
            waiting += below
        else:
            for child in below:
                child.orphan, child.parent = True, ""
        how = "vault.token_revoked"  # what hangs from it does not run out: it is revoked
    return effects


def use(token: Token) -> bool:
    """Count a request of a token that has few; whether it was the last."""
    token.num_uses = token.num_uses - 1 or -1
    return token.num_uses == -1


# -- leases -----------------------------------------------------------------------------------------------------------


def grant(account: Account[State], lease: Lease, token: Token) -> None:
    """A new lease, that hangs from a token."""
    account.state.leases.add(lease.id, lease, account.clock())
    token.leases[lease.id] = None
    lengthen_lease(account, lease, lease.ttl_s)


def lengthen_lease(account: Account[State], lease: Lease, ttl_s: float) -> None:
    """From now on it lives so long."""
    now_s = account.clock()
    lease.expires_s = now_s + ttl_s
    lease.ends_s = now_s + ttl_s * account.setup.ends_at
    account.later(lease.ends_s - now_s, partial(_lease_ends, account, lease))


def _lease_ends(account: Account[State], lease: Lease) -> Aftermath | None:
    if lease.ends_s > account.clock() + _SAME_INSTANT_S or account.state.leases.get(lease.id) is not lease:
        return None
    return Aftermath(effects=end_lease(account, lease))


def end_lease(account: Account[State], lease: Lease) -> list[Effect]:
    """Its user is dropped; where the database does not do that, it is tried again, at last given up, and told."""
    lease.ends_s = lease.expires_s = min(lease.expires_s, account.clock())
    if not lease.drop_fails:
        return forget_lease(account, lease)
    if lease.irrevocable:
        return []
    lease.attempts += 1
    if lease.attempts > TRIES:
        lease.irrevocable = True
        return [Effect("vault.lease_irrevocable", lease.id, fields=_of(lease))]
    wait_s = RETRY_S * 2 ** (lease.attempts - 1) * account.random.uniform(0.5, 1.5)
    account.later(wait_s, partial(_lease_ends, account, lease))
    return []


def forget_lease(account: Account[State], lease: Lease, *, dropped: bool = True) -> list[Effect]:
    """The lease is gone. Where it was forced, its user may live on."""
    account.state.leases.remove(lease.id)
    token = account.state.tokens.get(lease.token)
    if token is not None:
        token.leases.pop(lease.id, None)
    effects = [Effect("vault.lease_revoked", lease.id, fields=_of(lease))]
    if dropped:
        effects.append(Effect("vault.db_user_dropped", lease.user, fields=_of(lease)))
    return effects


def _of(lease: Lease) -> dict[str, Any]:
    return {"lease_id": lease.id, "role": lease.role, "username": lease.user}


def all_of(effects: Iterable[Sequence[Effect]]) -> list[Effect]:
    """One list of several."""
    return [effect for some in effects for effect in some]


def subset(asked: Sequence[str], parent: Token) -> bool:
    """Whether a child may have these policies."""
    return parent.is_root or (ROOT not in asked and set(asked) <= {*parent.policies, "default"})
