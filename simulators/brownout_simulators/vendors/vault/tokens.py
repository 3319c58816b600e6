"""`auth/token/`: tokens made, looked up, renewed, revoked."""

from collections.abc import Mapping, Sequence
from math import inf, isinf
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.vault import fields, lives
from brownout_simulators.vendors.vault.access import live, token_of
from brownout_simulators.vendors.vault.durations import instant, words
from brownout_simulators.vendors.vault.errors import not_found, refuse
from brownout_simulators.vendors.vault.replies import done, secret
from brownout_simulators.vendors.vault.resources import ROOT, SYSTEM_TTL_S, State, Token

KIND: Final = "token"


def auth_of(token: Token, ttl_s: float, metadata: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The `auth` block of a token that was made or renewed."""
    return {
        "client_token": token.id,
        "accessor": token.accessor,
        "policies": list(token.policies),
        "token_policies": list(token.policies),
        "metadata": metadata if metadata is not None else token.meta,
        "lease_duration": int(ttl_s),
        "renewable": token.renewable,
        "entity_id": "",
        "token_type": token.kind,
        "orphan": token.orphan,
        "mfa_requirement": None,
        "num_uses": max(0, token.num_uses),
    }


def capped(asked_s: float, limit_s: float) -> tuple[float, list[str]]:
    """As long as it may be; a warning where that is less than what was asked."""
    if asked_s <= limit_s:
        return asked_s, []
    warning = (
        f'TTL of "{words(asked_s)}" exceeded the effective max_ttl of "{words(limit_s)}"; '
        "TTL value is capped accordingly"
    )
    return limit_s, [warning]


def create(call: Call, account: Account[State]) -> Reply:
    """POST create: a child of the caller's."""
    parent = token_of(call, account)
    return _created(call, account, parent, is_orphan=fields.flag(call, "no_parent") and _root_only(parent, "create"))


def create_orphan(call: Call, account: Account[State]) -> Reply:
    """POST create-orphan: one that lives on when its maker ends."""
    return _created(call, account, token_of(call, account), is_orphan=True)


def _root_only(token: Token, what: str) -> bool:
    if not token.is_root:
        raise refuse("root_needed", f"{what} orphan token")
    return True


def _created(call: Call, account: Account[State], parent: Token, *, is_orphan: bool) -> Reply:
    kind = {"": "service", "default": "service"}.get(fields.text(call, "type"), fields.text(call, "type"))
    if kind not in ("service", "batch"):
        raise refuse("invalid", "invalid 'token_type' value")
    if fields.text(call, "id"):
        raise refuse("invalid", "custom token ids are not simulated")
    policies = _policies(call, parent)
    explicit_s, period_s = fields.duration(call, "explicit_max_ttl"), fields.duration(call, "period")
    if period_s:
        _root_only(parent, "create periodic")
    wished_s = fields.duration(call, "ttl") or fields.duration(call, "lease")
    is_endless = ROOT in policies and not wished_s and not period_s and not explicit_s
    limit_s = min(SYSTEM_TTL_S, explicit_s or inf)
    ttl_s, warnings = capped(period_s or wished_s or min(SYSTEM_TTL_S, limit_s), limit_s)
    missing = [name for name in policies if name not in account.state.policies]
    warnings += [f"policy {name!r} does not exist".replace("'", '"') for name in missing]
    num_uses = fields.number(call, "num_uses")
    if num_uses < 0:
        raise refuse("invalid", "number of uses cannot be negative")
    name = fields.text(call, "display_name")
    token, effect = lives.issue(
        account,
        policies=policies,
        path=f"auth/token/{call.path.rpartition('/')[2]}",
        display_name=f"token-{name}" if name else "token",
        ttl_s=0.0 if is_endless else ttl_s,
        period_s=period_s,
        explicit_max_s=explicit_s,
        num_uses=num_uses,
        renewable=fields.flag(call, "renewable", default=True),
        kind=kind,
        parent=None if is_orphan else parent,
        meta=fields.pairs(call, "meta"),
    )
    body = auth_of(token, 0.0 if is_endless else ttl_s)
    return secret(call, auth=body, warnings=warnings, mount_type=KIND, effects=(effect,))


def _policies(call: Call, parent: Token) -> Sequence[str]:
    asked = fields.texts(call, "policies")
    if not asked:
        return parent.policies
    asked = sorted({each.lower() for each in asked})
    if not lives.subset(asked, parent):
        raise refuse("policies_not_a_subset")
    if ROOT in asked:
        return (ROOT,)
    if "default" not in asked and not fields.flag(call, "no_default_policy"):
        asked = sorted({*asked, "default"})
    return tuple(asked)


# -- looked up --------------------------------------------------------------------------------------------------------


def look_up_self(call: Call, account: Account[State]) -> Reply:
    """GET, POST lookup-self."""
    return secret(call, _described(account, token_of(call, account)), mount_type=KIND)


def look_up(call: Call, account: Account[State]) -> Reply:
    """POST lookup: the token that the body names."""
    text = fields.text(call, "token")
    if not text:
        return look_up_self(call, account)
    token = live(account, text)
    if token is None:
        raise refuse("bad_token")
    return secret(call, _described(account, token), mount_type=KIND)


def look_up_accessor(call: Call, account: Account[State]) -> Reply:
    """POST lookup-accessor: all but the token itself."""
    token = _by_accessor(call, account)
    if token is None:
        raise refuse("invalid", "invalid accessor")
    return secret(call, {**_described(account, token), "id": ""}, mount_type=KIND)


def list_accessors(call: Call, account: Account[State]) -> Reply:
    """LIST accessors."""
    keys = list(account.state.accessors)
    return secret(call, {"keys": keys}, mount_type=KIND) if keys else not_found()


def _by_accessor(call: Call, account: Account[State]) -> Token | None:
    accessor = fields.text(call, "accessor")
    if not accessor:
        raise refuse("invalid", "missing accessor")
    return live(account, account.state.accessors.get(accessor))


def _described(account: Account[State], token: Token) -> dict[str, Any]:
    now_s, epoch_s = account.clock(), account.epoch_s
    data: dict[str, Any] = {
        "id": token.id,
        "accessor": token.accessor,
        "ttl": 0 if isinf(token.expires_s) else max(0, int(token.expires_s - now_s)),
        "creation_ttl": int(token.ttl_s),
        "creation_time": int(epoch_s + token.issued_s),
        "expire_time": None if isinf(token.expires_s) else instant(epoch_s + token.expires_s),
        "issue_time": instant(epoch_s + token.issued_s),
        "explicit_max_ttl": int(token.explicit_max_s),
        "num_uses": token.num_uses,
        "orphan": token.orphan,
        "path": token.path,
        "policies": list(token.policies),
        "renewable": token.renewable,
        "type": token.kind,
        "meta": token.meta,
        "display_name": token.display_name,
        "entity_id": "",
    }
    if token.period_s:
        data["period"] = int(token.period_s)
    if token.last_renewal_s:
        data["last_renewal"] = instant(epoch_s + token.last_renewal_s)
        data["last_renewal_time"] = int(epoch_s + token.last_renewal_s)
    return data


# -- renewed ----------------------------------------------------------------------------------------------------------


def renew_self(call: Call, account: Account[State]) -> Reply:
    """POST renew-self."""
    return _renewed(call, account, token_of(call, account))


def renew(call: Call, account: Account[State]) -> Reply:
    """POST renew: the token that the body names."""
    text = fields.text(call, "token")
    if not text:
        raise refuse("missing_token")
    token = live(account, text)
    if token is None:
        raise refuse("token_not_found")
    return _renewed(call, account, token)


def renew_accessor(call: Call, account: Account[State]) -> Reply:
    """POST renew-accessor."""
    token = _by_accessor(call, account)
    if token is None:
        raise refuse("invalid", "invalid accessor")
    return _renewed(call, account, token)


def _renewed(call: Call, account: Account[State], token: Token) -> Reply:
    if token.kind == "batch":
        raise refuse("batch_renewal")
    if isinf(token.expires_s):
        raise refuse("lease_id_invalid")
    if not token.renewable:
        raise refuse("lease_not_renewable")
    wish_s = fields.duration(call, "increment")
    now_s = account.clock()
    if token.period_s:
        wish_s = token.period_s  # whatever was asked for
    given_s, warnings = capped(wish_s or token.ttl_s, max(0.0, token.max_s - now_s))
    token.last_renewal_s = now_s
    lives.lengthen_token(account, token, given_s)
    said = {"accessor": token.accessor, "asked_s": int(wish_s), "given_s": int(given_s)}
    effect = Effect("vault.token_renewed", token.accessor, fields=said)
    return secret(call, auth=auth_of(token, given_s), warnings=warnings, mount_type=KIND, effects=(effect,))


# -- revoked ----------------------------------------------------------------------------------------------------------


def revoke_self(call: Call, account: Account[State]) -> Reply:
    """POST revoke-self: it, its children and their leases end."""
    return _revoked(account, token_of(call, account))


def revoke(call: Call, account: Account[State]) -> Reply:
    """POST revoke: one that is not there is revoked, too."""
    return _revoked(account, _named(call, account))


def revoke_orphan(call: Call, account: Account[State]) -> Reply:
    """POST revoke-orphan: its children live on."""
    token = _named(call, account)
    if token is None:
        raise refuse("invalid", "token to revoke not found")
    return _revoked(account, token, children=False)


def revoke_accessor(call: Call, account: Account[State]) -> Reply:
    """POST revoke-accessor: one that is not there is a warning."""
    token = _by_accessor(call, account)
    if token is None:
        return secret(call, warnings=["No token found with this accessor"], mount_type=KIND)
    return _revoked(account, token)


def _named(call: Call, account: Account[State]) -> Token | None:
    text = fields.text(call, "token")
    if not text:
        raise refuse("missing_token")
    return live(account, text)


def _revoked(account: Account[State], token: Token | None, *, children: bool = True) -> Reply:
    if token is None:
        return done()
    if token.kind == "batch":
        raise refuse("batch_revocation")
    return done(*lives.end_token(account, token, "vault.token_revoked", children=children))
