"""Organizations, their members, and what is refused."""

import json
from typing import Any

import pytest

from tests.simulators.vendors.clerk.bench import ClerkBench, refusal


def member(bench: ClerkBench, organization: str, address: str, role: str = "org:member") -> str:
    """A new user's id, as a member."""
    user = str(bench.user(address)["id"])
    bench.do(f"/organizations/{organization}/memberships", {"user_id": user, "role": role})
    return user


def test_an_organization_is_found_by_id_and_by_slug_and_its_founder_is_its_admin() -> None:
    bench = ClerkBench()
    made = bench.organization(slug="acme", public_metadata={"operation_id": "op-1"})
    assert bench.get("/organizations/acme") == bench.get(f"/organizations/{made['id']}") == made
    (only,) = bench.get("/organizations/acme/memberships")["data"]
    assert (only["role"], only["role_name"], only["organization"]) == ("org:admin", "Admin", made)
    assert "org:sys_memberships:manage" in only["permissions"]
    assert only["public_user_data"]["identifier"] == "founder@example.com"
    kinds = {effect["route"]: effect for effect in bench.effects()}
    assert json.loads(kinds["clerk.organization"]["references"])["public_metadata.operation_id"] == "op-1"
    assert json.loads(kinds["clerk.membership"]["references"])["organization_id"] == made["id"]


def test_a_slug_is_made_of_the_name_and_never_given_twice() -> None:
    bench = ClerkBench()
    slugs = {bench.do("/organizations", {"name": "Ünder Scöre & Co"})["slug"] for _ in range(3)}
    assert len(slugs) == 3
    assert all(slug.startswith("nder-sc-re-co-") for slug in slugs)
    bench.do("/organizations", {"name": "x", "slug": "acme"})
    assert refusal(bench.ask("POST", "/organizations", {"name": "y", "slug": "acme"})) == (
        422, "form_identifier_exists",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, (422, "form_param_missing")),
        ({"name": ""}, (422, "form_param_missing")),
        ({"name": "x", "slug": "Not A Slug"}, (422, "form_param_format_invalid")),
        ({"name": "x", "created_by": "user_x"}, (400, "organization_creator_not_found")),
        ({"name": "x", "max_allowed_memberships": -1}, (422, "form_param_value_invalid")),
        ({"name": "x", "odd": 1}, (422, "form_param_unknown")),
    ],
)
def test_what_cannot_be_is_refused(body: dict[str, Any], found: tuple[int, str]) -> None:
    bench = ClerkBench()
    assert refusal(bench.ask("POST", "/organizations", body)) == found
    assert bench.effects() == []


def test_lists_are_filtered_ordered_and_counted() -> None:
    bench = ClerkBench()
    first = bench.organization(slug="first")
    bench.pass_time(1)
    second = bench.do("/organizations", {"name": "Beta", "slug": "second"})
    user = member(bench, first["id"], "b@example.com")

    def found(query: str) -> list[str]:
        answer = bench.get(f"/organizations?{query}")
        assert answer["total_count"] >= len(answer["data"])
        return [row["slug"] for row in answer["data"]]

    assert found("") == ["second", "first"]
    assert found("limit=1&offset=1") == ["first"]
    assert found("order_by=name") == ["first", "second"]
    assert found("order_by=-members_count") == ["first", "second"]
    assert found("query=BET") == ["second"]
    assert found(f"user_id={user}") == ["first"]
    assert found(f"user_id=-{user}") == ["second"]
    assert found(f"organization_id={second['id']}") == ["second"]
    assert found(f"organization_id=-{second['id']}") == ["first"]
    assert refusal(bench.ask("GET", "/organizations?order_by=odd")) == (422, "form_param_value_invalid")
    counted = bench.get("/organizations/first?include_members_count=true")
    assert counted["members_count"] == 2
    missing = bench.get("/organizations?include_missing_member_with_elevated_permissions=true")["data"]
    assert [row["missing_member_with_elevated_permissions"] for row in missing] == [True, False]


def test_an_organization_changes_and_its_old_slug_is_free() -> None:
    bench = ClerkBench()
    made = bench.organization(slug="old")
    changed = bench.do("/organizations/old", {"slug": "new", "name": "New"}, "PATCH")
    assert (changed["id"], changed["slug"], changed["name"]) == (made["id"], "new", "New")
    assert bench.ask("GET", "/organizations/old").status == 404
    bench.do("/organizations", {"name": "x", "slug": "old"})
    assert refusal(bench.ask("PATCH", "/organizations/new", {"slug": "old"})) == (422, "form_identifier_exists")
    body = {"public_metadata": {"a": 1}}
    assert refusal(bench.ask("PATCH", "/organizations/new", body)) == (422, "form_param_unknown")
    older = bench.do("/organizations/new", body, "PATCH", clerk_api_version="2025-11-10")
    assert older["public_metadata"] == {"a": 1}
    merged = bench.do("/organizations/new/metadata", {"public_metadata": {"a": None, "b": 2}}, "PATCH")
    assert merged["public_metadata"] == {"b": 2}
    replaced = bench.do("/organizations/new/metadata", {"private_metadata": {"c": 3}}, "PUT")
    assert (replaced["public_metadata"], replaced["private_metadata"]) == ({"b": 2}, {"c": 3})


