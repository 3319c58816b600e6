"""Who is calling: tokens, and the cluster that each is of; how an application is told to come here."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Credential, Refused
from brownout_simulators.vendors.vault.beginning import begin
from brownout_simulators.vendors.vault.errors import is_login, refuse
from brownout_simulators.vendors.vault.names import DEFAULT, OWN_ROLE, OWN_SECRET_ID, root_token, with_label
from brownout_simulators.vendors.vault.resources import State, Token

HEADER: Final = "x-vault-token"
_LABELLED: Final = re.compile(r"[^.]+\.[^.]+\.([A-Za-z0-9_-]{1,100})")
_ROLE: Final = re.compile(r"[^.]{1,200}\.([A-Za-z0-9_-]{1,100})")
WRAPPING: Final = frozenset({"/v1/sys/wrapping/unwrap", "/v1/sys/wrapping/lookup", "/v1/sys/wrapping/rewrap"})
"""Here a wrapping token may stand in the place of a token."""
OPEN: Final = frozenset({"/v1/sys/wrapping/lookup"})
"""Nobody's token is asked for."""


def token_text(call: Call) -> str:
    """The token that the call brings, in either header; empty where it brings none."""
    token = call.headers.get(HEADER)
    if token:
        return token
    scheme, _, bearer = call.headers.get("authorization", "").partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else ""


def whose(call: Call) -> str:
    """The cluster that a call is for: its token's, or its role's. Without either it is the default one's.

    A login may bring an old token, which does not matter.
    """
    if is_login(call):
        return _label(_ROLE, call.data.get("role_id"))
    return _label(_LABELLED, token_text(call) or call.data.get("token"))


def _label(shape: "re.Pattern[str]", text: Any) -> str:
    found = shape.fullmatch(text) if isinstance(text, str) else None
    return found[1] if found else DEFAULT


def authenticate(call: Call) -> Credential:
    """Whether the token is any good is for `admit` to say: a cluster that is sealed says that it is, to anybody."""
    return Credential(whose(call))


def admit(call: Call, account: Account[State]) -> None:
    """The seal, then the node, then the token: in this order, whatever is asked for."""
    state: State = account.state
    if not state.is_begun:
        begin(account)
    if state.sealed:
        raise refuse("sealed")
    server = account.setup
    if server.node == "uninitialized":
        raise refuse("uninitialized")
    if server.standby_host or "x-vault-no-request-forwarding" in call.headers:
        _check_node(call, account)
    if not (is_login(call) or call.path in WRAPPING):
        token_of(call, account)


def _check_node(call: Call, account: Account[State]) -> None:
    """A standby that does not forward sends its client to the active node: 307, with method, body and token kept."""
    host = call.headers.get("host", "").rpartition(":")[0].lower()
    is_standby = bool(account.setup.standby_host) and host == account.setup.standby_host
    must_not_forward = account.setup.node == "standby" and "x-vault-no-request-forwarding" in call.headers
    if is_standby or must_not_forward:
        query = f"?{call.query}" if call.query else ""
        raise Refused(Reply(307, headers={"Location": f"{account.base_url}{quote(call.path)}{query}"}))


def token_of(call: Call, account: Account[State]) -> Token:
    """The caller's token. Raises 403: without any in one form of words, with a bad one in another."""
    text = token_text(call)
    if not text:
        raise refuse("permission_denied")
    token = live(account, text)
    if token is None:
        raise refuse("invalid_token")
    return token


def live(account: Account[State], text: Any) -> Token | None:
    """The token of that text, if it has not ended."""
    token = account.state.tokens.get(text) if isinstance(text, str) else None
    return None if token is None or token.ends_s <= account.clock() else token


def test_key(name: str) -> str:
    """The root token of the cluster called `name`."""
    label = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)[:100]
    return root_token(label or DEFAULT)


def account_of(key: str) -> str:
    """The cluster that a root token is of."""
    return _label(_LABELLED, key)


def environment(base_url: str, key: str) -> Mapping[str, str]:
    """Vault's own variables, and the credentials of AppRole's role `app`."""
    label = account_of(key)
    return {
        "VAULT_ADDR": base_url,
        "VAULT_TOKEN": key,
        "VAULT_ROLE_ID": with_label(f"{OWN_ROLE}app", label),
        "VAULT_SECRET_ID": f"{OWN_SECRET_ID}app",
    }


def lasts(call: Call) -> bool:
    """Whether the call's token is one that has no end."""
    return token_text(call).startswith("hvs.sim-root")
