"""Who is calling: tokens, keys with their e-mail, what each may do, and how an application is told to come here.

Cloudflare has no test mode. A credential must say by itself that it is for tests, and every other is refused: nobody's
real one is ever taken here.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call
from brownout_simulators.vendor import Credential
from brownout_simulators.vendors.cloudflare.dialect import id_from
from brownout_simulators.vendors.cloudflare.errors import BAD_TOKEN_CHAIN, refuse
from brownout_simulators.vendors.cloudflare.resources import State
from brownout_simulators.vendors.cloudflare.setup import NAMESPACES, ZONES

FULL: Final = "cf_ok_"
KEY: Final = "cf_key_"
EXAMPLE_KEY: Final = "144c9defac04969c7bfad8efaa8ea194"
"""The key of Cloudflare's own documentation, which the SDKs' own tests send."""
ROOT: Final = "/client/v4"
_TOKEN: Final = re.compile(
    r"cf_(ok|ro|expired|disabled)_([\w.-]{1,100})|cf_zone_([0-9a-f]{32})_([\w.-]{1,100})", re.ASCII
)
_OWNED: Final = re.compile(r"cfat_ok_([\w.-]{1,100})", re.ASCII)
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_READS: Final = ("/bulk/get",)
"""What reads though it is posted."""


def authenticate(call: Call) -> Credential:
    """Any test credential opens a world of its own. Of several that are sent each must be good."""
    headers = call.headers
    given, key, email = headers.get("authorization"), headers.get("x-auth-key"), headers.get("x-auth-email")
    if given is None and key is None and email is None:
        raise refuse("no_credentials")
    if key is not None or email is not None:
        found = _by_key(key or "", email or "")
    if given is not None:
        found = _by_authorization(given)
    _permit(call, found)
    return found


def token_of(call: Call) -> str:
    """The token of a call that was let in; "" where it came by key."""
    return call.headers.get("authorization", "").partition(" ")[2].strip()


def _by_key(key: str, email: str) -> Credential:
    if _EMAIL.fullmatch(email) is None:
        raise refuse("bad_headers", chain=(6102, "Invalid format for X-Auth-Email header"))
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise refuse("bad_headers", chain=(6103, "Invalid format for X-Auth-Key header"))
    if key == EXAMPLE_KEY:
        return Credential(email)
    if not key.startswith(KEY) or not 0 < len(key) - len(KEY) <= 100:
        raise refuse("unknown_key")
    return Credential(key.removeprefix(KEY))


@lru_cache(maxsize=4_096)
def _by_authorization(given: str) -> Credential:
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or not token.strip() or " " in token.strip():
        raise refuse("bad_headers", chain=BAD_TOKEN_CHAIN)
    return _by_token(token.strip())


@lru_cache(maxsize=4_096)
def _by_token(token: str) -> Credential:
    owned = _OWNED.fullmatch(token)
    if owned is not None:
        # An account's own token has a rate of its own, and so a label: it is nobody's user.
        return Credential(owned[1], "owned")
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise refuse("invalid_token")
    kind, name, zone, holder = found.groups()
    return Credential(holder, zone) if zone is not None else Credential(name, kind)


def _permit(call: Call, credential: Credential) -> None:
    kind = credential.magic
    verifies = call.path.endswith("/tokens/verify")
    if verifies:
        if (kind == "owned") != ("/accounts/" in call.path):
            raise refuse("invalid_token")
        return
    if kind in {"expired", "disabled"}:
        raise refuse("invalid_token")
    if kind == "ro" and call.method != "GET" and not call.route.endswith(_READS):
        raise refuse("no_permission")
    if len(kind) == 32:
        asked = call.params.get("zone")
        if asked is None and not (call.method == "GET" and call.path.endswith("/zones")):
            raise refuse("no_permission")
        if asked not in (None, kind):
            raise refuse("not_yours")


def only_zone(call: Call) -> str:
    """The one zone that the caller's token may see; "" where it may see all."""
    token = token_of(call)
    kind = _by_token(token).magic if token else ""
    return kind if len(kind) == 32 else ""


def account_id(name: str) -> str:
    """The id of the one account that a user has."""
    return id_from("account", name)


def zone_id(name: str, zone: str) -> str:
    """The id of a zone that a user has from the beginning."""
    return id_from("zone", name, zone)


def namespace_id(name: str, title: str) -> str:
    """The id of a namespace that he has from the beginning."""
    return id_from("namespace", name, title)


def admit(call: Call, account: Account[State]) -> None:
    """Nobody sees another's account."""
    asked = call.params.get("account")
    if asked is not None and asked != account_id(account.name):
        raise refuse("not_yours")


def test_key(name: str) -> str:
    """The token of the user called `name`, with all rights."""
    return FULL + "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)[:100]


def account_of(key: str) -> str:
    """The user that a token is of."""
    return key.removeprefix(FULL)


def environment(base_url: str, key: str) -> Mapping[str, str]:
    """By which an application finds the simulator: both SDKs read the first two."""
    user = account_of(key)
    return {
        "CLOUDFLARE_BASE_URL": base_url + ROOT,
        "CLOUDFLARE_API_TOKEN": key,
        "CLOUDFLARE_ACCOUNT_ID": account_id(user),
        "CLOUDFLARE_ZONE_NAME": ZONES[0],
        "CLOUDFLARE_ZONE_ID": zone_id(user, ZONES[0]),
        "CLOUDFLARE_KV_NAMESPACE_ID": namespace_id(user, NAMESPACES[0]),
    }
