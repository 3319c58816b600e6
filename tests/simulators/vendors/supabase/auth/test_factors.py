"""A second factor: enrolled, challenged, verified; the session that rises by it, and those that do not."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from brownout_simulators.vendors.supabase.auth.totp import code_at, is_good
from tests.simulators.vendors.supabase.auth.bench import ADA, SECRET, AuthBench, claims, refusal


class Owner:
    """Somebody who is signed in, and has an authenticator."""

    def __init__(self, bench: AuthBench) -> None:
        self.bench = bench
        signed_up = bench.sign_up()
        self.session: dict[str, Any] = (signed_up if signed_up.status == 200 else bench.sign_in()).json
        self.secrets: dict[str, str] = {}

    @property
    def token(self) -> str:
        token: str = self.session["access_token"]
        return token

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return self.bench.ask(method, path, body, token=self.token)

    def enroll(self, name: str = "phone") -> str:
        """The id of a new factor."""
        made = self.ask("POST", "factors", {"factor_type": "totp", "friendly_name": name}).json
        self.secrets[made["id"]] = made["totp"]["secret"]
        factor_id: str = made["id"]
        return factor_id

    def code(self, factor_id: str, later_s: float = 0.0) -> str:
        account = self.bench.simulator.accounts[self.bench.project]
        return code_at(self.secrets[factor_id], account.wall_s() + later_s)

    def verify(self, factor_id: str, **other: Any) -> Any:
        """Challenged and verified, with whatever of the body is to be different."""
        challenge = self.ask("POST", f"factors/{factor_id}/challenge", {}).json
        body = {"challenge_id": challenge["id"], "code": self.code(factor_id), **other}
        answer = self.ask("POST", f"factors/{factor_id}/verify", body)
        if answer.status == 200:
            self.session = answer.json
        return answer


@pytest.fixture
def owner() -> Owner:
    return Owner(AuthBench(users=[{"email": ADA, "password": SECRET}]))


def test_codes_are_those_of_the_standard() -> None:
    # RFC 6238, appendix B, of eight digits the last six.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    known = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}
    assert {at_s: code_at(secret, at_s) for at_s in known} == known
    assert [is_good(secret, "287082", at_s) for at_s in (0, 29, 59, 89, 90)] == [True, True, True, True, False]


def test_a_session_rises_by_a_code_and_stays_so_when_it_is_refreshed(owner: Owner) -> None:
    before = claims(owner.token)
    assert (before["aal"], [proof["method"] for proof in before["amr"]]) == ("aal1", ["password"])
    made = owner.ask("POST", "factors", {"factor_type": "totp", "friendly_name": "a", "issuer": "Acme"}).json
    uri = urlsplit(made["totp"]["uri"])
    told = parse_qs(uri.query)
    assert (uri.scheme, uri.netloc, told["secret"], told["issuer"]) == (
        "otpauth",
        "totp",
        [made["totp"]["secret"]],
        ["Acme"],
    )
    assert made["totp"]["qr_code"].startswith("<svg")
    owner.secrets[made["id"]] = made["totp"]["secret"]
    assert owner.ask("GET", "user").json["factors"][0]["status"] == "unverified"
    assert owner.bench.told("supabase.factor") == []
    old_refresh = owner.session["refresh_token"]
    assert owner.verify(made["id"]).status == 200
    after = claims(owner.token)
    assert (after["aal"], [proof["method"] for proof in after["amr"]]) == ("aal2", ["totp", "password"])
    assert (after["session_id"], owner.session["user"]["factors"][0]["status"]) == (before["session_id"], "verified")
    assert owner.session["refresh_token"] != old_refresh
    assert "secret" not in owner.session["user"]["factors"][0]
    assert claims(owner.bench.refresh(owner.session["refresh_token"]).json["access_token"])["aal"] == "aal2"
    assert [json.loads(row["references"])["email"] for row in owner.bench.told("supabase.factor")] == [ADA]
    owner.verify(made["id"])
    assert len(owner.bench.told("supabase.factor")) == 1


def test_other_sessions_that_have_not_risen_end(owner: Owner) -> None:
    other = owner.bench.sign_in().json
    owner.verify(owner.enroll())
    assert refusal(owner.bench.ask("GET", "user", token=other["access_token"])) == (403, "session_not_found")
    assert refusal(owner.bench.refresh(other["refresh_token"]))[0] == 400
    assert owner.ask("GET", "user").status == 200


@pytest.mark.parametrize("code", ["000000", "", "12345", "é", " "])
def test_a_wrong_code_raises_nothing(owner: Owner, code: str) -> None:
    factor = owner.enroll()
    assert refusal(owner.verify(factor, code=code)) == (422, "mfa_verification_failed")
    assert owner.ask("GET", "user").json["factors"][0]["status"] == "unverified"
    assert claims(owner.bench.refresh(owner.session["refresh_token"]).json["access_token"])["aal"] == "aal1"


def test_a_code_is_good_a_moment_before_and_after_and_no_longer(owner: Owner) -> None:
    factor = owner.enroll()
    for later_s, status in ((-90, 422), (90, 422), (-30, 200), (30, 200)):
        assert owner.verify(factor, code=owner.code(factor, later_s)).status == status, later_s


def test_a_challenge_is_met_once_in_time_and_by_its_own_factor(owner: Owner) -> None:
    first, second = owner.enroll("a"), owner.enroll("b")
    challenge = owner.ask("POST", f"factors/{first}/challenge").json
    wall_s = owner.bench.simulator.accounts[owner.bench.project].wall_s()
    assert (challenge["type"], challenge["expires_at"]) == ("totp", int(wall_s) + 300)
    not_its = owner.verify(second, challenge_id=challenge["id"])
    assert refusal(not_its) == (422, "mfa_factor_not_found")
    assert owner.verify(first, challenge_id=challenge["id"]).status == 200
    assert refusal(owner.verify(first, challenge_id=challenge["id"])) == (422, "mfa_ip_address_mismatch")
    late = owner.ask("POST", f"factors/{first}/challenge").json
    owner.bench.now_s += 301
    assert refusal(owner.verify(first, challenge_id=late["id"])) == (422, "mfa_challenge_expired")


def test_a_first_verified_factor_drops_those_that_were_not(owner: Owner) -> None:
    first, second = owner.enroll("a"), owner.enroll("b")
    owner.verify(first)
    assert [factor["id"] for factor in owner.ask("GET", "user").json["factors"]] == [first]
    assert refusal(owner.ask("POST", f"factors/{second}/challenge")) == (404, "mfa_factor_not_found")


def test_a_session_that_has_not_risen_changes_nothing_that_a_factor_guards(owner: Owner) -> None:
    factor = owner.enroll()
    owner.verify(factor)
    low = owner.bench.sign_in().json["access_token"]

    def refused(method: str, path: str, body: Any = None) -> tuple[int, str]:
        return refusal(owner.bench.ask(method, path, body, token=low))

    assert refused("POST", "factors", {"factor_type": "totp", "friendly_name": "x"}) == (403, "insufficient_aal")
    assert refused("DELETE", f"factors/{factor}") == (422, "insufficient_aal")
    assert refused("PUT", "user", {"password": "another horse"}) == (401, "insufficient_aal")
    assert refused("PUT", "user", {"email": "other@example.com"}) == (401, "insufficient_aal")
    assert owner.bench.ask("PUT", "user", {"data": {"a": 1}, "email": ADA}, token=low).status == 200
    assert owner.ask("PUT", "user", {"password": "another horse"}).status == 200


def test_without_its_factor_a_session_sinks(owner: Owner) -> None:
    factor = owner.enroll()
    owner.verify(factor)
    assert owner.ask("DELETE", f"factors/{factor}").json == {"id": factor}
    assert "factors" not in owner.ask("GET", "user").json
    sunk = claims(owner.bench.refresh(owner.session["refresh_token"]).json["access_token"])
    assert (sunk["aal"], [proof["method"] for proof in sunk["amr"]]) == ("aal1", ["password"])
    assert len(owner.bench.told("supabase.factor_deleted")) == 1


def test_the_service_lists_renames_and_deletes(owner: Owner) -> None:
    factor = owner.enroll()
    path = f"admin/users/{owner.session['user']['id']}/factors"
    assert [each["id"] for each in owner.bench.admin("GET", path).json] == [factor]
    assert owner.bench.admin("PUT", f"{path}/{factor}", {"friendly_name": "tablet"}).json["friendly_name"] == "tablet"
    assert owner.bench.admin("DELETE", f"{path}/{factor}").json["id"] == factor
    assert owner.bench.admin("GET", path).json == []
    assert refusal(owner.ask("GET", path)) == (403, "not_admin")
    assert refusal(owner.bench.admin("DELETE", f"{path}/{factor}")) == (404, "mfa_factor_not_found")


@pytest.mark.parametrize(
    ("settings", "body", "refused"),
    [
        ({}, {"factor_type": "phone", "phone": "+12025550100"}, (422, "mfa_phone_enroll_not_enabled")),
        ({}, {"factor_type": "webauthn"}, (422, "mfa_webauthn_enroll_not_enabled")),
        ({}, {"factor_type": "smoke"}, (400, "validation_failed")),
        ({}, {"factor_type": 1}, (400, "bad_json")),
        ({}, {"factor_type": "totp", "friendly_name": "taken"}, (422, "mfa_factor_name_conflict")),
        ({"mfa_max_factors": 1}, {"factor_type": "totp"}, (422, "too_many_enrolled_mfa_factors")),
    ],
)
def test_what_cannot_be_enrolled(settings: dict[str, Any], body: dict[str, Any], refused: tuple[int, str]) -> None:
    owner = Owner(AuthBench(**settings))
    owner.enroll("taken")
    assert refusal(owner.ask("POST", "factors", body)) == refused
    assert len(owner.ask("GET", "user").json["factors"]) == 1


def test_where_it_is_switched_off_and_for_whom_there_is_none() -> None:
    owner = Owner(AuthBench(mfa_totp=False))
    body = {"factor_type": "totp"}
    assert refusal(owner.ask("POST", "factors", body)) == (422, "mfa_totp_enroll_not_enabled")
    assert owner.bench.ask("POST", "factors", body).status in (401, 403)
    assert refusal(owner.ask("POST", "factors/x/challenge")) == (404, "validation_failed")
