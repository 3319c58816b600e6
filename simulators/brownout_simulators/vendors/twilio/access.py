"""Who calls, what they sent, and which numbers look like numbers: what every product's actions begin with."""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Credential, Refused
from brownout_simulators.vendors.twilio.errors import TwilioErrors, refuse
from brownout_simulators.vendors.twilio.magic import REFUSED_TOKEN, is_test_account
from brownout_simulators.vendors.twilio.state import State

MAX_FIELDS: Final = 1000
_ACCOUNT: Final = re.compile(r"AC[0-9a-fA-F]{32}")
_KEY: Final = re.compile(r"SK[0-9a-fA-F]{32}")
_E164: Final = re.compile(r"\+[1-9]\d{6,14}")
_SENDER: Final = re.compile(r"\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}")
_CHANNEL: Final = re.compile(r"(?:whatsapp:\+[1-9]\d{6,14}|messenger:\S+|rcs:\S+)")
_TESTABLE: Final = ("/Messages.json", "/Calls.json", "/IncomingPhoneNumbers.json")


def parse(call: Call) -> Mapping[str, Any]:
    """Form body, or query where there is no body; a repeated name becomes a list. `ValueError` if it is no form."""
    raw = call.body.decode() if call.body else call.query
    data: dict[str, Any] = {}
    if not raw:
        return data
    pairs = raw.split("&")
    if len(pairs) > MAX_FIELDS:
        raise ValueError(f"more than {MAX_FIELDS} fields")
    # By hand, because `parse_qsl` takes a third of the time of a whole call.
    for pair in pairs:
        name, _, value = pair.partition("=")
        if "%" in name or "+" in name:
            name = unquote_plus(name)
        if value.startswith("%2B") and value[3:].isalnum():
            value = "+" + value[3:]  # a number, as most values with an escape are
        elif "%" in value or "+" in value:
            value = unquote_plus(value)
        if name not in data:
            data[name] = value
        elif isinstance(data[name], list):
            data[name].append(value)
        else:
            data[name] = [data[name], value]
    return data


def basic(call: Call) -> tuple[str, str]:
    """User and password of Basic authentication; 401 20003 where there are none."""
    user, password = _decoded(call.headers.get("authorization", ""))
    if not user or not password:
        raise Refused(TwilioErrors().unauthenticated(call))
    return user, password


@lru_cache(maxsize=1024)
def _decoded(header: str) -> tuple[str, str]:
    """Two empty texts where there is no Basic credential."""
    kind, _, encoded = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password


def authenticate(call: Call) -> Credential:
    """The account of `AC...:token`. An API key `SK<hex>` belongs to the account `AC<hex>`."""
    found = _credential(*basic(call))
    if found is None:
        raise Refused(TwilioErrors().unauthenticated(call))
    return found


@lru_cache(maxsize=1024)
def _credential(user: str, password: str) -> Credential | None:
    """None where there is no such account."""
    if password == REFUSED_TOKEN or not (_ACCOUNT.fullmatch(user) or _KEY.fullmatch(user)):
        return None
    account = "AC" + user[2:]
    return Credential(account, "test" if is_test_account(account) else "")


def admit(call: Call, account: Account[State]) -> None:
    """The first auth token that an account shows is its token, and the first secret its API key's: another one is wrong
    from then on."""
    user, password = basic(call)
    state = account.state
    held = "auth_token" if user.startswith("AC") else "key_secret"
    if not getattr(state, held):
        setattr(state, held, password)
    elif getattr(state, held) != password:
        raise Refused(TwilioErrors().unauthenticated(call))
    named = call.params.get("AccountSid")
    if named is not None and named != account.name:
        raise refuse(20404, call.path)
    if is_test_account(account.name) and not (call.path.endswith(_TESTABLE) or "/PhoneNumbers/" in call.path):
        raise refuse(20008)


def text(call: Call, name: str) -> str:
    """A parameter as text, "" where it is absent; of a repeated one the last."""
    value = call.data.get(name, "")
    if type(value) is str:  # as mostly
        return value
    return str(value[-1]) if isinstance(value, list) else str(value)


def many(call: Call, name: str) -> list[str]:
    """A parameter that may be repeated."""
    value = call.data.get(name, [])
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def missing(call: Call) -> Refused:
    """404 20404 for the path that was asked for."""
    return refuse(20404, call.path)


def unseen(account: Account[State], created_s: float) -> bool:
    """Whether a lagging read does not see yet what was created at that wall-clock instant."""
    if account.as_of_s is None or created_s <= account.epoch_s + account.as_of_s:
        return False
    account.was_stale = True
    return True


def is_recipient(number: str) -> bool:
    """E.164, or an address of a chat channel."""
    return bool(_E164.fullmatch(number) or _CHANNEL.fullmatch(number))


def is_sender(number: str) -> bool:
    """E.164, a short code, an alphanumeric sender, or an address of a chat channel."""
    return bool(_SENDER.fullmatch(number) or _CHANNEL.fullmatch(number))


def callback_url(call: Call) -> str:
    """`StatusCallback`, checked as Twilio does: http(s) and a host name without underscores; 400 21609 otherwise."""
    url = text(call, "StatusCallback")
    if url and not is_url(url):
        raise refuse(21609, url)
    return url


def is_url(url: str) -> bool:
    """Whether Twilio would fetch it or call it back: http(s), and a host name without underscores."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and "_" not in (parts.hostname or "")
    except ValueError:
        return False


def callback_references(url: str) -> dict[str, str]:
    """The caller's own ids in the query of its callback URL: Messages has no other place for one."""
    query = urlsplit(url).query if "?" in url else ""
    return {f"callback.{name}": value for name, value in parse_qsl(query)} if query else {}


def instant_s(value: str) -> float | None:
    """A date or date-time of a filter, in wall-clock seconds; None if it is neither."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def within(call: Call, name: str, at_s: float | None) -> bool:
    """Whether an instant passes the filters `Name`, `Name<` and `Name>`; a bare date means that whole day."""
    for suffix, value in (("", text(call, name)), ("<", text(call, f"{name}<")), (">", text(call, f"{name}>"))):
        if not value:
            continue
        bound_s = instant_s(value)
        if bound_s is None:
            raise refuse(20001, f"{name}{suffix} is not a date")
        if at_s is None:
            return False
        if suffix == "" and not bound_s <= at_s < bound_s + (86_400 if len(value) == 10 else 1):
            return False
        if (suffix == "<" and at_s > bound_s) or (suffix == ">" and at_s < bound_s):
            return False
    return True


def json(status: int, body: Mapping[str, Any]) -> Reply:
    """A JSON reply."""
    return Reply(status, orjson.dumps(body), {"Content-Type": "application/json"})
