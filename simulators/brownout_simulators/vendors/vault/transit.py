"""Transit: texts encrypted, decrypted and signed by keys that nobody sees. Nothing of a text is kept."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.vault import fields
from brownout_simulators.vendors.vault import transit_keys as keys
from brownout_simulators.vendors.vault.beginning import enter, leave, names
from brownout_simulators.vendors.vault.entries import key_of
from brownout_simulators.vendors.vault.errors import not_found, refuse
from brownout_simulators.vendors.vault.replies import done, secret
from brownout_simulators.vendors.vault.resources import State
from brownout_simulators.vendors.vault.transit_keys import ENCRYPTING, NONCE, SIGNING, KeyVersion, TransitKey

KIND: Final = "transit"
BATCH: Final = "batch_input"
MOST: Final = 1_000


def _find(call: Call, account: Account[State]) -> TransitKey | None:
    return account.state.entries.get(key_of(call.params["mount"], "key", call.params["name"]))


def _key(call: Call, account: Account[State], kind: str = "") -> TransitKey:
    key = _find(call, account)
    if key is None:
        raise refuse("invalid", "encryption key not found")
    if kind and key.kind != kind:
        what = "encryption" if kind == ENCRYPTING else "signing"
        raise refuse("invalid", f"key type {key.kind} does not support {what}")
    return key


def _made(call: Call, account: Account[State], kind: str) -> TransitKey:
    if kind not in (ENCRYPTING, SIGNING):
        raise refuse("invalid", f"unknown key type {kind[:40]}")
    key = TransitKey(call.params["name"], kind)
    key.versions.append(_version(account))
    enter(account.state, call.params["mount"], "key", key.name, key)
    return key


def _version(account: Account[State]) -> KeyVersion:
    return KeyVersion(account.random.randbytes(32), account.wall_s())


def create(call: Call, account: Account[State]) -> Reply:
    """POST keys/:name: one that is there stays as it is."""
    kind = fields.text(call, "type", ENCRYPTING)
    return _described(call, _find(call, account) or _made(call, account, kind))


def read(call: Call, account: Account[State]) -> Reply:
    """GET keys/:name: all but the secrets."""
    key = _find(call, account)
    return not_found() if key is None else _described(call, key)


def _described(call: Call, key: TransitKey, *effects: Effect) -> Reply:
    data = {
        "name": key.name,
        "type": key.kind,
        "keys": {str(number): int(each.created_s) for number, each in enumerate(key.versions, 1)},
        "latest_version": key.newest,
        "min_available_version": 0,
        "min_decryption_version": key.min_decryption,
        "min_encryption_version": key.min_encryption,
        "deletion_allowed": key.deletion_allowed,
        "exportable": key.exportable,
        "allow_plaintext_backup": False,
        "derived": False,
        "supports_encryption": key.kind == ENCRYPTING,
        "supports_decryption": key.kind == ENCRYPTING,
        "supports_derivation": key.kind == ENCRYPTING,
        "supports_signing": key.kind == SIGNING,
        "imported_key": False,
    }
    return secret(call, data, mount_type=KIND, effects=effects)


def list_keys(call: Call, account: Account[State]) -> Reply:
    """LIST keys."""
    found = names(account.state, call.params["mount"], "key")
    return secret(call, {"keys": found}, mount_type=KIND) if found else not_found()


def rotate(call: Call, account: Account[State]) -> Reply:
    """POST keys/:name/rotate: what was encrypted before is still read."""
    key = _key(call, account)
    if key.newest >= MOST:
        raise refuse("invalid", "too many versions of this key")
    key.versions.append(_version(account))
    told = {"key": key.name, "version": key.newest}
    return _described(call, key, Effect("vault.key_rotated", f"{key.name}@{key.newest}", fields=told))


def configure(call: Call, account: Account[State]) -> Reply:
    """POST keys/:name/config."""
    key = _key(call, account)
    reading = fields.number(call, "min_decryption_version", key.min_decryption)
    writing = fields.number(call, "min_encryption_version", key.min_encryption)
    if not 0 <= reading <= key.newest or not 0 <= writing <= key.newest:
        raise refuse("invalid", "cannot set min version above the latest, or below zero")
    if writing and writing < reading:
        raise refuse("invalid", "cannot set min encryption version below min decryption version")
    key.min_decryption, key.min_encryption = max(1, reading), writing
    key.deletion_allowed = fields.flag(call, "deletion_allowed", default=key.deletion_allowed)
    key.exportable = key.exportable or fields.flag(call, "exportable")
    return _described(call, key)


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE keys/:name: only where that is allowed."""
    key = _find(call, account)
    if key is None:
        raise refuse("invalid", "error deleting policy: could not delete key; not found")
    if not key.deletion_allowed:
        raise refuse("invalid", "error deleting policy: deletion is not allowed for this key")
    leave(account.state, call.params["mount"], "key", key.name)
    return done()


