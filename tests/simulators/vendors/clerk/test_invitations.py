"""Invitations of both kinds, and who accepts them; tickets."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.simulators.vendors.clerk.bench import ClerkBench, refusal

DAY_S = 86_400


def kinds(bench: ClerkBench) -> list[str]:
    return [effect["route"].removeprefix("clerk.") for effect in bench.effects()]


def followed(bench: ClerkBench, url: str) -> Any:
    """Somebody without a key follows a link."""
    parts = urlsplit(url)
    own, bench.authorization = bench.authorization, ""
    try:
        return bench.send("GET", f"{parts.path}?{parts.query}")
    finally:
        bench.authorization = own


def test_an_invitation_goes_out_once() -> None:
    bench = ClerkBench()
    body = {"email_address": "Bob@example.com", "public_metadata": {"a": 1}}
    sent = bench.do("/invitations", body)
    assert (sent["status"], sent["email_address"], sent["public_metadata"]) == ("pending", "bob@example.com", {"a": 1})
    assert refusal(bench.ask("POST", "/invitations", body)) == (400, "duplicate_record")
    assert kinds(bench) == ["invitation", "email"]
    bench.do("/invitations", {**body, "ignore_existing": True})
    assert bench.get("/invitations?paginated=true")["total_count"] == 2


def test_nothing_is_sent_where_nobody_is_to_be_told_or_the_address_is_for_tests() -> None:
    bench = ClerkBench()
    bench.do("/invitations", {"email_address": "a@example.com", "notify": False})
    bench.do("/invitations", {"email_address": "b+clerk_test@example.com"})
    assert kinds(bench) == ["invitation", "invitation"]


def test_who_is_here_already_is_not_invited() -> None:
    bench = ClerkBench()
    bench.user()
    body = {"email_address": "ada@example.com"}
    assert refusal(bench.ask("POST", "/invitations", body)) == (422, "form_identifier_exists")
    bench.do("/invitations", {**body, "ignore_existing": True})


def test_several_are_invited_together_or_none() -> None:
    bench = ClerkBench()
    several = [{"email_address": f"{name}@example.com"} for name in "ab"]
    assert len(bench.do("/invitations/bulk", several)) == 2
    more = [{"email_address": "c@example.com"}, {"email_address": "a@example.com"}]
    assert refusal(bench.ask("POST", "/invitations/bulk", more)) == (400, "duplicate_record")
    twice = [{"email_address": "d@example.com"}] * 2
    assert refusal(bench.ask("POST", "/invitations/bulk", twice)) == (400, "duplicate_record")
    assert bench.get("/invitations?paginated=true")["total_count"] == 2
    assert refusal(bench.ask("POST", "/invitations/bulk", several * 6)) == (400, "bulk_size_exceeded")
    assert refusal(bench.ask("POST", "/invitations/bulk", {"a": 1})) == (400, "request_body_invalid")
    assert refusal(bench.ask("POST", "/invitations", several)) == (400, "request_body_invalid")


def test_a_revoked_invitation_is_over_and_the_address_is_free() -> None:
    bench = ClerkBench()
    sent = bench.do("/invitations", {"email_address": "a@example.com"})
    path = f"/invitations/{sent['id']}/revoke"
    revoked = bench.do(path)
    assert (revoked["status"], revoked["revoked"]) == ("revoked", True)
    assert refusal(bench.ask("POST", path)) == (400, "invitation_already_revoked")
    assert followed(bench, sent["url"]).status == 400
    bench.do("/invitations", {"email_address": "a@example.com"})
    assert refusal(bench.ask("POST", "/invitations/inv_x/revoke")) == (404, "resource_not_found")


def test_an_invitation_expires_and_may_then_be_sent_again() -> None:
    bench = ClerkBench()
    body = {"email_address": "a@example.com", "expires_in_days": 1}
    sent = bench.do("/invitations", body)
    bench.pass_time(DAY_S)
    assert [row["status"] for row in bench.get("/invitations?status=expired")] == ["expired"]
    assert followed(bench, sent["url"]).status == 400
    assert bench.do("/invitations", body)["id"] != sent["id"]
    assert [row["status"] for row in bench.get("/invitations?order_by=created_at")] == ["expired", "pending"]
    assert bench.get("/invitations?query=nobody") == []
    assert refusal(bench.ask("GET", "/invitations?order_by=odd")) == (422, "form_param_value_invalid")


def test_who_follows_the_link_is_a_user_once() -> None:
    bench = ClerkBench()
    bench.listen()
    sent = bench.do("/invitations", {"email_address": "a@example.com", "public_metadata": {"plan": "pro"}})
    assert followed(bench, sent["url"]).status == 200
    (user,) = bench.get("/users?email_address=a@example.com")
    assert user["public_metadata"] == {"plan": "pro"}
    assert user["email_addresses"][0]["verification"]["strategy"] == "ticket"
    assert followed(bench, sent["url"]).status == 400
    assert kinds(bench) == ["invitation", "email", "user"]
    assert refusal(bench.ask("POST", f"/invitations/{sent['id']}/revoke")) == (400, "invitation_already_accepted")
    bench.pass_time(1)
    assert bench.told() == ["user.created"]


def test_somebody_at_the_address_for_it_accepts_by_himself() -> None:
    bench = ClerkBench()
    bench.listen()
    organization = bench.organization()["id"]
    path = f"/organizations/{organization}/invitations"
    bench.do("/invitations", {"email_address": "a+clerk_accept@example.com"})
    body = {"email_address": "b+clerk_accept@example.com", "role": "org:member", "public_metadata": {"x": 1}}
    sent = bench.do(path, body)
    bench.pass_time(0.9)
    assert bench.get("/users/count")["total_count"] == 1
    bench.pass_time(0.2)
    assert bench.get("/users/count")["total_count"] == 3
    assert bench.get(f"{path}/{sent['id']}")["status"] == "accepted"
    newest = bench.get(f"/organizations/{organization}/memberships")["data"][0]
    assert (newest["role"], newest["public_metadata"]) == ("org:member", {"x": 1})
    bench.pass_time(1)
    assert bench.told()[-3:] == ["user.created", "organizationMembership.created", "organizationInvitation.accepted"]


def test_an_organizations_invitation_goes_out_once_and_is_revoked_once() -> None:
    bench = ClerkBench()
    organization = bench.organization()["id"]
    founder = bench.get("/users")[0]["id"]
    path = f"/organizations/{organization}/invitations"
    body = {"email_address": "b@example.com", "role": "org:member", "inviter_user_id": founder}
    sent = bench.do(path, body)
    assert (sent["role_name"], sent["public_inviter_data"]["user_id"]) == ("Member", founder)
    assert refusal(bench.ask("POST", path, body)) == (400, "organization_invitation_not_unique")
    assert bench.get(f"{path}/{sent['id']}") == sent
    assert bench.get(f"{path}/pending")["data"] == [sent]
    assert bench.get(f"{path}?email_address=B@example.com&status=pending")["total_count"] == 1
    assert bench.get("/organization_invitations")["data"][0]["public_organization_data"]["name"] == "Acme"
    revoke = f"{path}/{sent['id']}/revoke"
    assert bench.do(revoke, {"requesting_user_id": founder})["status"] == "revoked"
    assert refusal(bench.ask("POST", revoke)) == (404, "organization_invitation_not_pending")
    bench.do(path, body)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"role": None}, (422, "form_param_missing")),
        ({"role": "org:emperor"}, (404, "resource_not_found")),
        ({"email_address": "founder@example.com"}, (400, "already_a_member_in_organization")),
        ({"inviter_user_id": "user_x"}, (404, "resource_not_found")),
        ({"inviter_user_id": "{stranger}"}, (403, "authorization_invalid")),
        ({"email_address": "nobody"}, (422, "form_param_format_invalid")),
        ({"expires_in_days": 0}, (422, "form_param_value_invalid")),
    ],
)
def test_what_no_organization_sends(change: dict[str, Any], found: tuple[int, str]) -> None:
    bench = ClerkBench()
    organization, stranger = bench.organization()["id"], bench.user("s@example.com")["id"]
    said = {name: stranger if value == "{stranger}" else value for name, value in change.items()}
    body = {"email_address": "b@example.com", "role": "org:member", **said}
    before = len(bench.effects())
    assert refusal(bench.ask("POST", f"/organizations/{organization}/invitations", body)) == found
    bulk = bench.ask("POST", f"/organizations/{organization}/invitations/bulk", [body])
    assert refusal(bulk) == found
    assert len(bench.effects()) == before


def test_several_are_invited_to_an_organization_and_a_user_sees_his() -> None:
    bench = ClerkBench()
    organization, user = bench.organization()["id"], bench.user()["id"]
    several = [{"email_address": f"{name}@example.com", "role": "org:member"} for name in ("ada", "bob")]
    sent = bench.do(f"/organizations/{organization}/invitations/bulk", several)
    assert (len(sent["data"]), sent["total_count"]) == (2, 2)
    (own,) = bench.get(f"/users/{user}/organization_invitations")["data"]
    assert (own["email_address"], own["status"]) == ("ada@example.com", "pending")
    assert bench.get("/organization_invitations?status=accepted")["total_count"] == 0


# -- tickets -----------------------------------------------------------------------------------------------------------


def test_a_sign_in_token_opens_one_session() -> None:
    bench = ClerkBench()
    user = bench.user()["id"]
    made = bench.do("/sign_in_tokens", {"user_id": user})
    assert (made["status"], made["user_id"]) == ("pending", user)
    session = followed(bench, made["url"]).json
    assert (session["object"], session["user_id"]) == ("session", user)
    assert followed(bench, made["url"]).status == 400
    revoked = bench.ask("POST", f"/sign_in_tokens/{made['id']}/revoke")
    assert refusal(revoked) == (400, "sign_in_token_cannot_be_revoked_code")
    assert bench.get(f"/users/{user}")["last_sign_in_at"] == session["created_at"]
    assert kinds(bench) == ["user", "sign_in_token", "session"]


def test_a_sign_in_token_ends() -> None:
    bench = ClerkBench()
    user = bench.user()["id"]
    made = bench.do("/sign_in_tokens", {"user_id": user, "expires_in_seconds": 5})
    other = bench.do("/sign_in_tokens", {"user_id": user})
    assert bench.do(f"/sign_in_tokens/{other['id']}/revoke")["status"] == "revoked"
    assert followed(bench, other["url"]).status == 400
    bench.pass_time(5)
    assert followed(bench, made["url"]).status == 400
    assert refusal(bench.ask("POST", "/sign_in_tokens/sit_x/revoke")) == (404, "resource_not_found")
    assert refusal(bench.ask("POST", "/sign_in_tokens", {"user_id": "user_x"})) == (404, "resource_not_found")


def test_an_actor_signs_in_as_somebody_else_and_the_token_says_so() -> None:
    from brownout_simulators.vendors.clerk.signing import unverified

    bench = ClerkBench()
    user = bench.user()["id"]
    made = bench.do("/actor_tokens", {"user_id": user, "actor": {"sub": "user_boss"}})
    session = followed(bench, made["url"]).json
    assert session["actor"] == {"sub": "user_boss"}
    assert unverified(bench.token(session["id"]))[1]["act"] == {"sub": "user_boss"}
    other = bench.do("/actor_tokens", {"user_id": user, "actor": {"sub": "user_boss"}})
    assert bench.do(f"/actor_tokens/{other['id']}/revoke")["status"] == "revoked"
    again = bench.ask("POST", f"/actor_tokens/{other['id']}/revoke")
    assert refusal(again) == (400, "actor_token_cannot_be_revoked_code")
    odd = bench.ask("POST", "/actor_tokens", {"user_id": user, "actor": {}})
    assert refusal(odd) == (400, "malformed_request_parameters")


def test_a_link_that_nobody_sent_leads_nowhere() -> None:
    bench = ClerkBench()
    assert followed(bench, "/v1/tickets/accept?ticket=c2hvcA.inv_x").status == 404
    assert followed(bench, "/v1/tickets/accept?ticket=x").status == 401
    assert followed(bench, "/v1/tickets/accept").status == 401


def test_testing_tokens_count_in_seconds() -> None:
    made = ClerkBench().do("/testing_tokens")
    begun, _, rest = made["token"].partition("-c_")
    assert (int(begun) + 3_600, len(rest)) == (made["expires_at"], 43)
