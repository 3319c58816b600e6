"""OAuth at a token endpoint: the client's id and secret as they are sent, and opaque tokens that name their client."""

import base64
import re
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

from brownout_simulators.call import Call

_CLIENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_AFTER_PREFIX: Final = re.compile(r"([A-Za-z0-9_-]+)\.[0-9a-f]{32}")


def client_credentials(call: Call) -> tuple[str, str] | None:
    """Client id and secret, from Basic authentication (form-encoded, RFC 6749 section 2.3.1) or the form.

    None where one of them is missing or the id is none.
    """
    kind, _, encoded = call.headers.get("authorization", "").partition(" ")
    try:
        if kind.lower() == "basic":
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
            client_id, secret = unquote_plus(user), unquote_plus(password)
        else:
            form = dict(parse_qsl(call.body.decode()))
            client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    except ValueError:
        return None
    return (client_id, secret) if secret and _CLIENT.fullmatch(client_id) else None


def token_for(client_id: str, *, prefix: str, digits: str) -> str:
    """A token that names its client, so that whoever shows it is known before any account is; 32 hexadecimal digits."""
    return f"{prefix}{base64.urlsafe_b64encode(client_id.encode()).decode().rstrip('=')}.{digits}"


@lru_cache(1_000)
def client_of(token: str, *, prefix: str) -> str:
    """The client that a token names; "" for what is no token. Whether it was ever issued is the account's to say."""
    match = _AFTER_PREFIX.fullmatch(token, len(prefix)) if token.startswith(prefix) else None
    if match is None:
        return ""
    try:
        client_id = base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4)).decode()
    except ValueError:
        return ""
    return client_id if _CLIENT.fullmatch(client_id) else ""
