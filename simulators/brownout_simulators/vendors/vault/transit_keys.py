"""Keys of transit: their versions, and what each of them does with a text."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from brownout_simulators.vendors.vault.errors import refuse

PREFIX: Final = "vault:v"
ENCRYPTING: Final = "aes256-gcm96"
SIGNING: Final = "ed25519"
NONCE: Final = 12


class KeyVersion(NamedTuple):
    """One rotation's."""

    secret: bytes
    created_s: float


@dataclass(slots=True, eq=False)
class TransitKey:
    """By name."""

    name: str
    kind: str
    versions: list[KeyVersion] = field(default_factory=list, repr=False)
    min_decryption: int = 1
    min_encryption: int = 0
    deletion_allowed: bool = False
    exportable: bool = False

    @property
    def newest(self) -> int:
        """The number of its newest version."""
        return len(self.versions)

    def secret(self, version: int) -> bytes:
        """The secret of a version that texts may still be read with. Raises 400 for one that is not."""
        if not 1 <= version <= self.newest:
            raise refuse("invalid", "invalid ciphertext: version is too new")
        if version < self.min_decryption:
            raise refuse("invalid", "ciphertext or signature version is disallowed by policy (too old)")
        return self.versions[version - 1].secret

    def to_write(self, asked: int) -> int:
        """The version that writes: the newest, unless another one is asked for."""
        version = asked or self.newest
        if version > self.newest or version < max(1, self.min_encryption):
            raise refuse("invalid", "requested version for encryption is not one of those that may encrypt")
        return version


def decoded(value: Any, what: str) -> bytes:
    """Base64 as a caller sends it. Raises 400."""
    if not isinstance(value, str):
        raise refuse("invalid", what)
    try:
        return b64decode(value, validate=True)
    except ValueError:
        raise refuse("invalid", "illegal base64 data at input byte 0") from None


def encoded(raw: bytes) -> str:
    """The same, the other way."""
    return b64encode(raw).decode()


def parted(text: Any, what: str) -> tuple[int, bytes]:
    """Version and content of what a key has made. Raises 400."""
    if not isinstance(text, str) or not text:
        raise refuse("invalid", what)
    if not text.startswith(PREFIX):
        raise refuse("invalid", "invalid ciphertext: no prefix")
    number, colon, content = text.removeprefix(PREFIX).partition(":")
    if not colon or not (number.isascii() and number.isdecimal()) or len(number) > 9:
        raise refuse("invalid", "invalid ciphertext: wrong number of fields")
    return int(number), decoded(content, what)


def encrypt(key: TransitKey, version: int, plain: bytes, nonce: bytes) -> str:
    """`vault:v1:<nonce and ciphertext>`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    sealed = AESGCM(key.versions[version - 1].secret).encrypt(nonce, plain, None)
    return f"{PREFIX}{version}:{encoded(nonce + sealed)}"


def decrypt(key: TransitKey, text: Any) -> bytes:
    """What was encrypted. Raises 400 where the key has not made it."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    version, content = parted(text, "missing ciphertext to decrypt")
    try:
        return AESGCM(key.secret(version)).decrypt(content[:NONCE], content[NONCE:], None)
    except (InvalidTag, ValueError):
        raise refuse("invalid", "cipher: message authentication failed") from None


def mac(key: TransitKey, version: int, content: bytes) -> str:
    """An HMAC with SHA-256."""
    made = hmac.new(key.versions[version - 1].secret, content, hashlib.sha256).digest()
    return f"{PREFIX}{version}:{encoded(made)}"


def sign(key: TransitKey, version: int, content: bytes) -> str:
    """A signature with Ed25519."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    made = Ed25519PrivateKey.from_private_bytes(key.versions[version - 1].secret).sign(content)
    return f"{PREFIX}{version}:{encoded(made)}"


def is_genuine(key: TransitKey, text: Any, content: bytes, *, by_mac: bool) -> bool:
    """Whether the key has made this of that content. Ed25519 makes the same every time."""
    version, _ = parted(text, "missing signature")
    key.secret(version)
    made = (mac if by_mac else sign)(key, version, content)
    return hmac.compare_digest(made.encode(), str(text).encode())
