"""`sys/tools/random`: random bytes, so that whoever makes a secret needs no good source of his own."""

import base64
from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.vault import fields
from brownout_simulators.vendors.vault.errors import refuse
from brownout_simulators.vendors.vault.replies import secret
from brownout_simulators.vendors.vault.resources import State

MOST: Final = 128 * 1024


def random_bytes(call: Call, account: Account[State]) -> Reply:
    """POST sys/tools/random, and random/:bytes."""
    count = fields.whole(call.params.get("bytes") or call.data.get("bytes"), "bytes", 32)
    if not 1 <= count <= MOST:
        raise refuse("invalid", '"bytes" cannot be less than 1' if count < 1 else f'"bytes" should be less than {MOST}')
    form = fields.text(call, "format", "base64")
    if form not in ("base64", "hex"):
        raise refuse("invalid", f'unsupported encoding format "{form[:20]}"; must be "hex" or "base64"')
    drawn = account.random.randbytes(count)
    text = drawn.hex() if form == "hex" else base64.b64encode(drawn).decode()
    return secret(call, {"random_bytes": text}, mount_type="system")
