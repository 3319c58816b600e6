"""Who is calling: the application and its key pair, the user that it acts for, the account; and how it is told so.

All of them follow from the integration key, so that a client can be configured before anything runs.
"""

import base64
import math
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from brownout_simulators.primes import primes
from brownout_simulators.vendors.docusign.ids import guid_of

E: Final = 65_537
USER_NAME: Final = "Sam Sender"
USER_EMAIL: Final = "sam.sender@example.com"
# DigestInfo of SHA-256 (RFC 8017, section 9.2, note 1).
_SHA256: Final = bytes.fromhex("3031300d060960864801650304020105000420")
_BYTES: Final = 256


class KeyPair(NamedTuple):
    """An application's RSA pair: the vendor has the public half."""

    p: int
    q: int

    def has_signed(self, signed: bytes, signature: bytes) -> bool:
        """Whether the private half made this signature (RSASSA-PKCS1-v1_5 with SHA-256)."""
        if len(signature) != _BYTES:
            return False
        made = pow(int.from_bytes(signature), E, self.p * self.q).to_bytes(_BYTES)
        digest = _SHA256 + sha256(signed).digest()
        return made == b"\0\1" + b"\xff" * (_BYTES - len(digest) - 3) + b"\0" + digest

    def pem(self) -> str:
        """The private half (RFC 8017, appendix A.1.2)."""
        p, q = self.p, self.q
        d = pow(E, -1, math.lcm(p - 1, q - 1))
        numbers = (0, p * q, E, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
        text = base64.b64encode(_der(0x30, b"".join(map(_integer, numbers)))).decode()
        lines = [text[at : at + 64] for at in range(0, len(text), 64)]
        return "\n".join(("-----BEGIN RSA PRIVATE KEY-----", *lines, "-----END RSA PRIVATE KEY-----", ""))


@lru_cache(maxsize=4_096)
def key_pair(label: str) -> KeyPair:
    """The pair of an account's application, always the same."""
    known = primes()
    place = int.from_bytes(blake2b(b"docusign" + label.encode(), digest_size=8).digest())
    high = 1 + place % (len(known) - 1)
    return KeyPair(known[high], known[(place // len(known)) % high])


def test_key(name: str) -> str:
    """The integration key of the application called `name`: a GUID, as all of them are."""
    return guid_of("docusign", "integration key", name)


@lru_cache(maxsize=4_096)
def label_of(integration_key: str) -> str:
    """The account's label: no secret, and always the same."""
    return "account_" + blake2b(integration_key.lower().encode(), digest_size=8).hexdigest()


@lru_cache(maxsize=4_096)
def account_id(label: str) -> str:
    """Of the account, as paths name it."""
    return guid_of("docusign", "account", label)


@lru_cache(maxsize=4_096)
def user_id(label: str) -> str:
    """Of the user that the application acts for."""
    return guid_of("docusign", "user", label)


def hmac_key(label: str, nth: int) -> str:
    """The nth key by which the account signs what Connect sends."""
    return base64.b64encode(sha256(f"docusign\0hmac\0{label}\0{nth}".encode()).digest()).decode()


def environment(base_url: str, key: str) -> Mapping[str, str]:
    """By which an application finds the simulator. The key pair's line ends are written as `\\n`: a line is a line."""
    label = label_of(key)
    place = urlsplit(base_url)
    port = f":{place.port}" if place.port else ""
    name = "localhost" if place.hostname in {"127.0.0.1", "::1"} else place.hostname or "localhost"
    return {
        "DOCUSIGN_BASE_PATH": f"{base_url}/restapi",
        "DOCUSIGN_OAUTH_BASE": base_url,
        "DOCUSIGN_OAUTH_HOST": f"{name}{port}",
        "DOCUSIGN_INTEGRATION_KEY": key,
        "DOCUSIGN_USER_ID": user_id(label),
        "DOCUSIGN_ACCOUNT_ID": account_id(label),
        "DOCUSIGN_PRIVATE_KEY": key_pair(label).pem().replace("\n", "\\n"),
        "DOCUSIGN_CONNECT_HMAC_SECRET": hmac_key(label, 0),
    }


def _integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content
