"""Svix, through which many vendors send their webhooks: signatures (Standard Webhooks), secrets, the retry schedule.

What is signed is id, second and body, joined by dots; the key is what stands in base64 after `whsec_`. The id is the
same on each attempt, the second is not (docs.svix.com, "Verifying webhooks manually"; standardwebhooks.com).
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import accumulate
from typing import Final

PREFIX: Final = "whsec_"
SCHEDULE_S: Final = tuple(accumulate((0.0, 5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 36_000.0)))
"""Each attempt counts from the failure of the one before (docs.svix.com, "Retry schedule")."""
TIMEOUT_S: Final = 15.0
ROTATION_OVERLAP_S: Final = 86_400.0
"""For how long the secret before a rotation signs as well."""
DISABLED_AFTER_S: Final = 5 * 86_400.0
"""An endpoint that has failed for so long, and never succeeded meanwhile, hears nothing more."""


def secret_of(*parts: str) -> str:
    """A signing secret that is a function of its parts: 24 bytes, as Svix makes them."""
    return PREFIX + base64.b64encode(blake2b("\0".join(parts).encode(), digest_size=24).digest()).decode()


def is_secret(text: str) -> bool:
    """Whether a text is a signing secret: 24 to 64 bytes in base64 after the prefix."""
    try:
        return text.startswith(PREFIX) and 24 <= len(_key(text)) <= 64
    except ValueError:
        return False


def signature(secrets: Sequence[str], message_id: str, at_s: float, body: bytes) -> str:
    """The header: one signature for each secret that is in force. What is no secret spoils them all, so that a forged
    delivery is forged under every one of them."""
    signed = b".".join((message_id.encode(), b"%d" % at_s, body))
    try:
        keys = [_key(secret) for secret in secrets]
    except ValueError:
        keys = [repr(secrets).encode()]
    return " ".join(f"v1,{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}" for key in keys)


def headers(
    secrets: Sequence[str], message_id: str, at_s: float, body: bytes, *, prefix: str = "svix"
) -> Mapping[str, str]:
    """The three headers of an attempt; `prefix` is `webhook` for vendors that use the standard's own names."""
    return {
        f"{prefix}-id": message_id,
        f"{prefix}-timestamp": str(int(at_s)),
        f"{prefix}-signature": signature(secrets, message_id, at_s, body),
    }


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
