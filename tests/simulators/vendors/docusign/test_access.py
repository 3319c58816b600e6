"""OAuth: which assertions get a token, what a token opens, where the account is."""

from typing import Any

import pytest

from brownout_simulators.vendors.docusign import VENDOR
from brownout_simulators.vendors.docusign.access import label_in
from brownout_simulators.vendors.docusign.keys import key_pair, label_of
from tests.simulators.vendors.docusign.bench import HOST, DocusignBench, assertion, refusal
from tests.support.vendor_bench import EPOCH_S

NOW = EPOCH_S + 100.0


def test_a_signed_assertion_is_a_token_for_an_hour_and_no_refresh_token() -> None:
    bench = DocusignBench()
    answer = bench.grant(scope="signature")
    assert answer.json == {
        "access_token": answer.json["access_token"],
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "signature",
    }
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("audience", [HOST, "account-d.docusign.com"])
def test_the_audience_is_the_host_that_is_asked_or_the_vendors_own(audience: str) -> None:
    assert DocusignBench().grant(aud=audience).status == 200


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"aud": "account.example.com"}, "invalid_audience"),
        ({"aud": [HOST]}, "invalid_audience"),
        ({"sub": "00000000-0000-4000-a000-000000000000"}, "user_not_found"),
        ({"iss": "nobody"}, "issuer_not_found"),
        ({"iss": VENDOR.test_key("another")}, "no_valid_keys_or_signatures"),
        ({"exp": NOW + 3700}, "invalid_assertion_lifetime"),
        ({"exp": None}, "invalid_assertion_lifetime"),
        ({"iat": NOW - 900, "exp": NOW - 120}, "expired_assertion"),
        ({"iat": NOW + 500, "exp": NOW + 600}, "assertion_not_yet_valid"),
    ],
)
def test_an_assertion_that_is_no_good_is_an_invalid_grant(claims: dict[str, Any], said: str) -> None:
    answer = DocusignBench().grant(**claims)
    assert (answer.status, answer.json) == (400, {"error": "invalid_grant", "error_description": said})


def test_scopes_and_grant_types_are_those_that_there_are() -> None:
    bench = DocusignBench()
    assert bench.grant(scope="signature everything").json["error"] == "invalid_scope"
    made = assertion(bench.environment, NOW)
    for kind in ("client_credentials", "authorization_code", ""):
        answer = bench.form("POST", "/oauth/token", grant_type=kind, assertion=made)
        assert (answer.status, answer.json["error"]) == (400, "unsupported_grant_type")


def test_a_forged_assertion_gets_nothing() -> None:
    bench = DocusignBench()
    foreign = key_pair(label_of(VENDOR.test_key("another"))).pem()
    for forged in (
        assertion(bench.environment, NOW, key=foreign),
        assertion(bench.environment, NOW)[:-4] + "AAAA",
        "a.b",
    ):
        answer = bench.form("POST", "/oauth/token", grant_type="x", assertion=forged)
        assert answer.status == 400
        assert "access_token" not in answer.json
    assert [row["status"] for row in bench.simulator.ledger.rows() if row["entry"] == "request"] == [200, 400, 400, 400]


def test_a_user_who_has_not_agreed_is_told_so_without_a_description() -> None:
    bench = DocusignBench(consent=False)
    assert (bench.grant().status, bench.grant().json) == (400, {"error": "consent_required"})


def test_a_token_ends_after_its_time_and_another_one_opens_the_same_account() -> None:
    bench = DocusignBench(token_s=60)
    made = bench.envelope()
    bench.pass_time(60)
    assert refusal(bench.ask("GET", f"/envelopes/{made}")) == (401, "AUTHORIZATION_INVALID_TOKEN")
    bench.authorization = f"Bearer {bench.grant().json['access_token']}"
    assert bench.status(made)


@pytest.mark.parametrize("text", ["", "Bearer", "Bearer x", "Basic x", "Bearer eyJ0eXAiOiJNVCJ9.YQ.x", "Bearer a.b.c"])
def test_what_is_no_token_is_refused(text: str) -> None:
    bench = DocusignBench()
    bench.authorization = text
    assert refusal(bench.ask("GET", "/envelopes/x")) == (401, "AUTHORIZATION_INVALID_TOKEN")
    assert bench.send("GET", "/oauth/userinfo").json["error"] == "invalid_token"


def test_a_token_opens_its_own_account_alone() -> None:
    bench, other = DocusignBench(), DocusignBench("another")
    bench.account_id = other.account_id
    assert refusal(bench.ask("GET", "/templates")) == (403, "USER_LACKS_PERMISSIONS")


def test_userinfo_says_where_the_account_is_also_where_it_has_moved() -> None:
    bench = DocusignBench()
    (account,) = bench.send("GET", "/oauth/userinfo").json["accounts"]
    assert (account["account_id"], account["base_uri"], account["is_default"]) == (
        bench.account_id,
        "http://bench.localhost",
        True,
    )
    moved = DocusignBench(base_uri="http://127.0.0.1:12999").send("GET", "/oauth/userinfo").json["accounts"][0]
    assert moved["base_uri"] == "http://127.0.0.1:12999"


def test_a_label_is_only_read_where_one_stands() -> None:
    assert label_in("x") == label_in("") == label_in("YWJj") == label_in("\xff~") == ""
