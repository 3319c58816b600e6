"""Policies: what a token may do, path by path. Written in HCL or JSON.

Of the rules that fit a path the one with the most fixed text counts, and deny always wins.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.vault.errors import not_found, refuse
from brownout_simulators.vendors.vault.replies import done, secret
from brownout_simulators.vendors.vault.resources import ROOT, Policy, Rule, State

CAPABILITIES: Final = frozenset({"create", "read", "update", "patch", "delete", "list", "sudo", "deny", "subscribe"})
NEEDED: Final = {
    "GET": ("read",),
    "HEAD": ("read",),
    "LIST": ("list",),
    "DELETE": ("delete",),
    "PATCH": ("patch",),
    "POST": ("update", "create"),
    "PUT": ("update", "create"),
}
"""Any of these lets a call through. Whether a write creates is not told from whether it changes."""
_HCL: Final = re.compile(r'path\s+"([^"]{0,500})"\s*\{([^{}]{0,2000})\}')
_CAPABILITIES: Final = re.compile(r"capabilities\s*=\s*\[([^\]]*)\]")
_WORD: Final = re.compile(r'"([^"]*)"')
_COMMENT: Final = re.compile(r"^\s*(?:#|//).*$", re.MULTILINE)
POLICY_LIMIT: Final = 64 * 1024

DEFAULT_TEXT: Final = """\
path "auth/token/lookup-self" { capabilities = ["read"] }
path "auth/token/renew-self" { capabilities = ["update"] }
path "auth/token/revoke-self" { capabilities = ["update"] }
path "sys/capabilities-self" { capabilities = ["update"] }
path "sys/leases/lookup" { capabilities = ["update"] }
path "sys/leases/renew" { capabilities = ["update"] }
path "sys/renew" { capabilities = ["update"] }
path "sys/renew/*" { capabilities = ["update"] }
path "sys/wrapping/wrap" { capabilities = ["update"] }
path "sys/wrapping/lookup" { capabilities = ["update"] }
path "sys/wrapping/unwrap" { capabilities = ["update"] }
"""
"""What every token may do unless it says `no_default_policy` (vault/policy_store.go)."""
APP_TEXT: Final = """\
path "secret/*" { capabilities = ["create", "read", "update", "patch", "delete", "list"] }
path "database/creds/*" { capabilities = ["read"] }
path "sys/leases/revoke" { capabilities = ["update"] }
path "sys/tools/random/*" { capabilities = ["update"] }
path "transit/*" { capabilities = ["create", "read", "update", "list"] }
"""
"""Policy `app`, of this simulator's own roles."""


def rules_of(text: str) -> Sequence[Rule]:
    """A policy's rules. Raises `ValueError` for what is no policy."""
    if len(text) > POLICY_LIMIT:
        raise ValueError("policy is too long")
    found = list(_json_rules(text) if text.lstrip().startswith("{") else _hcl_rules(text))
    for rule in found:
        if unknown := sorted(rule.capabilities - CAPABILITIES):
            raise ValueError(f'path "{rule.path}": invalid capability "{unknown[0]}"')
    return found


def _hcl_rules(text: str) -> Iterable[Rule]:
    text = _COMMENT.sub("", text)
    rest = _HCL.sub("", text)
    if rest.strip() and "name" not in rest:
        raise ValueError("Failed to parse policy: error parsing HCL")
    for path, block in _HCL.findall(text):
        words = _CAPABILITIES.search(block)
        yield Rule(path.removeprefix("/"), frozenset(_WORD.findall(words[1]) if words else ()))


def _json_rules(text: str) -> Iterable[Rule]:
    given = orjson.loads(text)
    paths = given.get("path", {}) if isinstance(given, dict) else None
    if not isinstance(paths, dict):
        raise ValueError("Failed to parse policy")  # noqa: TRY004
    for path, block in paths.items():
        capabilities = block.get("capabilities", []) if isinstance(block, dict) else None
        if not isinstance(capabilities, list):
            raise ValueError("Failed to parse policy")  # noqa: TRY004
        yield Rule(path.removeprefix("/"), frozenset(map(str, capabilities)))


