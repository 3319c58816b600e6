"""Tokens and credentials: what opens a company, what does not, and in whose words that is said."""

import pytest

from brownout_simulators.vendors.erp.access import LIFETIME_S, company_of, tenant_of
from tests.simulators.vendors.erp.bench import COMPANY, ErpBench


def test_a_token_lives_for_an_hour_less_a_second_and_one_new_one_cures_it() -> None:
    bench = ErpBench()
    answer = bench.log_in()
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", LIFETIME_S)
    bench.pass_time(LIFETIME_S - 1)
    assert bench.get("items").status == 200
    bench.pass_time(1)
    refused = bench.get("items")
    assert (refused.status, refused.json["error"]["code"]) == (401, "Authentication_InvalidCredentials")
    bench.log_in()
    assert bench.get("items").status == 200


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"scope": "everything"}, 400, "invalid_scope"),
        ({"client_secret": "another"}, 401, "invalid_client"),
        ({"client_id": "not a client"}, 401, "invalid_client"),
    ],
)
def test_a_token_is_refused_as_the_identity_platform_does(change: dict[str, str], status: int, error: str) -> None:
    refused = ErpBench().log_in(**change)
    assert (refused.status, refused.json["error"]) == (status, error)
    assert refused.json["error_codes"]


@pytest.mark.parametrize("token", ["", "Bearer x", "Bearer erp_at_!.0", "Basic Og==", "Bearer erp_at_Zg.0123"])
def test_nothing_opens_without_a_token(token: str) -> None:
    bench = ErpBench()
    bench.authorization = token
    assert bench.get("items").status == 401


def test_a_token_is_for_its_tenant() -> None:
    bench = ErpBench()
    other = tenant_of("somebody else")
    assert bench.send("GET", f"/v2.0/{other}/sandbox/api/v2.0/{COMPANY}/items").status == 401


def test_each_client_has_a_company_of_its_own_for_ever() -> None:
    assert company_of("a") == company_of("a") != company_of("b")
    assert tenant_of("a") != company_of("a")


def test_a_body_that_is_no_json_object_is_a_bad_request() -> None:
    bench = ErpBench()
    for body, kind in ((b"{", "application/json"), (b"[1]", "application/json"), (b"{}", "text/xml")):
        refused = bench.send("POST", f"/v2.0/{tenant_of('field')}/sandbox/api/v2.0/{COMPANY}/items", body,
                             headers={"content-type": kind})  # fmt: skip
        assert (refused.status, refused.json["error"]["code"]) == (400, "BadRequest")
