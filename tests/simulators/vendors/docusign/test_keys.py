"""Keys: they follow from the integration key, and are what every library takes them for."""

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from brownout_simulators.vendors.docusign import VENDOR
from brownout_simulators.vendors.docusign.ids import guid_of, is_guid
from brownout_simulators.vendors.docusign.keys import account_id, environment, key_pair, label_of, user_id


def test_the_private_key_is_one_that_libraries_read_and_the_public_half_is_known() -> None:
    pair = key_pair("account_0")
    private = load_pem_private_key(pair.pem().encode(), None)
    assert isinstance(private, RSAPrivateKey)
    assert private.key_size == 2048
    made = private.sign(b"words", PKCS1v15(), SHA256())
    assert pair.has_signed(b"words", made)
    assert not pair.has_signed(b"other words", made)
    assert not pair.has_signed(b"words", made[:-1])
    assert not key_pair("account_1").has_signed(b"words", made)


def test_keys_of_many_accounts_differ_and_are_always_the_same() -> None:
    labels = [f"account_{number}" for number in range(200)]
    assert len({key_pair(label) for label in labels}) > 150
    assert all(pair.p != pair.q for pair in map(key_pair, labels))


def test_the_environment_is_lines_and_leads_to_one_account() -> None:
    key = VENDOR.test_key("shop")
    said = environment("http://127.0.0.1:12119", key)
    assert not any("\n" in value for value in said.values())
    assert said["DOCUSIGN_OAUTH_HOST"] == "localhost:12119"
    assert said["DOCUSIGN_ACCOUNT_ID"] == account_id(label_of(key)) == account_id(label_of(key.upper()))
    assert said["DOCUSIGN_USER_ID"] == user_id(label_of(key))
    assert environment("http://docusign.invalid", key)["DOCUSIGN_OAUTH_HOST"] == "docusign.invalid"


def test_guids_are_guids() -> None:
    assert is_guid(guid_of("a"))
    assert is_guid(guid_of("a").upper())
    for text in ("", "x" * 36, guid_of("a")[:-1], guid_of("a").replace("-", "_"), "-" * 36):
        assert not is_guid(text)
