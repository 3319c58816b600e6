"""Who is calling: secret keys, the instance behind each, and how an application is told to come here."""

import base64
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Final
from urllib.parse import parse_qs

from brownout_simulators import svix
from brownout_simulators.account import Account
from brownout_simulators.call import Call
from brownout_simulators.vendor import Credential, Refused
from brownout_simulators.vendors.clerk.errors import error, refuse
from brownout_simulators.vendors.clerk.magic import BAD_KEYS, PRODUCTION
from brownout_simulators.vendors.clerk.resources import State
from brownout_simulators.vendors.clerk.signing import kid_of, signing_key

_TEST: Final = "sk_test_"
OWN: Final = "sk_test_brownout_"
"""A key that begins so names its instance; any other key's instance is named by a digest."""
MACHINE: Final = "ak_"
_RANDOM: Final = 32
"""Characters of a machine's secret key behind the name of its instance."""
_TICKETS: Final = "/tickets/accept"
MACHINES_ONLY: Final = "/m2m_tokens"
"""What a machine's key opens; to create a token nothing else does."""


def authenticate(call: Call) -> Credential:
    """Any test key opens an instance of its own; a machine's key is of the instance that gave it out."""
    if call.path.endswith(_TICKETS):
        label, _ = read_ticket(parse_qs(call.query).get("ticket", [""])[0])
        if label:
            return Credential(label, "ticket")
    scheme, _, key = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise refuse(call, "authorization_header_format_invalid")
    credential = _credential(key.strip())
    if credential is None:
        raise refuse(call, "clerk_key_invalid")
    if (credential.magic == "machine") and MACHINES_ONLY not in call.path:
        raise refuse(call, "clerk_key_invalid")
    return credential


def admit(call: Call, account: Account[State]) -> None:
    """A machine's key is good as long as the machine has it."""
    key = call.headers.get("authorization", "").partition(" ")[2].strip()
    if key.startswith(MACHINE) and machine_of(account, key) is None:
        raise Refused(error(call, "clerk_key_invalid"))


def machine_of(account: Account[State], key: str) -> str | None:
    """The id of the machine whose key it is."""
    known = account.state.machine_keys.get(key)
    return None if known is None or known.until_s <= account.wall_s() else known.machine_id


def machine_key(account: Account[State]) -> str:
    """A new secret key for a machine: it names its instance, as one that opens it must."""
    name = base64.urlsafe_b64encode(account.name.encode()).decode().rstrip("=")
    return f"{MACHINE}{name}{account.ids.base62(_RANDOM)}"


@lru_cache(maxsize=4_096)
def _credential(key: str) -> Credential | None:
    """Remembered: it is worked out once for a key."""
    if key.startswith(MACHINE):
        label, _ = read_ticket(key.removeprefix(MACHINE)[:-_RANDOM])
        return Credential(label, "machine") if label else None
    if not key.startswith(_TEST) or len(key) <= len(_TEST) or not key.isascii() or key.startswith(BAD_KEYS):
        return None
    return Credential(label_of(key))


def label_of(key: str) -> str:
    """The name of a key's instance: no secret, and always the same."""
    if key.startswith(OWN) and key != OWN:
        return key.removeprefix(OWN)
    return "instance_" + blake2b(key.encode(), digest_size=8).hexdigest()


def is_production(label: str) -> bool:
    """Whether it is a production instance, as its key's name says."""
    return label.endswith(PRODUCTION)


def instance_id(label: str) -> str:
    """The instance's own id, which is also that of its first signing key."""
    return kid_of(label, 0)


def issuer(label: str) -> str:
    """The address of the Frontend API. Nothing answers there, and nothing on the internet ever will: the name is one of
    this machine's own (RFC 6761, section 6.3)."""
    return f"https://{_frontend(label)}"


def _frontend(label: str) -> str:
    name = "".join(letter if letter.isalnum() else "-" for letter in label.lower())
    return f"clerk-{name[:50].strip('-') or 'x'}.localhost"


def publishable_key(label: str) -> str:
    """As the SDKs read it: it names the Frontend API."""
    return "pk_test_" + base64.b64encode(f"{_frontend(label)}$".encode()).decode()


def ticket(label: str, id: str) -> str:  # noqa: A002
    """What stands in a link that is sent to somebody: it names its instance, for who follows it has no key."""
    return f"{base64.urlsafe_b64encode(label.encode()).decode().rstrip('=')}.{id}"


def read_ticket(text: str) -> tuple[str, str]:
    """Instance and id of a ticket; empty for what is none."""
    name, _, id = text.partition(".")  # noqa: A001
    try:
        label = base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
    except ValueError:
        return "", ""
    return (label, id) if label and label.isascii() and label.isprintable() else ("", "")


def test_key(name: str) -> str:
    """The secret key of the instance called `name`."""
    return OWN + "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)


def webhook_secret(label: str, nth: int = 0) -> str:
    """The signing secret of an instance's nth webhook endpoint: an application can be configured before it is there."""
    return svix.secret_of("clerk", label, str(nth))


def environment(base_url: str, key: str) -> Mapping[str, str]:
    """By which an application finds the simulator. The public key is one line: the SDKs read it so."""
    label = label_of(key)
    return {
        "CLERK_API_URL": base_url,
        "CLERK_SECRET_KEY": key,
        "CLERK_PUBLISHABLE_KEY": publishable_key(label),
        "CLERK_JWT_KEY": signing_key(label, 0).pem().replace("\n", ""),
        "CLERK_WEBHOOK_SIGNING_SECRET": webhook_secret(label),
    }