def allows(state: State, names: Sequence[str], method: str, path: str) -> bool:
    """Whether one of these policies lets somebody do this there (`path` without the version)."""
    if ROOT in names:
        return True
    granted = capabilities(state, names, path)
    return "deny" not in granted and any(each in granted for each in NEEDED.get(method, ()))


def capabilities(state: State, names: Sequence[str], path: str) -> frozenset[str]:
    """What these policies together say of a path: of the rules that fit it, those with the most fixed text."""
    best: tuple[int, int] = (-1, -1)
    granted: frozenset[str] = frozenset()
    for name in names:
        policy = state.policies.get(name)
        for rule in policy.rules if policy is not None else ():
            if not _fits(rule.path, path):
                continue
            weight = (len(rule.path.rstrip("*").replace("+", "")), 0 if rule.path.endswith("*") else 1)
            if weight > best:
                best, granted = weight, rule.capabilities
            elif weight == best:
                granted |= rule.capabilities
    return granted


def _fits(rule: str, path: str) -> bool:
    if "+" not in rule:
        return path.startswith(rule[:-1]) if rule.endswith("*") else path == rule
    wanted, given = rule.split("/"), path.split("/")
    last = wanted[-1]
    if last.endswith("*"):
        wanted, given, tail = wanted[:-1], given[: len(wanted) - 1], "/".join(given[len(wanted) - 1 :])
        if not tail.startswith(last[:-1]):
            return False
    return len(wanted) == len(given) and all(one in ("+", other) for one, other in zip(wanted, given, strict=True))


@cache
def built_in() -> Mapping[str, Policy]:
    """Those that a cluster begins with, read once for all of them."""
    texts = {"default": DEFAULT_TEXT, "app": APP_TEXT, ROOT: ""}
    return {name: Policy(name, text, rules_of(text)) for name, text in texts.items()}


# -- endpoints --------------------------------------------------------------------------------------------------------


def list_policies(call: Call, account: Account[State]) -> Reply:
    """GET sys/policy, LIST sys/policies/acl."""
    names = sorted(policy.name for policy in account.state.policies.oldest_first())
    beside: dict[str, Any] = {} if call.path.startswith("/v1/sys/policies") else {"policies": names, "keys": names}
    return secret(call, {**beside, "keys": names}, mount_type="system", beside=beside)


def read_policy(call: Call, account: Account[State]) -> Reply:
    """GET sys/policy/:name, sys/policies/acl/:name."""
    policy = account.state.policies.get(call.params["name"].lower())
    if policy is None:
        return not_found()
    if call.path.startswith("/v1/sys/policies"):
        return secret(call, {"name": policy.name, "policy": policy.text}, mount_type="system")
    data = {"name": policy.name, "rules": policy.text}
    return secret(call, data, mount_type="system", beside=data)


def write_policy(call: Call, account: Account[State]) -> Reply:
    """PUT sys/policy/:name, sys/policies/acl/:name."""
    name, text = call.params["name"].lower(), call.data.get("policy") or call.data.get("rules")
    if name == ROOT:
        raise refuse("invalid", 'cannot update "root" policy')
    if not isinstance(text, str) or not text:
        raise refuse("invalid", "'policy' parameter not supplied or empty")
    try:
        rules = rules_of(text)
    except ValueError as error:
        raise refuse("invalid", f"failed to parse policy: {error}") from None
    account.state.policies.put(name, Policy(name, text, rules), account.clock())
    return done()


def delete_policy(call: Call, account: Account[State]) -> Reply:
    """DELETE sys/policy/:name, sys/policies/acl/:name."""
    name = call.params["name"].lower()
    if name in (ROOT, "default"):
        raise refuse("invalid", f'cannot delete "{name}" policy')
    account.state.policies.remove(name)
    return done()
