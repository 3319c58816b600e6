"""What is set up in the dashboard, and templates of tokens."""

from typing import Any

import pytest

from brownout_simulators.vendors.clerk import VENDOR
from brownout_simulators.vendors.clerk.setup import SETUP
from brownout_simulators.vendors.clerk.signing import unverified
from brownout_simulators.vendors.clerk.templates import filled
from tests.simulators.vendors.clerk.bench import ClerkBench, refusal


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"roles": 1}, "roles:"),
        ({"roles": {"editor": []}}, "roles."),
        ({"roles": {"org:editor": 1}}, "roles.org:editor:"),
        ({"roles": {"org:editor": ["x"]}}, "roles.org:editor[0]:"),
        ({"max_allowed_memberships": -1}, "max_allowed_memberships:"),
        ({"user_quota": True}, "user_quota:"),
        ({"organization_quota": "5"}, "organization_quota:"),
        ({"origin": "nowhere"}, "origin:"),
    ],
)
def test_a_setup_that_cannot_be_is_refused_by_its_place(given: dict[str, Any], place: str) -> None:
    with pytest.raises(ValueError, match="^" + place.replace("[", r"\[").replace("]", r"\]")):
        SETUP.read(given)


def test_everything_that_can_be_set_up_is_described() -> None:
    whole = {name: {"roles": {}, "origin": ""}.get(name, 0) for name in SETUP.about}
    SETUP.read(whole)
    assert VENDOR.setup is SETUP
    with pytest.raises(ValueError, match="did you mean roles"):
        ClerkBench(role={})


def test_a_role_that_is_set_up_can_be_had() -> None:
    bench = ClerkBench(roles={"org:chief_editor": ["org:notes:write"]})
    organization, user = bench.organization()["id"], bench.user()["id"]
    path = f"/organizations/{organization}/memberships"
    made = bench.do(path, {"user_id": user, "role": "org:chief_editor"})
    assert (made["role_name"], made["permissions"]) == ("Chief editor", ["org:notes:write"])


def test_places_in_a_template_take_what_the_user_has() -> None:
    nothing: dict[str, Any] = {
        "email_addresses": [],
        "phone_numbers": [],
        "web3_wallets": [],
        "username": None,
        "first_name": None,
    }
    user: dict[str, Any] = {**nothing, "id": "user_1", "public_metadata": {"plan": {"name": "pro"}}}
    claims = {"id": "{{user.id}}", "plan": "{{ user.public_metadata.plan }}", "text": "is {{user.id}}, {{user.x.y}}",
              "none": "{{user.first_name}}", "list": [1, "{{user.id}}"], "plain": "{{ nobody }}"}  # fmt: skip
    assert filled(claims, user) == {
        "id": "user_1", "plan": {"name": "pro"}, "text": "is user_1, ", "none": None, "list": [1, "user_1"],
        "plain": None,
    }  # fmt: skip


def test_a_template_makes_tokens_until_it_is_deleted() -> None:
    bench = ClerkBench()
    user = bench.user(public_metadata={"role": "boss"})
    body = {"name": "db", "claims": {"role": "{{user.public_metadata.role}}", "aud": "x"}, "lifetime": 600}
    reserved = bench.ask("POST", "/jwt_templates", {**body, "claims": {"sub": "x"}})
    assert refusal(reserved) == (400, "jwt_template_reserved_claim")
    body["claims"] = {"role": "{{user.public_metadata.role}}"}
    made = bench.do("/jwt_templates", body)
    assert refusal(bench.ask("POST", "/jwt_templates", body)) == (422, "form_identifier_exists")
    foreign = bench.ask("POST", "/jwt_templates", {**body, "name": "x", "signing_algorithm": "HS256"})
    assert refusal(foreign) == (402, "unsupported_subscription_plan_features")
    session = bench.session(user["id"])
    claims = unverified(bench.do(f"/sessions/{session['id']}/tokens/db")["jwt"])[1]
    assert (claims["role"], claims["exp"] - claims["iat"], claims["iat"] - claims["nbf"]) == ("boss", 600, 5)
    assert "sid" not in claims
    path = f"/jwt_templates/{made['id']}"
    assert bench.do(path, {"lifetime": 60}, "PATCH")["lifetime"] == 60
    assert bench.get(path)["name"] == "db"
    assert bench.get("/jwt_templates?paginated=true")["total_count"] == 1
    assert bench.do(path, method="DELETE")["deleted"]
    assert refusal(bench.ask("POST", f"/sessions/{session['id']}/tokens/db")) == (404, "resource_not_found")
    assert refusal(bench.ask("GET", path)) == (404, "resource_not_found")
