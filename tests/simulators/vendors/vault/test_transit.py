"""Transit: keys and their versions, texts encrypted, signed and told from forged ones."""

from base64 import b64encode
from typing import Any

import pytest

from tests.simulators.vendors.vault.bench import VaultBench, refusal

TEXT = b64encode(b"hunter2").decode()


def encrypted(bench: VaultBench, text: str = TEXT, **more: Any) -> str:
    return str(bench.do("transit/encrypt/k", {"plaintext": text, **more})["data"]["ciphertext"])


def decrypted(bench: VaultBench, ciphertext: str) -> str:
    return str(bench.do("transit/decrypt/k", {"ciphertext": ciphertext})["data"]["plaintext"])


def test_a_text_is_read_by_the_version_that_wrote_it_and_rewrapped_to_the_newest() -> None:
    bench = VaultBench()
    old = encrypted(bench)
    assert old.startswith("vault:v1:")
    assert encrypted(bench) != old
    assert bench.do("transit/keys/k/rotate")["data"]["latest_version"] == 2
    assert len(bench.done("key_rotated")) == 1
    new = bench.do("transit/rewrap/k", {"ciphertext": old})["data"]["ciphertext"]
    assert new.startswith("vault:v2:")
    assert decrypted(bench, old) == decrypted(bench, new) == TEXT
    assert encrypted(bench, key_version=1).startswith("vault:v1:")
    bench.do("transit/keys/k/config", {"min_decryption_version": 2})
    assert refusal(bench.ask("POST", "transit/decrypt/k", {"ciphertext": old})) == (
        400, ["ciphertext or signature version is disallowed by policy (too old)"],
    )  # fmt: skip
    assert bench.get("transit/keys/k")["data"]["min_decryption_version"] == 2


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        ("encrypt/k", {"plaintext": "not base64!"}, "illegal base64 data at input byte 0"),
        ("encrypt/k", {}, "missing plaintext to encrypt"),
        ("encrypt/k", {"plaintext": TEXT, "key_version": 9},
         "requested version for encryption is not one of those that may encrypt"),
        ("encrypt/k", {"batch_input": []}, "missing batch input to process"),
        ("decrypt/k", {}, "missing ciphertext to decrypt"),
        ("decrypt/k", {"ciphertext": TEXT}, "invalid ciphertext: no prefix"),
        ("decrypt/k", {"ciphertext": f"vault:v9:{TEXT}"}, "invalid ciphertext: version is too new"),
        ("decrypt/k", {"ciphertext": "vault:vx:"}, "invalid ciphertext: wrong number of fields"),
        ("decrypt/k", {"ciphertext": f"vault:v1:{TEXT}"}, "cipher: message authentication failed"),
        ("decrypt/none", {"ciphertext": f"vault:v1:{TEXT}"}, "encryption key not found"),
        ("sign/k", {"input": TEXT}, "key type aes256-gcm96 does not support signing"),
        ("verify/k", {"input": TEXT, "signature": "vault:v1:x"},
         "key type aes256-gcm96 does not support verification"),
        ("keys/x", {"type": "rot13"}, "unknown key type rot13"),
        ("keys/none/rotate", {}, "encryption key not found"),
        ("keys/k/config", {"min_decryption_version": 9}, "cannot set min version above the latest, or below zero"),
    ],
)  # fmt: skip
def test_what_is_refused(path: str, body: object, text: str) -> None:
    bench = VaultBench()
    bench.do("transit/keys/k")
    assert refusal(bench.ask("POST", f"transit/{path}", body)) == (400, [text])


def test_signatures_and_macs_are_told_from_forged_ones() -> None:
    bench = VaultBench()
    bench.do("transit/keys/s", {"type": "ed25519"})
    bench.do("transit/keys/k")
    signature = bench.do("transit/sign/s", {"input": TEXT})["data"]["signature"]
    mac = bench.do("transit/hmac/k", {"input": TEXT})["data"]["hmac"]
    other = b64encode(b"other").decode()
    for key, proof in (("s", {"signature": signature}), ("k", {"hmac": mac})):
        for text, valid in ((TEXT, True), (other, False)):
            said = bench.do(f"transit/verify/{key}", {"input": text, **proof})
            assert said["data"]["valid"] is valid
    assert bench.ask("POST", "transit/encrypt/s", {"plaintext": TEXT}).status == 400


def test_a_batch_with_a_bad_item_is_a_400_that_holds_the_good_ones() -> None:
    bench = VaultBench()
    good = bench.do("transit/encrypt/k", {"batch_input": [{"plaintext": TEXT}] * 2})["data"]["batch_results"]
    assert [decrypted(bench, each["ciphertext"]) for each in good] == [TEXT, TEXT]
    answer = bench.ask("POST", "transit/decrypt/k", {"batch_input": [good[0], {"ciphertext": "x"}]})
    assert answer.status == 400
    assert "errors" not in answer.json
    assert answer.json["data"]["batch_results"] == [{"plaintext": TEXT}, {"error": "invalid ciphertext: no prefix"}]


def test_a_key_is_deleted_only_where_that_is_allowed_and_goes_with_its_mount() -> None:
    bench = VaultBench()
    bench.do("transit/keys/k")
    assert bench.do("transit/keys", method="LIST")["data"]["keys"] == ["k"]
    assert bench.ask("DELETE", "transit/keys/k").status == 400
    bench.do("transit/keys/k/config", {"deletion_allowed": True})
    bench.do("transit/keys/k", method="DELETE")
    assert bench.ask("GET", "transit/keys/k").status == 404
    assert bench.ask("DELETE", "transit/keys/k").status == 400
    ciphertext = encrypted(bench)
    bench.do("sys/mounts/transit", method="DELETE")
    bench.do("sys/mounts/transit", {"type": "transit"})
    assert bench.ask("POST", "transit/decrypt/k", {"ciphertext": ciphertext}).status == 400


def test_the_books_know_nothing_of_a_text() -> None:
    bench = VaultBench()
    encrypted(bench)
    assert bench.effects() == []