def test_members_come_and_go_and_somebody_always_manages() -> None:
    bench = ClerkBench()
    organization = bench.organization()["id"]
    founder = bench.get("/users")[0]["id"]
    user = member(bench, organization, "b@example.com")
    path = f"/organizations/{organization}/memberships"
    again = bench.ask("POST", path, {"user_id": user, "role": "org:member"})
    assert refusal(again) == (400, "already_a_member_in_organization")
    assert refusal(bench.ask("DELETE", f"{path}/{founder}")) == (400, "organization_minimum_permissions_needed")
    demoted = bench.ask("PATCH", f"{path}/{founder}", {"role": "org:member"})
    assert refusal(demoted) == (400, "organization_minimum_permissions_needed")
    assert bench.do(f"{path}/{user}", {"role": "org:admin"}, "PATCH")["role"] == "org:admin"
    assert bench.do(f"{path}/{founder}", method="DELETE")["role"] == "org:admin"
    assert bench.get(path)["total_count"] == 1
    assert refusal(bench.ask("DELETE", f"{path}/{founder}")) == (404, "resource_not_found")
    merged = bench.do(f"{path}/{user}/metadata", {"public_metadata": {"a": {"b": 1}}}, "PATCH")
    assert merged["public_metadata"] == {"a": {"b": 1}}
    assert bench.get(f"/users/{user}/organization_memberships")["data"] == [merged]
    assert bench.get("/organization_memberships")["data"] == [merged]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"role": "org:member"}, (422, "form_param_missing")),
        ({"user_id": "user_x", "role": "org:member"}, (404, "resource_not_found")),
        ({"user_id": "{user}", "role": "org:emperor"}, (404, "resource_not_found")),
    ],
)
def test_no_member_without_a_user_and_a_role(body: dict[str, str], found: tuple[int, str]) -> None:
    bench = ClerkBench()
    organization, user = bench.organization()["id"], bench.user()["id"]
    said = {name: value.replace("{user}", user) for name, value in body.items()}
    assert refusal(bench.ask("POST", f"/organizations/{organization}/memberships", said)) == found
    assert refusal(bench.ask("POST", "/organizations/org_x/memberships", said)) == (404, "resource_not_found")


def test_an_organization_is_full_and_what_is_pending_counts() -> None:
    bench = ClerkBench(max_allowed_memberships=3)
    organization = bench.organization()["id"]
    member(bench, organization, "b@example.com")
    bench.do(f"/organizations/{organization}/invitations", {"email_address": "c@example.com", "role": "org:member"})
    full = (403, "organization_membership_quota_exceeded")
    late = {"user_id": bench.user("d@example.com")["id"], "role": "org:member"}
    assert refusal(bench.ask("POST", f"/organizations/{organization}/memberships", late)) == full
    invited = {"email_address": "e@example.com", "role": "org:member"}
    assert refusal(bench.ask("POST", f"/organizations/{organization}/invitations", invited)) == full
    bench.pass_time(31 * 86_400)  # the invitation is over, and its place free
    bench.do(f"/organizations/{organization}/invitations", invited)
    assert refusal(bench.ask("POST", f"/organizations/{organization}/memberships", late)) == full
    bench.do(f"/organizations/{organization}", {"max_allowed_memberships": 0}, "PATCH")
    bench.do(f"/organizations/{organization}/memberships", late)


def test_an_instance_is_full_of_organizations() -> None:
    bench = ClerkBench(organization_quota=1)
    bench.organization()
    assert refusal(bench.ask("POST", "/organizations", {"name": "x"})) == (403, "organization_quota_exceeded")


def test_members_are_filtered_and_ordered() -> None:
    bench = ClerkBench()
    organization = bench.organization()["id"]
    ids = {name: member(bench, organization, f"{name}@example.com") for name in "bc"}

    def found(query: str) -> str:
        rows = bench.get(f"/organizations/{organization}/memberships?{query}")["data"]
        return "".join(row["public_user_data"]["identifier"][0] for row in rows)

    assert found("") == "cbf"
    assert found("order_by=email_address") == "bcf"
    assert found("role=org:admin") == "f"
    assert found("role=org:admin&role=org:member&limit=2") == "cb"
    assert found(f"user_id={ids['b']}") == "b"
    assert found("email_address=c@example.com&email_address=x@example.com") == "c"
    assert found("query=FOUND") == "f"
    assert found("created_at_before=1") == ""
    assert refusal(bench.ask("GET", f"/organizations/{organization}/memberships?order_by=odd"))[0] == 422


def test_a_deleted_organization_takes_everything_with_it() -> None:
    bench = ClerkBench()
    bench.listen()
    organization = bench.organization(slug="acme")
    user = member(bench, organization["id"], "b@example.com")
    body = {"email_address": "c@example.com", "role": "org:member"}
    invitation = bench.do("/organizations/acme/invitations", body)
    bench.session(user, active_organization_id=organization["id"])
    assert bench.do("/organizations/acme", method="DELETE")["deleted"]
    assert refusal(bench.ask("DELETE", "/organizations/acme")) == (404, "resource_not_found")
    assert bench.get(f"/users/{user}/organization_memberships") == {"data": [], "total_count": 0}
    assert bench.get("/organization_invitations")["total_count"] == 0
    assert invitation["status"] == "pending"
    bench.pass_time(1)
    assert bench.told().count("organizationMembership.deleted") == 2
    assert bench.told()[-1] == "organization.deleted"
    bench.do("/organizations", {"name": "x", "slug": "acme"})