Work = Callable[[Mapping[str, Any]], dict[str, Any]]


def _each(call: Call, work: Work) -> Reply:
    """One item, or a batch: where one of a batch is bad it is a 400, and the good ones are in it all the same."""
    batch = call.data.get(BATCH)
    if batch is None:
        return secret(call, work(call.data), mount_type=KIND)
    if not isinstance(batch, list) or not batch or not all(isinstance(each, dict) for each in batch):
        raise refuse("invalid", "missing batch input to process")
    results = [_tried(work, each) for each in batch[:MOST]]
    is_bad = any("error" in each for each in results)
    return secret(call, {"batch_results": results}, status=400 if is_bad else 200, mount_type=KIND)


def _tried(work: Work, item: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return work(item)
    except Refused as refused:
        return {"error": orjson.loads(refused.reply.body)["errors"][0]}


def _asked(item: Mapping[str, Any]) -> int:
    return fields.whole(item.get("key_version"), "key_version")


def encrypt(call: Call, account: Account[State]) -> Reply:
    """POST encrypt/:name: a key that is not there is made."""
    key = _key(call, account, ENCRYPTING) if _find(call, account) else _made(call, account, ENCRYPTING)

    def work(item: Mapping[str, Any]) -> dict[str, Any]:
        plain = keys.decoded(item.get("plaintext"), "missing plaintext to encrypt")
        version = key.to_write(_asked(item))
        text = keys.encrypt(key, version, plain, account.random.randbytes(NONCE))
        return {"ciphertext": text, "key_version": version}

    return _each(call, work)


def decrypt(call: Call, account: Account[State]) -> Reply:
    """POST decrypt/:name."""
    key = _key(call, account, ENCRYPTING)
    return _each(call, lambda item: {"plaintext": keys.encoded(keys.decrypt(key, item.get("ciphertext")))})


def rewrap(call: Call, account: Account[State]) -> Reply:
    """POST rewrap/:name: the same text, by the newest version, and nobody sees it."""
    key = _key(call, account, ENCRYPTING)

    def work(item: Mapping[str, Any]) -> dict[str, Any]:
        plain, version = keys.decrypt(key, item.get("ciphertext")), key.to_write(_asked(item))
        text = keys.encrypt(key, version, plain, account.random.randbytes(NONCE))
        return {"ciphertext": text, "key_version": version}

    return _each(call, work)


def make_mac(call: Call, account: Account[State]) -> Reply:
    """POST hmac/:name."""
    key = _key(call, account)

    def work(item: Mapping[str, Any]) -> dict[str, Any]:
        content = keys.decoded(item.get("input"), "missing input for HMAC")
        return {"hmac": keys.mac(key, key.to_write(_asked(item)), content)}

    return _each(call, work)


def sign(call: Call, account: Account[State]) -> Reply:
    """POST sign/:name: keys that sign alone."""
    key = _key(call, account, SIGNING)

    def work(item: Mapping[str, Any]) -> dict[str, Any]:
        content = keys.decoded(item.get("input"), "missing input")
        version = key.to_write(_asked(item))
        return {"signature": keys.sign(key, version, content), "key_version": version}

    return _each(call, work)


def verify(call: Call, account: Account[State]) -> Reply:
    """POST verify/:name: a signature, or an HMAC. What is wrong is no error: it is not valid."""
    key = _key(call, account)

    def work(item: Mapping[str, Any]) -> dict[str, Any]:
        content = keys.decoded(item.get("input"), "missing input")
        by_mac = "hmac" in item
        if not by_mac and key.kind != SIGNING:
            raise refuse("invalid", f"key type {key.kind} does not support verification")
        return {"valid": keys.is_genuine(key, item.get("hmac" if by_mac else "signature"), content, by_mac=by_mac)}

    return _each(call, work)
