"""Signing keys: what is signed with which, where it is good, and what the key set shows of it."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from brownout_simulators.vendors.supabase.keys import jwt_secret, project_of, secret_key
from brownout_simulators.vendors.supabase.setup import read
from brownout_simulators.vendors.supabase.signing import Algorithm, SigningKey, kid_of
from brownout_simulators.vendors.supabase.tokens import sign
from tests.simulators.vendors.supabase.auth.bench import AuthBench, claims, refusal

NEXT = {"name": "next", "algorithm": "ES256", "status": "standby"}
FIRST = {"name": "first", "algorithm": "ES256", "status": "in_use"}
ROTATED = [{**FIRST, "status": "previously_used"}, {**NEXT, "status": "in_use"}]
REVOKED = [{**FIRST, "status": "revoked"}, {**NEXT, "status": "in_use"}]


def kid(project: str, name: str, algorithm: Algorithm = "ES256") -> str:
    return kid_of(project, SigningKey(name, algorithm, "in_use"))


def header(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_decoded(token.split(".", maxsplit=1)[0]))
    return found


def verified(bench: AuthBench, token: str) -> bool:
    """By the key set alone, as an application does it that never asks auth."""
    keys = {key["kid"]: key for key in bench.ask("GET", ".well-known/jwks.json").json["keys"]}
    key = keys.get(header(token).get("kid"))
    if key is None or key["alg"] != header(token)["alg"]:
        return False
    whole, _, signature = token.rpartition(".")
    raw = _decoded(signature)
    if key["kty"] == "EC":
        public = EllipticCurvePublicNumbers(_number(key["x"]), _number(key["y"]), SECP256R1()).public_key()
        told = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        public.verify(told, whole.encode(), ECDSA(SHA256()))
    else:
        RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key().verify(
            raw, whole.encode(), PKCS1v15(), SHA256()
        )
    return True


def works(bench: AuthBench, token: str) -> list[int]:
    """Statuses of auth and of the database, for somebody with that token."""
    headers = {"authorization": f"Bearer {token}"}
    return [bench.ask("GET", "user", token=token).status, bench.send("GET", "/rest/v1/jobs", headers=headers).status]


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_a_token_of_a_pair_is_verified_by_the_key_set_alone(algorithm: Algorithm) -> None:
    bench = AuthBench(signing_keys=[{**FIRST, "algorithm": algorithm}])
    token = bench.sign_up().json["access_token"]
    assert header(token) == {"alg": algorithm, "kid": kid(bench.project, "first", algorithm), "typ": "JWT"}
    assert verified(bench, token)
    assert works(bench, token) == [200, 200]
    assert bench.sign_up("other@example.com").json["access_token"] != token
    assert AuthBench(signing_keys=[{**FIRST, "algorithm": algorithm}]).sign_up().json["access_token"] == token


def test_a_key_is_published_before_it_signs_and_until_it_is_revoked() -> None:
    bench = AuthBench(signing_keys=[FIRST, NEXT])
    shown = {kid(bench.project, name) for name in ("first", "next")}
    keys = bench.ask("GET", ".well-known/jwks.json")
    assert ({key["kid"] for key in keys.json["keys"]}, keys.headers["cache-control"]) == (shown, "public, max-age=600")
    old = bench.sign_up().json
    bench.simulator.set_up({"auth": {"signing_keys": ROTATED}})
    new = bench.refresh(old["refresh_token"]).json["access_token"]
    assert header(new)["kid"] == kid(bench.project, "next")
    assert [verified(bench, token) for token in (old["access_token"], new)] == [True, True]
    assert [works(bench, token) for token in (old["access_token"], new)] == [[200, 200], [200, 200]]
    bench.simulator.set_up({"auth": {"signing_keys": REVOKED}})
    assert [verified(bench, token) for token in (old["access_token"], new)] == [False, True]
    assert [works(bench, token) for token in (old["access_token"], new)] == [[403, 401], [200, 200]]
    refused = bench.send("GET", "/rest/v1/jobs", headers={"authorization": f"Bearer {old['access_token']}"})
    assert (refused.json["code"], refused.json["message"]) == ("PGRST301", "No suitable key or wrong key type")
    assert refusal(bench.ask("GET", "user", token=old["access_token"])) == (403, "bad_jwt")


def test_what_the_shared_secret_signed_is_good_until_it_is_revoked() -> None:
    bench = AuthBench()
    old = bench.sign_up().json["access_token"]
    assert "kid" not in header(old)
    bench.simulator.set_up({"auth": {"signing_keys": [FIRST]}})
    assert works(bench, old) == [200, 200]
    bench.simulator.set_up({"auth": {"signing_keys": [FIRST, {"name": "legacy", "status": "revoked"}]}})
    assert works(bench, old) == [403, 401]
    # The legacy keys are such tokens; the opaque ones are none.
    opaque = secret_key(bench.project)
    assert bench.send("GET", "/rest/v1/jobs").status == 401
    assert (
        bench.send("GET", "/rest/v1/jobs", headers={"apikey": opaque, "authorization": f"Bearer {opaque}"}).status
        == 200
    )


def test_no_token_is_good_that_no_key_has_signed() -> None:
    bench = AuthBench(signing_keys=[FIRST])
    token = bench.sign_up().json["access_token"]
    head, payload, signature = token.split(".")
    stranger = AuthBench(signing_keys=[FIRST])
    point = stranger.ask("GET", ".well-known/jwks.json").json["keys"][0]["x"]
    own = header(token)["kid"]
    forged = [
        f"{head}.{payload}.",
        f"{head}.{payload}.{signature[:-8]}AAAAAAAA",
        f"{_part({'alg': 'none', 'kid': own})}.{payload}.",
        f"{_part({'alg': 'RS256', 'kid': own})}.{payload}.{signature}",
        f"{_part({'alg': 'ES256', 'kid': kid(bench.project, 'other')})}.{payload}.{signature}",
        f"{_part({'alg': 'ES256', 'kid': [own]})}.{payload}.{signature}",
        sign(point, claims(token)),  # signed with what is public
        sign(jwt_secret(project_of("another")), claims(token)),
        f"{_part([])}.{payload}.{signature}",
        f"{head}.é.{signature}",
    ]
    assert [works(bench, each) for each in forged] == [[403, 401]] * len(forged)
    assert works(bench, f"{_part({'alg': 'ES256'})}.{payload}.{signature}") == [403, 401]


def test_without_a_key_the_key_set_is_that_of_the_project_called_default() -> None:
    bench = AuthBench(signing_keys=[FIRST])
    nobodys = bench.send("GET", "/auth/v1/.well-known/jwks.json", headers={"apikey": "", "authorization": ""})
    assert [key["kid"] for key in nobodys.json["keys"]] == [kid(project_of("default"), "first")]


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ([NEXT], "one key is in use"),
        ([FIRST, {**NEXT, "status": "in_use"}], "one key is in use"),
        ([FIRST, {**FIRST, "status": "standby"}], "two keys have one name"),
        ([{**FIRST, "algorithm": "none"}], "one of ES256, RS256"),
        ([{"name": "legacy", "algorithm": "ES256"}], "one of HS256"),
        ([{**FIRST, "kid": "x"}], "no such setting"),
    ],
)
def test_keys_that_cannot_be_are_refused(keys: list[dict[str, str]], why: str) -> None:
    with pytest.raises(ValueError, match=f"auth.signing_keys.*{why}"):
        read({"auth": {"signing_keys": keys}})


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _number(text: str) -> int:
    return int.from_bytes(_decoded(text))


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
